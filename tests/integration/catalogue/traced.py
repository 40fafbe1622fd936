"""Programs that write to a store under strace: in which order they write and sync, and on failing disks.

    python -m tests.integration.catalogue.traced FOLDER DURABILITY

Each line it says is a number up to which it takes everything for safe, and how many files its journal has.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMITS = 6
ROWS = 10
_CALL = re.compile(
    r"^(?:\d+ +)?(?P<call>\w+)\((?:AT_FDCWD(?:<[^>]*>)?, )?(?:\d+<(?P<path>[^>]*)>|\"(?P<name>[^\"]*)\")"
)
_SECOND = re.compile(r'"[^"]*", (?:AT_FDCWD(?:<[^>]*>)?, )?"(?P<name>[^"]*)"')


def traced(folder: Path, durability: str, *options: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Run it; gives what it said, and calls of the system with the files they concern."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("there is no strace here")
    log = folder.with_suffix(".strace")
    calls = "trace=write,pwrite64,fsync,fdatasync,rename,link,linkat,renameat,renameat2"
    done = subprocess.run(
        [strace, "-f", "-y", "-qq", "-o", str(log), "-e", calls, *options,
         sys.executable, "-m", __name__, str(folder), durability],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), list(_calls(log))


def _calls(log: Path) -> Iterator[tuple[str, str]]:
    for line in log.read_text(errors="replace").splitlines():
        if "resumed>" in line:
            continue
        found = _CALL.match(line)
        if found is None:
            continue
        second = _SECOND.search(line)
        name = second["name"] if second else found["path"] or found["name"] or ""
        if found["call"] == "write" and line.split("(", 1)[1].startswith("1<"):
            name = "said"
        yield found["call"], name


def main(folder: str, durability: str) -> None:
    # What runs under strace is not to be imported by who looks at its trace.
    from tastytrade.errors import StoreError
    from tastytrade.store import Pace
    from tests.unit.store.made import quotes, writer

    with writer(Path(folder), durability=durability, pace=Pace(move_rows=2 * ROWS)) as store:
        for number in range(COMMITS):
            store.append(quotes(ROWS * number, ROWS))
            try:
                safe = store.commit()
            except StoreError:
                safe = store.commit()
            files = len(list(Path(folder, "journal").glob("*.sqlite")))
            sys.stdout.write(f"{safe} {files}\n")
            sys.stdout.flush()
            if number % 3 == 2:
                try:
                    store.move()
                except StoreError:
                    store.move()


if __name__ == "__main__":
    main(*sys.argv[1:])
