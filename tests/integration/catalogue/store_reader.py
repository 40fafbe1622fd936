"""A program that reads a store again and again while somebody writes to it, until its standard input ends.

    python -m tests.integration.catalogue.store_reader FOLDER store|duckdb

Each line it says is how many rows it found, and whether these were the first ones, each once and in order.
"""

from __future__ import annotations

import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tastytrade.store import Store
from tests.unit.store.made import prices


def with_store(folder: Path) -> list[float]:
    return prices(Store(folder))


def with_duckdb(folder: Path) -> list[float]:
    """As who does not have this package would: what the tables' logs name."""
    import duckdb
    from deltalake import DeltaTable

    found: list[tuple[int, float]] = []
    for name, column in (("Quote", "bidPrice"), ("TimeAndSale", "price")):
        path = folder / "tables" / name
        files = DeltaTable(path).file_uris() if DeltaTable.is_deltatable(str(path)) else []
        if files:
            found += duckdb.execute(f"select n, {column} from read_parquet({files})").fetchall()
    return [price for _, price in sorted(found)]


def main(folder: str, engine: str) -> None:
    read = {"store": with_store, "duckdb": with_duckdb}[engine]
    while True:
        found = read(Path(folder))
        is_beginning = found == [float(number) for number in range(len(found))]
        is_whole = is_beginning or (engine == "duckdb" and len(set(found)) == len(found))
        sys.stdout.write(f"{len(found)} {int(is_whole)}\n")
        sys.stdout.flush()
        if select.select([sys.stdin], [], [], 0)[0]:
            return


@contextmanager
def reader(path: Path, engine: str) -> Iterator[subprocess.Popen[str]]:
    """The program, at work."""
    command = [sys.executable, "-m", __name__, str(path), engine]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def ended(process: subprocess.Popen[str]) -> list[tuple[int, bool]]:
    """What a reader has said, once it was told to end."""
    said, _ = process.communicate("\n", timeout=20)
    return [(int(line.split()[0]), line.split()[1] == "1") for line in said.splitlines()]


if __name__ == "__main__":
    main(*sys.argv[1:])
