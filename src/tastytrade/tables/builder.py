"""TableBuilder: batches in, one polars table out, at a flat cost per event. Gaps in, a table of them out.

Columns are extended as they come and turned into typed chunks of some thousand rows, because a
DataFrame has a fixed price; ``table`` puts the chunks together when it is asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import repeat
from typing import Any, Generic, TypeVar

import polars as pl

from tastytrade.dxfeed import Event, EventBatch, Field, fields_of
from tastytrade.dxfeed.gap import Gap
from tastytrade.errors import ConfigurationError
from tastytrade.tables.gaps import gaps_table
from tastytrade.tables.schema import SYMBOL, TIMESTAMP, TIMESTAMP_TYPE, schema_of, series

E = TypeVar("E", bound=Event)

CHUNK_ROWS = 8_192
DEFAULT_LAST = 1_000_000
LAST_GAPS = 100_000
"""Gaps that are kept; of more than these the oldest are forgotten."""


class TableBuilder(Generic[E]):
    """A table of events of one class that keeps growing, within a bound.

    last      keep the newest so many rows (1,000,000 unless told)
    latest    keep one row a symbol, its newest, in the order the symbols first came
    decimals  doubles as Decimal with so many decimal places, instead of Float64
    columns   only these columns, in this order; ``timestamp`` is one of them if wanted
    """

    def __init__(
        self,
        event_class: type[E],
        *,
        last: int = DEFAULT_LAST,
        latest: bool = False,
        decimals: int | None = None,
        columns: Iterable[str] | None = None,
    ) -> None:
        self.event_class = event_class
        self.schema = _chosen(event_class, decimals, columns)
        self.appended = 0
        """Rows appended so far, kept or not."""
        self._decimals = decimals
        self._last = last
        known = {field.name: field for field in fields_of(event_class)}
        self._fields = [known[name] for name in self.schema if name != TIMESTAMP]
        self._latest: dict[str, tuple[Any, ...]] | None = {} if latest else None
        self._chunks: deque[pl.DataFrame] = deque()
        self._chunk_rows = 0
        self._pending: list[EventBatch[E]] = []
        self._pending_rows = 0
        self._gaps: dict[int, Gap] = {}

    def append(self, batch: EventBatch[E] | Gap) -> None:
        """Add a batch of this table's event class, or any gap."""
        if not isinstance(batch, EventBatch):  # the quick way to ask: nearly all are batches
            self._append_gap(batch)
            return
        if batch.event_class is not self.event_class:
            raise ConfigurationError(
                f"a table of {self.event_class.__name__} takes no {batch.event_class.__name__}"
            )
        self.appended += len(batch)
        if self._latest is not None:
            columns = [batch.columns.get(field.name) or repeat(field.default) for field in self._fields]
            rows = zip(repeat(batch.received_ns), *columns, strict=False)
            self._latest.update(zip(batch.symbols, rows, strict=False))
            return
        self._pending.append(batch)
        self._pending_rows += len(batch)
        if self._pending_rows >= CHUNK_ROWS:
            self._close_chunk()

    def extend(self, events: Iterable[E]) -> None:
        """Add events one by one made; slower than batches."""
        found = list(events)
        if found:
            self.append(EventBatch.from_events(found))

    def __len__(self) -> int:
        if self._latest is not None:
            return len(self._latest)
        return min(self._chunk_rows + self._pending_rows, self._last)

    @property
    def table(self) -> pl.DataFrame:
        """The rows kept so far, oldest first; a typed empty table before the first."""
        if self._latest is not None:
            return self._latest_table()
        pending = [self._frame(self._pending)] if self._pending else []
        parts = [*self._chunks, *pending]
        if not parts:
            return pl.DataFrame(schema=self.schema)
        return pl.concat(parts).tail(self._last)

    @property
    def gaps(self) -> pl.DataFrame:
        """Where rows may be missing: ``gaps_table`` of those appended that concern this event class."""
        name = self.event_class.__name__
        return gaps_table(gap for gap in self._gaps.values() if name in gap.event_types)

    def clear(self) -> None:
        """Forget every row and gap; ``appended`` keeps counting."""
        self._gaps.clear()
        self._chunks.clear()
        self._chunk_rows = self._pending_rows = 0
        self._pending = []
        if self._latest is not None:
            self._latest = {}

    def _append_gap(self, gap: Gap) -> None:
        self._gaps[gap.number] = gap
        if len(self._gaps) > LAST_GAPS:
            del self._gaps[next(iter(self._gaps))]

    def _close_chunk(self) -> None:
        self._chunks.append(self._frame(self._pending))
        self._chunk_rows += self._pending_rows
        self._pending, self._pending_rows = [], 0
        while self._chunk_rows - self._chunks[0].height >= self._last:
            self._chunk_rows -= self._chunks.popleft().height

    def _frame(self, batches: list[EventBatch[E]]) -> pl.DataFrame:
        columns = {field.name: self._column(field, batches) for field in self._fields}
        if TIMESTAMP in self.schema:
            stamps: list[int] = []
            for batch in batches:
                stamps += [batch.received_ns] * len(batch)
            columns[TIMESTAMP] = pl.Series(TIMESTAMP, stamps, dtype=pl.Int64).cast(TIMESTAMP_TYPE)
        return pl.DataFrame([columns[name] for name in self.schema])

    def _column(self, field: Field, batches: list[EventBatch[E]]) -> pl.Series:
        values: list[Any] = []
        for batch in batches:
            column = batch.columns.get(field.name)
            values += [field.default] * len(batch) if column is None else column
        return series(field, values, decimals=self._decimals)

    def _latest_table(self) -> pl.DataFrame:
        if not self._latest:
            return pl.DataFrame(schema=self.schema)
        stamps, *columns = zip(*self._latest.values(), strict=True)
        made = {
            field.name: series(field, values, decimals=self._decimals)
            for field, values in zip(self._fields, columns, strict=True)
        }
        made[TIMESTAMP] = pl.Series(TIMESTAMP, stamps, dtype=pl.Int64).cast(TIMESTAMP_TYPE)
        return pl.DataFrame([made[name] for name in self.schema])


def _chosen(
    event_class: type[Event], decimals: int | None, columns: Iterable[str] | None
) -> dict[str, pl.DataType]:
    schema = schema_of(event_class, decimals=decimals)
    if columns is None:
        return schema
    names = list(columns)
    unknown = [name for name in names if name not in schema]
    if unknown or SYMBOL not in names:
        raise ConfigurationError(
            f"columns of {event_class.__name__} must include {SYMBOL} and be among {', '.join(schema)};"
            f" got {', '.join(names)}"
        )
    return {name: schema[name] for name in names}
