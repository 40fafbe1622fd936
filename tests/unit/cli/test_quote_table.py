"""One table of what is known of symbols."""

from __future__ import annotations

from typing import Any

import pytest

from tastytrade.cli.quote_table import quote_table
from tastytrade.dxfeed import Event, EventBatch, Profile, Quote, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.tables import TableBuilder


def table(events: list[Any], *, at_ns: int) -> Any:
    builder = TableBuilder(type(events[0]))
    builder.append(EventBatch.from_events(events, received_ns=at_ns))
    return builder.table


def test_parts_stand_side_by_side_in_the_order_asked() -> None:
    quotes = table([Quote("SPY", bidPrice=580.0), Quote("QQQ", bidPrice=480.0)], at_ns=1_000_000_000)
    trades = table([Trade("VIX", price=15.0), Trade("SPY", price=580.5)], at_ns=2_000_000_000)
    found = quote_table({Quote: quotes, Trade: trades}, ["VIX", "SPY", "NOPE", "QQQ"])

    assert found["eventSymbol"].to_list() == ["VIX", "SPY", "QQQ"]
    assert found["bidPrice"].to_list() == [None, 580.0, 480.0]
    assert found["price"].to_list() == [15.0, 580.5, None]
    assert [stamp.second for stamp in found["timestamp"]] == [2, 2, 1]


@pytest.mark.parametrize("tables", [{}, {Profile: table([Profile("SPY")], at_ns=1)}])
def test_what_is_no_part_of_it_is_refused(tables: dict[type[Event], Any]) -> None:
    with pytest.raises(ConfigurationError, match="a quote table"):
        quote_table(tables, ["SPY"])
