"""Kinds: what a store keeps a table of. Every event class is one, and so are gaps.

Each row has ``n``, its place in the order in which everything came, and ``received_ns``. Doubles that are
missing are null at rest, because every engine knows what null is; ``nan`` when they are events again.
"""

from __future__ import annotations

from functools import cache

import polars as pl
from msgspec import Struct

from tastytrade.dxfeed import EVENT_CLASSES, Event
from tastytrade.errors import StoreDamaged
from tastytrade.tables.schema import TIMESTAMP, schema_of

GAP = "Gap"
"""The name of the kind that gaps are."""
N, EPOCH, RECEIVED_NS = "n", "epoch", "received_ns"

_EVENT_KEYS: dict[str, pl.DataType] = {N: pl.Int64(), EPOCH: pl.Int64(), RECEIVED_NS: pl.Int64()}
_GAP_SCHEMA: dict[str, pl.DataType] = {
    N: pl.Int64(),
    RECEIVED_NS: pl.Int64(),
    "number": pl.Int64(),
    "reason": pl.String(),
    "scope": pl.String(),
    "event_types": pl.List(pl.String()),
    "symbols": pl.List(pl.String()),
    "from_ns": pl.Int64(),
    "to_ns": pl.Int64(),
    "detected_ns": pl.Int64(),
    "epoch_before": pl.Int64(),
    "epoch_after": pl.Int64(),
    "lost_count": pl.Int64(),
    "healed": pl.String(),
    "healed_rows": pl.Int64(),
}


class Kind(Struct, frozen=True):
    """``event_class`` is None for gaps; ``schema`` is that of the table at rest."""

    name: str
    event_class: type[Event] | None
    schema: dict[str, pl.DataType]

    @property
    def order(self) -> list[str]:
        """What rows of a file are sorted by: a symbol's rows lie together."""
        return [N] if self.event_class is None else ["eventSymbol", N]


@cache
def kind_of(name: str) -> Kind:
    """The kind of a name: an event type's, or GAP. Raises StoreDamaged for any other."""
    if name == GAP:
        return Kind(GAP, None, _GAP_SCHEMA)
    event_class = EVENT_CLASSES.get(name)
    if event_class is None:
        raise StoreDamaged(f"the store has a table {name!r}, which is no event type this version knows")
    fields = {name: kept for name, kept in schema_of(event_class).items() if name != TIMESTAMP}
    return Kind(name, event_class, _EVENT_KEYS | fields)


def int_bounds(column: pl.Series) -> tuple[int, int]:
    """The least and the largest of a column of integers; at least one."""
    return int(column.min()), int(column.max())  # type: ignore[arg-type]  # its type is that of any column
