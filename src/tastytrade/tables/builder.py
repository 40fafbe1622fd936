"""TableBuilder: batches in, one polars table out, at a flat cost per event. Gaps in, a table of them out.

Why it is shaped so. A frame has a fixed price, about 0.15 ms, so none is made for a batch; a value has one
of about 10 ns, whoever converts it, so each is converted once. Hence three stages:

1. ``Pending``: the values of each column in one list, as they came. Batches are let go.
2. ``NewestRows``: when some thousand rows wait, or when the table is asked for, they become typed chunks,
   and small chunks become large ones. A table is those chunks put side by side, none of them copied,
   so it costs the same however many rows there are and however often it is asked for.
3. ``LatestRows``, in its place: only the newest waiting row of each symbol is converted, and written over
   the symbol's row. A table then costs as much as what has changed, and a copy of the columns.

Lists go to polars as they are: a double costs 9 ns that way and 40 by way of an array, and doubles among
which JSON has whole numbers stay exact. Nor do symbols become numbers first: looking each up in Python
costs more than making its text a cell. What saves most is to convert a column that is of one value, as
tastytrade's event times are, once (see ``schema``). ``tests/speed/tables.py`` measures all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Generic, TypeVar

import polars as pl

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.dxfeed.gap import Gap
from tastytrade.errors import ConfigurationError
from tastytrade.tables.gaps import gaps_table
from tastytrade.tables.latest_rows import LatestRows
from tastytrade.tables.newest_rows import NewestRows
from tastytrade.tables.schema import SYMBOL, described, schema_of, series

E = TypeVar("E", bound=Event)

DEFAULT_LAST = 1_000_000
LAST_GAPS = 100_000
"""Gaps that are kept; of more than these the oldest are forgotten."""


class TableBuilder(Generic[E]):
    """A table of events of one class that keeps growing, within a bound.

    last      keep the newest so many rows (1,000,000 unless told)
    latest    keep one row a symbol, its newest, in the order the symbols first came
    decimals  doubles as Decimal with so many decimal places, instead of Float64: twice the price of a double,
              about 10 ns more a value; what no Decimal holds (an infinity) is null
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
        fields, make_column = described(event_class, self.schema), partial(series, decimals=decimals)
        self._rows = LatestRows(fields, make_column) if latest else NewestRows(fields, make_column, last=last)
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
        self._rows.append(batch)

    def extend(self, events: Iterable[E]) -> None:
        """Add events one by one made; slower than batches."""
        found = list(events)
        if found:
            self.append(EventBatch.from_events(found))

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def table(self) -> pl.DataFrame:
        """The rows kept so far, oldest first; a typed empty table before the first."""
        return self._rows.table

    @property
    def gaps(self) -> pl.DataFrame:
        """Where rows may be missing: ``gaps_table`` of those appended that concern this event class."""
        name = self.event_class.__name__
        return gaps_table(gap for gap in self._gaps.values() if name in gap.event_types)

    def clear(self) -> None:
        """Forget every row and gap; ``appended`` keeps counting."""
        self._gaps.clear()
        self._rows.clear()

    def _append_gap(self, gap: Gap) -> None:
        self._gaps[gap.number] = gap
        if len(self._gaps) > LAST_GAPS:
            del self._gaps[next(iter(self._gaps))]


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
