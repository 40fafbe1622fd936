"""How long a writer's commits take alone, and beside four busy readers, one of them DuckDB.

.venv/bin/python -m tests.endurance.readers_beside [seconds each, 20 unless told]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from tastytrade.store import Pace, StoreWriter
from tests.integration.catalogue.store_reader import ended, reader
from tests.unit.store.made import prints, quotes, writer

ENGINES = ("store", "store", "store", "duckdb")
ROWS = 500
LONGEST = 0.1
EVERY = 0.02


def commits(store: StoreWriter, seconds: float) -> list[float]:
    """What commits took, some fifty a second of a thousand rows each, with moves in between."""
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        store.append(quotes(store.n, ROWS))
        store.append(prints(store.n, ROWS))
        began = time.monotonic()
        store.commit()
        took.append(time.monotonic() - began)
        store.move()
        time.sleep(EVERY)
    return sorted(took)


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    console = Console(width=140)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        store = stack.enter_context(writer(Path(folder), pace=Pace(move_rows=20_000)))
        alone = commits(store, seconds)
        readers: list[subprocess.Popen[str]] = [
            stack.enter_context(reader(Path(folder), engine)) for engine in ENGINES
        ]
        beside = commits(store, seconds)
        looks = [ended(one) for one in readers]
    for name, took in (("alone", alone), ("beside four readers", beside)):
        console.print(
            f"{name}: {len(took)} commits, median {1000 * took[len(took) // 2]:.1f} ms, 99.9 of 100 within "
            f"{1000 * took[int(len(took) * 0.999)]:.1f} ms, longest {1000 * took[-1]:.1f} ms"
        )
    console.print(f"the readers looked {[len(one) for one in looks]} times")
    is_wrong = any(not is_whole for one in looks for _, is_whole in one)
    return int(is_wrong or beside[int(len(beside) * 0.999)] > LONGEST)


if __name__ == "__main__":
    sys.exit(main())
