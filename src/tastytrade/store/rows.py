"""Rows: batches and gaps on their way into columns at rest, and columns at rest as batches and gaps again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import msgspec
import polars as pl
from msgspec.structs import asdict

from tastytrade.dxfeed import Event, EventBatch, Field, fields_of
from tastytrade.dxfeed import Kind as Holds
from tastytrade.dxfeed.event import NAN
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope, Healed
from tastytrade.store.kinds import EPOCH, RECEIVED_NS, Kind, N
from tastytrade.tables.schema import series


class EventRows:
    """Events of one class that wait to be written, in the order they came."""

    def __init__(self, event_class: type[Event]) -> None:
        self._fields: list[tuple[Field, list[Any]]] = [(field, []) for field in fields_of(event_class)]
        self._numbers: list[int] = []
        self._epochs: list[int] = []
        self._received: list[int] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def append(self, batch: EventBatch[Any], *, first_n: int, epoch: int) -> None:
        """Take a batch in, whose first event has this number."""
        rows, columns = len(batch), batch.columns
        self._numbers.extend(range(first_n, first_n + rows))
        self._epochs.extend(repeat(epoch, rows))
        self._received.extend(repeat(batch.received_ns, rows))
        for field, values in self._fields:
            column = columns.get(field.name)
            values.extend(repeat(field.default, rows) if column is None else column)

    def table(self) -> pl.DataFrame:
        """All of them."""
        keys = [
            pl.Series(name, values, dtype=pl.Int64)
            for name, values in ((N, self._numbers), (EPOCH, self._epochs), (RECEIVED_NS, self._received))
        ]
        return pl.DataFrame([*keys, *(series(field, values) for field, values in self._fields)])


class GapRows:
    """Gaps that wait to be written; several may be versions of one."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._rows: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, gap: Gap, *, n: int, received_ns: int) -> None:
        """Take a gap in, which stands after what was received then."""
        self._rows.append({N: n, RECEIVED_NS: received_ns, **asdict(gap)})

    def table(self) -> pl.DataFrame:
        """All of them."""
        return pl.DataFrame(self._rows, schema=self._kind.schema, strict=False)


class EventColumns:
    """A table at rest as the columns of batches: sorted by ``n``, and taken from the front on."""

    def __init__(self, event_class: type[Event], table: pl.DataFrame) -> None:
        self._event_class = event_class
        self._numbers = table[N].to_list()
        self._columns = {field.name: _values(field, table[field.name]) for field in fields_of(event_class)}
        self._at = 0

    def take(self, rows: int, *, received_ns: int, epoch: int) -> EventBatch[Any]:
        """The next so many events, which came together."""
        start, end = self._at, self._at + rows
        self._at = end
        numbers: Sequence[int] = self._numbers[start:end]
        if numbers[-1] - numbers[0] == rows - 1:
            numbers = range(numbers[0], numbers[-1] + 1)
        return EventBatch(
            self._event_class,
            {name: column[start:end] for name, column in self._columns.items()},
            received_ns=received_ns,
            epoch=epoch,
            numbers=numbers,
        )


def gaps_of(table: pl.DataFrame) -> list[Gap]:
    """The gaps of a table at rest, in its order."""
    return [
        Gap(
            number=row["number"],
            reason=GapReason(row["reason"]),
            scope=GapScope(row["scope"]),
            event_types=tuple(row["event_types"]),
            symbols=tuple(row["symbols"]),
            from_ns=row["from_ns"],
            to_ns=row["to_ns"],
            detected_ns=row["detected_ns"],
            epoch_before=row["epoch_before"],
            epoch_after=row["epoch_after"],
            lost_count=row["lost_count"],
            healed=Healed(row["healed"]),
            healed_rows=row["healed_rows"],
        )
        for row in table.iter_rows(named=True)
    ]


_read_any: Callable[[str], Any] = msgspec.json.Decoder().decode


def _values(field: Field, column: pl.Series) -> list[Any]:
    values = column.to_list()
    if field.kind is Holds.DOUBLE and column.null_count():
        return [NAN if value is None else value for value in values]
    if field.kind is Holds.ANY:
        return [None if value is None else _read_any(value) for value in values]
    return values
