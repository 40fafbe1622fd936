"""Programs that work on a store and are killed before a step: a file, a name, a statement, a commit.

Each runs in a process of its own, forked from one that has imported everything and done nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deltalake import DeltaTable

from tastytrade.store import Pace, Store, compact, forget
from tests.unit.store.made import DAY_NS, NOON_NS, gap, prices, prints, quotes, writer

BATCHES = 6
ROWS = 10
ALL = [float(number) for number in range(2 * BATCHES * ROWS)]
"""The prices that writing to its end leaves, in order."""
KEPT = ALL[4 * ROWS :]
"""And forgetting."""


class Steps:
    """Counts steps, and is the end of this process before one of them."""

    def __init__(self, last: int) -> None:
        self._left = last

    def __call__(self) -> None:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def count(self, owner: Any, name: str) -> None:
        """Each call of a function is a step."""
        done = getattr(owner, name)

        def stepped(*arguments: Any, **options: Any) -> Any:
            self()
            return done(*arguments, **options)

        setattr(owner, name, stepped)

    def count_all(self) -> None:
        """Everything that changes a disk."""
        for owner, names in (
            (os, ("fsync", "utime")),
            (Path, ("replace", "unlink", "mkdir", "open")),
            (DeltaTable, ("create_write_transaction", "update_incremental")),
        ):
            for name in names:
                self.count(owner, name)
        setattr(sqlite3, "connect", partial(sqlite3.connect, factory=_database(self)))  # noqa: B010 - for mypy


def _database(step: Steps) -> type[sqlite3.Connection]:
    class Stepped(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            step()
            return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> sqlite3.Cursor:
            step()
            return super().executemany(*arguments)

        def executescript(self, *arguments: Any) -> sqlite3.Cursor:
            step()
            return super().executescript(*arguments)

    return Stepped


def write(folder: Path, say: Callable[[int], None]) -> None:
    """Two days of a store, moved in between; tells each number that is safe."""
    with writer(folder, pace=Pace(move_rows=2 * ROWS, move_after=1000.0)) as store:
        say(store.committed_n)
        for number in range(BATCHES):
            at_ns = NOON_NS + number * DAY_NS // 4
            first = 2 * number * ROWS
            store.append(quotes(first, ROWS, at_ns=at_ns))
            store.append(gap(number, at_ns=at_ns))
            store.append(prints(first + ROWS, ROWS, at_ns=at_ns))
            say(store.commit())
            store.move()
        store.keep_chain("A", {"data": {"items": []}})
    say(store.committed_n)


def put_together(folder: Path, say: Callable[[int], None]) -> None:
    """Compact it."""
    compact(folder, keep=0)
    say(0)


def forget_a_day(folder: Path, say: Callable[[int], None]) -> None:
    """Forget its first day."""
    forget(folder, before=date(2025, 11, 20), keep=0)
    say(0)


OPERATIONS = {"write": write, "compact": put_together, "forget": forget_a_day}


class Stepper:
    """Where they run, and end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, operation: str, folder: Path, last: int) -> tuple[list[int], bool]:
        """Do something, and be killed after so many steps; gives what was told, and whether it came to its
        end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([operation, str(folder), last]) + "\n")
        self._process.stdin.flush()
        told, is_whole = json.loads(self._process.stdout.readline())
        return told, is_whole

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


def _fork(operation: str, folder: str, last: int) -> tuple[list[int], bool]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        Steps(last).count_all()
        OPERATIONS[operation](Path(folder), lambda number: _say(writing, number))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = [int(line) for line in pipe]
    return told, os.waitpid(child, 0)[1] == 0


def _say(pipe: int, number: int) -> None:
    os.write(pipe, f"{number}\n".encode())


def kill_before_steps(
    stepper: Stepper, operation: str, written: Path, folder: Path, *, first: int = 0, every: int = 1
) -> tuple[list[str], int]:
    """Kill an operation before each step, or every so manyeth, until it comes to its end. Gives what is wrong
    with what was left of the store that was ``written``, and how many steps there were."""
    wrong: list[str] = []
    is_whole, last = False, first
    while not is_whole:
        store = folder / f"{operation}-{last}"
        if operation != "write":
            shutil.copytree(written, store)
        told, is_whole = stepper.run(operation, store, last)
        found = _wrong_with(store, operation, told)
        wrong += [f"{operation}, killed before step {last}: {what}" for what in found]
        shutil.rmtree(store)
        last += every
    return wrong, last


def _wrong_with(folder: Path, operation: str, told: list[int]) -> list[str]:
    """What is wrong with a store after a kill, and after somebody has gone on with it."""
    wrong = []
    if (folder / "store.json").exists():
        store = Store(folder)
        report, bounds, left = store.verify(), store.bounds(), prices(store)
        wrong += [str(one) for one in report.damage]
        if (bounds.last_n if bounds else 0) < max(told, default=0):
            wrong.append(f"{max(told)} was safe, and it has {bounds}")
        if left not in _allowed(operation, len(left)):
            wrong.append(f"it has the prices {left}")
    elif told:
        wrong.append("there is no store")
    with writer(folder) as going_on:
        going_on.append(quotes(1000))
    compact(folder, keep=0)
    report, left = Store(folder).verify(), prices(folder)
    wrong += [str(one) for one in (*report.damage, *report.leftover)]
    if left[-10:] != [float(number) for number in range(1000, 1010)]:
        wrong.append(f"after it has gone on, it has the prices {left}")
    return wrong


def _allowed(operation: str, count: int) -> list[list[float]]:
    if operation == "write":
        return [ALL[:count]]
    return [ALL, KEPT] if operation == "forget" else [ALL]


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_fork(*json.loads(line))) + "\n")
        sys.stdout.flush()
