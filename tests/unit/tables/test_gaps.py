from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace

from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope, Healed
from tastytrade.tables import TableBuilder, gaps_table

NS = 1_700_000_000_000_000_123


def gap(number: int = 1, **values: Any) -> Gap:
    made = Gap(
        number=number,
        reason=GapReason.DISCONNECT,
        scope=GapScope.CONNECTION,
        event_types=("Quote", "Trade"),
        from_ns=NS,
        detected_ns=NS + 7,
        epoch_before=1,
    )
    return replace(made, **values)


def test_a_gap_is_a_row_with_its_times_in_utc() -> None:
    ended = gap(3, symbols=("A", "B"), to_ns=NS + 2_500_000_000, epoch_after=2, lost_count=9)
    table = gaps_table([ended])

    assert table.drop("from", "to").rows(named=True) == [
        {
            "number": 3,
            "reason": "disconnect",
            "scope": "connection",
            "event_types": ["Quote", "Trade"],
            "symbols": ["A", "B"],
            "seconds": 2.5,
            "epoch_before": 1,
            "epoch_after": 2,
            "lost_count": 9,
            "healed": "none",
            "healed_rows": 0,
        }
    ]
    assert table["from"].to_physical().to_list() == [NS]
    assert table["from"].to_list() == [datetime.fromtimestamp(NS // 10**9, UTC)]
    assert table["to"].to_physical().to_list() == [NS + 2_500_000_000]


def test_an_open_gap_has_no_end_and_no_length() -> None:
    [row] = gaps_table([gap()]).rows(named=True)

    assert (row["to"], row["seconds"], row["lost_count"], row["symbols"]) == (None, None, None, [])


def test_the_last_version_of_a_gap_counts_where_the_first_stood() -> None:
    healed = gap(1, to_ns=NS + 1, healed=Healed.FULL, healed_rows=4)
    table = gaps_table([gap(1), gap(2), gap(1, to_ns=NS + 1), healed])

    assert table.select("number", "healed", "healed_rows").rows() == [(1, "full", 4), (2, "none", 0)]


def test_a_table_of_no_gaps_has_the_same_types() -> None:
    empty = gaps_table([])
    types: dict[str, pl.DataType] = {
        "number": pl.Int64(),
        "reason": pl.String(),
        "scope": pl.String(),
        "event_types": pl.List(pl.String()),
        "symbols": pl.List(pl.String()),
        "from": pl.Datetime("ns", "UTC"),
        "to": pl.Datetime("ns", "UTC"),
        "seconds": pl.Float64(),
        "epoch_before": pl.Int64(),
        "epoch_after": pl.Int64(),
        "lost_count": pl.Int64(),
        "healed": pl.String(),
        "healed_rows": pl.Int64(),
    }

    assert empty.height == 0
    assert empty.schema == gaps_table([gap(), gap(2, to_ns=NS)]).schema
    assert empty.schema == pl.Schema(types)


@pytest.mark.parametrize("latest", [False, True])
def test_a_builder_takes_gaps_between_batches(latest: bool) -> None:
    builder = TableBuilder(Quote, latest=latest)
    batch = EventBatch(Quote, {"eventSymbol": ["A"]}, received_ns=NS)
    for record in (batch, gap(1), gap(1, to_ns=NS + 10**9), batch):
        builder.append(record)

    assert builder.gaps.select("number", "seconds").rows() == [(1, 1.0)]
    assert (builder.appended, builder.table.height) == (2, 1 if latest else 2)


def test_a_builder_shows_the_gaps_of_its_own_event_class() -> None:
    builder = TableBuilder(Trade)
    builder.append(gap(1, event_types=("Quote",)))
    builder.append(gap(2, event_types=("Trade",)))

    assert builder.gaps["number"].to_list() == [2]


def test_a_cleared_builder_has_no_gaps() -> None:
    builder = TableBuilder(Quote)
    builder.append(gap())
    builder.clear()

    assert builder.gaps.height == 0
