"""One row a symbol, its newest: typed columns in which a symbol has its place for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import count, repeat
from typing import Any, TypeVar

import polars as pl

from tastytrade.dxfeed import Event, EventBatch, Field
from tastytrade.tables.pending import MakeColumn
from tastytrade.tables.schema import RECEIVED

E = TypeVar("E", bound=Event)

STALE_ROWS = 8_192
"""Rows that may be written over, and four times as many as there are symbols, before texts are made anew."""


class LatestRows:
    """The newest row of each symbol, in the order the symbols first came.

    The newest row of each symbol waits as it came, and when somebody looks, it is written into its place:
    nothing is made of rows that another has replaced meanwhile, nor of symbols that have not changed.
    """

    def __init__(self, fields: Sequence[Field], make_column: MakeColumn) -> None:
        self._fields = fields
        self._make_column = make_column
        self.clear()

    def clear(self) -> None:
        """Forget every row and symbol."""
        self._waiting: dict[str, tuple[Any, ...]] = {}
        self._places: defaultdict[str, int] = defaultdict(count().__next__)
        self._columns = [self._make_column(field, []) for field in self._fields]
        self._written_over = 0

    def __len__(self) -> int:
        self._write()
        return len(self._places)

    def append(self, batch: EventBatch[E]) -> None:
        columns = [
            repeat(batch.received_ns)
            if field is RECEIVED
            else batch.columns.get(field.name) or repeat(field.default)
            for field in self._fields
        ]
        # The repeated values have no end: eventSymbol, which is always a column, has.
        self._waiting.update(zip(batch.symbols, zip(*columns, strict=False), strict=False))

    @property
    def table(self) -> pl.DataFrame:
        """The rows as they are now; later ones do not change it."""
        self._write()
        return pl.DataFrame(self._columns)

    def _write(self) -> None:
        """Bring the columns up to what waits."""
        if not self._waiting:
            return
        values = zip(*self._waiting.values(), strict=True)
        newest = [self._make_column(field, one) for field, one in zip(self._fields, values, strict=True)]
        waiting, self._waiting = self._waiting, {}
        known = len(self._places)
        places = pl.Series(list(map(self._places.__getitem__, waiting)), dtype=pl.UInt32)
        if len(self._places) > known:
            # New symbols were given the next places in the order of their rows: these go to the end.
            is_new = places >= known
            for at, column in enumerate(newest):
                self._columns[at] = pl.concat([self._columns[at], column.filter(is_new)], rechunk=True)
            newest = [column.filter(~is_new) for column in newest]
            places = places.filter(~is_new)
        for kept, column in zip(self._columns, newest, strict=True):
            # polars copies what it shares with a table somebody has, so that such a table stays as it was.
            kept.scatter(places, column)
        self._written_over += len(places)
        if self._written_over > 4 * known + STALE_ROWS:
            self._renew_texts()

    def _renew_texts(self) -> None:
        """Let go of the texts that were written over: polars keeps those longer than 12 bytes for good."""
        for at, column in enumerate(self._columns):
            if column.dtype == pl.String:
                self._columns[at] = pl.Series(column.name, column.to_list(), dtype=pl.String)
        self._written_over = 0
