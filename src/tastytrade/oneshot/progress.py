"""Progress: how far a question has come, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Progress(NamedTuple):
    """How far a question has come: symbols done with, symbols asked for, rows received."""

    done: int
    symbols: int
    rows: int


Tell = Callable[[Progress], None]


class Counter:
    """Counts progress and tells it, from the beginning."""

    def __init__(self, symbols: int, tell: Tell | None) -> None:
        self._done = self._rows = 0
        self._symbols = symbols
        self._tell = tell
        self.say()

    def say(self, *, rows: int = 0, done: int = 0) -> None:
        """So many more."""
        self._rows += rows
        self._done += done
        if self._tell is not None:
            self._tell(Progress(self._done, self._symbols, self._rows))


def shares_of(tell: Tell | None, parts: int) -> list[Tell | None]:
    """Whom the parts of a question tell, so that ``tell`` hears of the whole."""
    if tell is None:
        return [None] * parts
    heard = [Progress(0, 0, 0)] * parts

    def share(number: int) -> Tell:
        def hear(progress: Progress) -> None:
            heard[number] = progress
            tell(Progress(*map(sum, zip(*heard, strict=True))))

        return hear

    return [share(number) for number in range(parts)]
