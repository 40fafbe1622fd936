"""Grid: what stands in a table that changes: rows of values, when each has changed, and how old a row is.

No terminal, no clock: whoever draws says what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

FLASH = 0.8
"""Seconds for which a changed value stays coloured."""
STALE = 15.0
"""Seconds without news after which a row is dim."""


class Column(Struct, frozen=True):
    """A column: its key in rows, its title, and so many characters."""

    key: str
    title: str
    width: int


class Cell(Struct, frozen=True):
    """What stands in a cell. ``direction`` is 1 for what has just risen, -1 fallen, 0 neither."""

    text: str
    direction: int = 0


class Line(Struct, frozen=True):
    """A row as it is shown; ``key`` is what it is of."""

    key: str
    cells: tuple[Cell, ...]
    is_stale: bool


class Grid:
    """Takes values by row, gives lines. ``written`` makes text of a column's value.

    The column ``named`` has what a row is of, and "age" for how long there was no news of it.
    """

    def __init__(self, columns: Iterable[Column], *, named: str, written: Callable[[str, Any], str]) -> None:
        self.columns = tuple(columns)
        self.sorted_by: str | None = None
        self.is_descending = False
        self.filter = ""
        self._named = named
        self._written = written
        self._rows: dict[str, dict[str, Any]] = {}
        self._changed: dict[tuple[str, str], tuple[float, int]] = {}
        self._heard: dict[str, float] = {}

    def take(self, key: str, values: Mapping[str, Any], *, now: float, heard: float | None = None) -> None:
        """Put values into a row, which is made when it is new.

        ``heard`` is when what they say came, unless that is now; None of a row without values is never.
        """
        row = self._rows.setdefault(key, {})
        for name, value in values.items():
            before = row.get(name)
            row[name] = value
            if _is_number(value) and _is_number(before) and value != before:
                self._changed[key, name] = (now, 1 if value > before else -1)
        if values:
            self._heard[key] = now if heard is None else heard

    def keep(self, keys: Iterable[str]) -> None:
        """Have these rows only, in this order; new ones are empty."""
        kept = {key: self._rows.get(key, {}) for key in keys}
        gone = self._rows.keys() - kept.keys()
        self._rows = kept
        if gone:
            self._changed = {place: was for place, was in self._changed.items() if place[0] not in gone}
            self._heard = {key: at for key, at in self._heard.items() if key not in gone}

    def sort_by_next(self, step: int = 1) -> None:
        """Sort by the next column, or the one before; past the last as the rows came."""
        choices = [None, *(column.key for column in self.columns)]
        self.sorted_by = choices[(choices.index(self.sorted_by) + step) % len(choices)]

    def reverse(self) -> None:
        """Sort the other way round."""
        self.is_descending = not self.is_descending

    def lines(self, *, now: float) -> list[Line]:
        """The rows that pass the filter, sorted, as they are now. What is missing comes last."""
        wanted = self.filter.casefold()
        keys = [key for key in self._rows if wanted in key.casefold()]
        if self.sorted_by is not None:
            name = self.sorted_by
            there = [key for key in keys if _is_there(self._value(key, name, now))]
            there.sort(key=lambda key: _rank(self._value(key, name, now)), reverse=self.is_descending)
            keys = [*there, *(key for key in keys if not _is_there(self._value(key, name, now)))]
        elif self.is_descending:
            keys.reverse()
        return [self._line(key, now) for key in keys]

    def _line(self, key: str, now: float) -> Line:
        cells = []
        for column in self.columns:
            changed_at, direction = self._changed.get((key, column.key), (float("-inf"), 0))
            text = self._written(column.key, self._value(key, column.key, now))
            cells.append(Cell(text, direction if now - changed_at < FLASH else 0))
        heard = self._heard.get(key)
        return Line(key, tuple(cells), heard is None or now - heard > STALE)

    def _value(self, key: str, name: str, now: float) -> Any:
        if name == self._named:
            return self._rows[key].get(name, key)
        if name == "age":
            heard = self._heard.get(key)
            return None if heard is None else now - heard
        return self._rows[key].get(name)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124


def _is_there(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124 - nan is what is missing


def _rank(value: Any) -> tuple[int, Any]:
    """Numbers before texts, so that a column may have both."""
    return (0, value) if _is_number(value) else (1, str(value))
