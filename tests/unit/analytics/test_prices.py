from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tastytrade.analytics import Conventions, with_prices
from tastytrade.analytics.conventions import DEFAULT, Price
from tastytrade.dxfeed import Quote, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.tables import chain_table
from tests.unit.analytics.chains import AT, events, listed

NAN = float("nan")


def priced(bid: float, ask: float, last: float = NAN, conventions: Conventions = DEFAULT) -> dict[str, Any]:
    options = listed([5900], kinds="C")
    symbols = [options[0].streamer_symbol]
    quotes = events(Quote, symbols, bidPrice=[bid], askPrice=[ask])
    trades = events(Trade, symbols, price=[last])
    table = with_prices(chain_table(options, quotes=quotes, trades=trades, at=AT), conventions=conventions)
    return table.row(0, named=True)


def test_a_quote_has_a_middle_and_a_width() -> None:
    row = priced(9.0, 11.0)

    assert (row["call_mid"], row["call_spread"], row["call_relative_spread"]) == (10.0, 2.0, 0.2)
    assert row["call_worth"] == 10.0


def test_a_side_that_is_not_listed_has_no_price() -> None:
    row = priced(9.0, 11.0)

    assert {row[f"put_{name}"] for name in ("mid", "spread", "relative_spread", "worth")} == {None}


@pytest.mark.parametrize(
    ("bid", "ask"),
    [(NAN, 11.0), (9.0, NAN), (9.0, float("inf")), (11.0, 9.0), (0.0, 0.05), (0.0, 0.0), (-1.0, 1.0)],
)
def test_half_a_quote_a_crossed_one_or_a_bid_of_nothing_has_no_middle(bid: float, ask: float) -> None:
    assert priced(bid, ask)["call_mid"] is None


def test_a_bid_of_nothing_counts_when_asked_for() -> None:
    assert priced(0.0, 0.05, conventions=Conventions(zero_bid=True))["call_mid"] == 0.025


@pytest.mark.parametrize(("price", "worth"), [("mid", 10.0), ("bid", 9.0), ("ask", 11.0), ("mark", 10.0)])
def test_what_an_option_is_worth_is_a_convention(price: Price, worth: float) -> None:
    assert priced(9.0, 11.0, 5.0, Conventions(price=price))["call_worth"] == worth


@pytest.mark.parametrize(
    ("bid", "ask", "last", "worth"),
    [(NAN, NAN, 5.0, 5.0), (0.0, 4.0, 5.0, 4.0), (6.0, NAN, 5.0, 6.0), (0.0, 4.0, NAN, None)],
)
def test_a_mark_without_a_middle_is_the_last_trade_where_the_market_still_is(
    bid: float, ask: float, last: float, worth: float | None
) -> None:
    assert priced(bid, ask, last, Conventions(price="mark"))["call_worth"] == worth


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"has no call_bidPrice.* give one made by chain_table"):
        with_prices(pl.DataFrame({"strike_price": [1.0]}))


def test_exact_prices_are_prices() -> None:
    options = listed([5900], kinds="C")
    quotes = events(Quote, [options[0].streamer_symbol], bidPrice=[9.0], askPrice=[11.0])
    exact = quotes.with_columns(pl.col("bidPrice", "askPrice").cast(pl.Decimal(38, 4)))

    assert with_prices(chain_table(options, quotes=exact, at=AT))["call_mid"].to_list() == [10.0]
