"""Rows that wait as Python values, column by column, until there are enough to be worth a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, TypeVar

import polars as pl

from tastytrade.dxfeed import Event, EventBatch, Field
from tastytrade.tables.schema import RECEIVED

E = TypeVar("E", bound=Event)

MakeColumn = Callable[[Field, Sequence[Any]], pl.Series]


class Pending:
    """The values of batches, one list a field; ``rows`` says how many wait.

    They are taken out of their batches at once: a batch that waited would keep a dozen lists alive, for one
    row perhaps, and the garbage collector busy with them.
    """

    def __init__(self, fields: Sequence[Field], make_column: MakeColumn) -> None:
        self.rows = 0
        self._make_column = make_column
        self._values: list[tuple[Field, list[Any]]] = [(field, []) for field in fields]
        # The lists are emptied and never replaced, so that the way into each is looked up once.
        self._ways = [
            (field.name, field.default, values.extend)
            for field, values in self._values
            if field is not RECEIVED
        ]
        self._stamps = next((values for field, values in self._values if field is RECEIVED), None)

    def append(self, batch: EventBatch[E]) -> None:
        rows, columns = len(batch), batch.columns
        for name, default, extend in self._ways:
            column = columns.get(name)
            extend(repeat(default, rows) if column is None else column)
        if self._stamps is not None:
            self._stamps.extend(repeat(batch.received_ns, rows))
        self.rows += rows

    def take(self) -> pl.DataFrame:
        """All rows, which then wait no more."""
        frame = pl.DataFrame([self._make_column(field, values) for field, values in self._values])
        self.clear()
        return frame

    def clear(self) -> None:
        """Forget what waits."""
        for _, values in self._values:
            values.clear()
        self.rows = 0
