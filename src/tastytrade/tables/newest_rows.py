"""The newest rows of a table that keeps growing: chunks of many rows, few of them, each made once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TypeVar

import polars as pl

from tastytrade.dxfeed import Event, EventBatch, Field
from tastytrade.tables.pending import MakeColumn, Pending

E = TypeVar("E", bound=Event)

PENDING_ROWS = 8_192
"""Rows that wait as Python values. Measured: with fewer, what a frame costs by itself shows; with more,
values have left the processor's caches before they are converted."""
CHUNK_ROWS = 65_536
"""Rows of a chunk that is left as it is: 16 of them are a million rows."""
YOUNG_CHUNKS = 8
"""So many smaller ones become one, so that there are few however often the table is asked for."""


class NewestRows:
    """Of all rows appended, at least the newest ``last``, and not many more."""

    def __init__(self, fields: Sequence[Field], make_column: MakeColumn, *, last: int) -> None:
        self._pending = Pending(fields, make_column)
        self._last = last
        self._chunks: deque[pl.DataFrame] = deque()
        self._young: list[pl.DataFrame] = []
        self._rows = 0
        """Rows held in chunks, young ones included."""

    def __len__(self) -> int:
        return min(self.rows, self._last)

    @property
    def rows(self) -> int:
        """Rows held: those of the table, and some older ones that go when a whole chunk of them can."""
        return self._rows + self._pending.rows

    def append(self, batch: EventBatch[E]) -> None:
        self._pending.append(batch)
        if self._pending.rows >= PENDING_ROWS:
            self._convert()

    @property
    def table(self) -> pl.DataFrame:
        """The newest rows, oldest first."""
        if self._pending.rows:
            self._convert()
        if not self._rows:
            return self._pending.take()
        return pl.concat([*self._chunks, *self._young]).tail(self._last)

    def clear(self) -> None:
        """Forget every row."""
        self._pending.clear()
        self._chunks.clear()
        self._young.clear()
        self._rows = 0

    def _convert(self) -> None:
        """Make a young chunk of what waits, and one chunk of the young ones when they are many or large."""
        made = self._pending.take()
        self._young.append(made)
        self._rows += made.height
        is_full = sum(chunk.height for chunk in self._young) >= min(CHUNK_ROWS, self._last)
        if not is_full and len(self._young) < YOUNG_CHUNKS:
            return
        merged = pl.concat(self._young, rechunk=True)
        if not is_full:
            self._young = [merged]
            return
        self._young = []
        self._chunks.append(merged)
        while self._rows - self._chunks[0].height >= self._last:
            self._rows -= self._chunks.popleft().height
