"""Gaps as a table: where a table of events may have holes."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tastytrade.dxfeed.gap import Gap
from tastytrade.tables.schema import TIMESTAMP_TYPE

_SCHEMA: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "reason": pl.String(),
    "scope": pl.String(),
    "event_types": pl.List(pl.String()),
    "symbols": pl.List(pl.String()),
    "from": pl.Int64(),
    "to": pl.Int64(),
    "epoch_before": pl.Int64(),
    "epoch_after": pl.Int64(),
    "lost_count": pl.Int64(),
    "healed": pl.String(),
    "healed_rows": pl.Int64(),
}


def gaps_table(gaps: Iterable[Gap]) -> pl.DataFrame:
    """One row a gap, its last version, in the order they first came; typed and empty when there is none.

    ``from`` and ``to`` are UTC with nanoseconds. ``to`` and ``seconds`` are null while a gap is open,
    ``lost_count`` where nobody can know it. Empty ``symbols`` are all of the reader's.
    """
    last = {gap.number: gap for gap in gaps}
    table = pl.DataFrame([_row(gap) for gap in last.values()], schema=_SCHEMA, orient="row")
    seconds = ((pl.col("to") - pl.col("from")) / 1e9).alias("seconds")
    times = pl.col("from", "to").cast(TIMESTAMP_TYPE)
    names = list(_SCHEMA)
    after = names.index("to") + 1
    return table.with_columns(seconds, times).select(*names[:after], "seconds", *names[after:])


def _row(gap: Gap) -> tuple[object, ...]:
    return (
        gap.number,
        gap.reason.value,
        gap.scope.value,
        list(gap.event_types),
        list(gap.symbols),
        gap.from_ns,
        gap.to_ns,
        gap.epoch_before,
        gap.epoch_after,
        gap.lost_count,
        gap.healed.value,
        gap.healed_rows,
    )
