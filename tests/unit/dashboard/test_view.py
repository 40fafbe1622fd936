from __future__ import annotations

import json
from typing import Any

from tastytrade.dashboard.panel_args import QuoteArgs
from tastytrade.dashboard.view import Column, Grid, newest_of
from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.tables import TableBuilder


def grid() -> Grid:
    columns = [Column("symbol", "Symbol", "text"), Column("bid", "Bid", "price")]
    return Grid("quotes", QuoteArgs(symbols=("A", "B")), columns, key="symbol")


def told(grid: Grid, since: int) -> dict[str, Any]:
    [text] = grid.said(since)
    message: dict[str, Any] = json.loads(text)
    return message


def test_everything_first_and_then_what_changed() -> None:
    table = grid()
    table.become([("A", 1.0), ("B", 2.0)], {}, at_ns=5_000_000)
    first = told(table, 0)
    version = table.version
    table.become([("A", 1.0), ("B", 3.0)], {}, at_ns=6_000_000)

    assert (first["t"], first["key"], first["args"]) == ("table", "symbol", {"symbols": ["A", "B"]})
    assert first["columns"][1] == {"name": "bid", "label": "Bid", "kind": "price"}
    assert first["rows"] == [["A", 1.0], ["B", 2.0]]
    assert told(table, version) == {
        "t": "rows",
        "panel": "quotes",
        "rows": [["B", 3.0]],
        "gone": [],
        "meta": {"at_ms": 6},
    }


def test_a_row_that_went_is_told_by_its_key() -> None:
    table = grid()
    table.become([("A", 1.0), ("B", 2.0)], {}, at_ns=0)
    version = table.version
    table.become([("B", 2.0)], {}, at_ns=0)

    assert (told(table, version)["rows"], told(table, version)["gone"]) == ([], ["A"])


def test_only_another_time_is_no_change_and_another_price_of_the_underlying_is_one() -> None:
    table = grid()
    table.become([("A", 1.0)], {"spot": 1}, at_ns=0)

    assert not table.become([("A", 1.0)], {"spot": 1}, at_ns=9)
    assert table.become([("A", 1.0)], {"spot": 2}, at_ns=9)
    assert told(table, table.version - 1)["rows"] == []


def test_a_message_is_made_once_for_all_who_are_as_far() -> None:
    table = grid()
    table.become([("A", 1.0)], {}, at_ns=0)

    assert table.said(0) is table.said(0)


def test_after_a_restart_everybody_gets_everything() -> None:
    table = grid()
    table.become([("A", 1.0)], {}, at_ns=0)
    version = table.version
    table.restart()
    was_filled = table.has_something
    table.become([("A", 2.0)], {}, at_ns=0)

    assert not was_filled
    assert told(table, version)["t"] == "table"
    assert table.exported().rows == [("A", 2.0)]


def test_of_last_values_some_columns_of_some_symbols() -> None:
    quotes = TableBuilder(Quote, latest=True)
    quotes.append(EventBatch.from_events([Quote("A", bidPrice=1.0), Quote("B")], received_ns=5))

    assert newest_of(quotes.table, ["B", "A", "C"], ["bidPrice", "timestamp"]) == {
        "bidPrice": {"A": 1.0, "B": None},
        "timestamp": {"A": 5, "B": 5},
    }
