"""Counts: how many rows of an event type came when."""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from tastytrade.dxfeed import Event
from tastytrade.store.store import Store
from tastytrade.tables.schema import SYMBOL, TIMESTAMP


class Slices(Struct, frozen=True):
    """The time from ``first_ns`` to ``last_ns``, in ``count`` slices of one length."""

    first_ns: int
    last_ns: int
    count: int

    @property
    def length_ns(self) -> int:
        return (self.last_ns - self.first_ns) // self.count + 1

    def place(self, at_ns: int) -> int:
        """In which slice a time lies; what lies before or after all is in the first or last."""
        return min(max((at_ns - self.first_ns) // self.length_ns, 0), self.count - 1)


class Counts(Struct, frozen=True):
    """Rows of one event type: of how many symbols, and how many in each slice that has any."""

    symbols: int
    by_slice: dict[int, int]


def counts_of(store: Store, event_type: type[Event], slices: Slices) -> Counts:
    """Count the rows of an event type, slice by slice. Raises StoreDamaged."""
    at_ns = pl.col(TIMESTAMP).cast(pl.Int64)
    scanned = store.scan(event_type)
    symbols, counts = pl.collect_all(
        [
            scanned.select(pl.col(SYMBOL).n_unique()),
            scanned.group_by((at_ns - slices.first_ns) // slices.length_ns).len(),
        ]
    )
    return Counts(symbols.item(), dict(counts.iter_rows()))
