from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tastytrade.dxfeed import Event, EventBatch, Greeks, Quote, Summary, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.models import Option, OptionType
from tastytrade.tables import TableBuilder, chain_table, options_table
from tests.unit.instruments.options import FIRST, SECOND, option, pairs

NOW = 1_736_542_800_000_000_000
CALL, PUT = ".SPXW250110C5900", ".SPXW250110P5900"


def latest(cls: type[Event], *, seconds_ago: int = 0, **columns: list[Any]) -> pl.DataFrame:
    builder = TableBuilder(cls, latest=True)
    builder.append(EventBatch(cls, columns, received_ns=NOW - seconds_ago * 10**9))
    return builder.table


QUOTES = latest(
    Quote,
    seconds_ago=1,
    eventSymbol=[CALL, PUT, "SPX"],
    bidPrice=[15.1, float("nan"), 5910.0],
    askPrice=[15.3, 4.2, 5911.0],
    bidSize=[7.0, float("nan"), 1.0],
    askSize=[9.0, 3.0, 1.0],
)
GREEKS = latest(Greeks, seconds_ago=2, eventSymbol=[CALL], delta=[0.62], volatility=[0.11], rho=[0.01])
SUMMARIES = latest(Summary, seconds_ago=30, eventSymbol=[PUT], openInterest=[1200.0])
TRADES = latest(Trade, eventSymbol=[CALL], price=[15.2], size=[2.0], dayVolume=[830.0])


def joined(options: list[Option]) -> pl.DataFrame:
    return chain_table(options, quotes=QUOTES, greeks=GREEKS, summaries=SUMMARIES, trades=TRADES, at=NOW)


def test_options_become_a_row_each_with_a_type_a_column() -> None:
    table = options_table(pairs([Decimal("12.125")], root="BABA2"))

    assert table.to_dicts()[1] == {
        "underlying_symbol": "SPX",
        "root_symbol": "BABA2",
        "expiration_date": FIRST,
        "days_to_expiration": 0,
        "strike_price": Decimal("12.125"),
        "option_type": "put",
        "settlement_type": "PM",
        "expiration_type": "Weekly",
        "exercise_style": "European",
        "shares_per_contract": 100,
        "streamer_symbol": ".BABA2250110P12.125",
        "symbol": "BABA2 2025-01-10 P 12.125",
        "expires_at": datetime(2025, 1, 10, 21, tzinfo=UTC),
        "stops_trading_at": datetime(2025, 1, 10, 21, tzinfo=UTC),
    }
    assert table.schema["option_type"] == pl.Enum(["call", "put"])
    assert table.schema["expires_at"] == pl.Datetime("ns", "UTC")


def test_no_options_are_a_table_of_the_same_types() -> None:
    assert options_table([]).schema == options_table(pairs([5900])).schema
    assert chain_table([], at=NOW).schema == joined(pairs([5900])).schema
    assert chain_table([], at=NOW).height == 0


@pytest.mark.parametrize(
    ("strikes", "places"),
    [(["5900"], 3), (["5900.000000"], 3), (["0.5", "99999.999"], 3), (["0.0000615", "1E+5"], 7)],
)
def test_a_strike_loses_no_digit(strikes: list[str], places: int) -> None:
    table = options_table([option(Decimal(strike)) for strike in strikes])

    assert table["strike_price"].to_list() == [Decimal(strike) for strike in strikes]
    assert table.schema["strike_price"] == pl.Decimal(38, places)


def test_what_the_service_left_out_is_null() -> None:
    bare = Option(
        symbol="X",
        root_symbol="X",
        expiration_date=FIRST,
        strike_price=Decimal(5),
        option_type=OptionType.CALL,
    )
    row = options_table([bare]).to_dicts()[0]

    assert {name for name, value in row.items() if value is None} == {
        "days_to_expiration",
        "settlement_type",
        "expiration_type",
        "exercise_style",
        "shares_per_contract",
        "expires_at",
        "stops_trading_at",
    }


def test_a_row_is_a_strike_with_the_call_left_and_the_put_right() -> None:
    columns = joined(pairs([5900])).columns
    side = [
        "streamer_symbol",
        *["bidPrice", "askPrice", "bidSize", "askSize", "quote_age"],
        *["volatility", "delta", "gamma", "theta", "vega", "rho", "greeks_age"],
        *["openInterest", "summary_age"],
        *["price", "size", "dayVolume", "trade_age"],
    ]

    assert columns == [
        *["expiration_date", "root_symbol", "settlement_type", "days_to_expiration"],
        *[f"call_{name}" for name in side],
        "strike_price",
        *[f"put_{name}" for name in side],
    ]


def test_what_is_known_of_an_option_stands_on_its_side_with_its_age() -> None:
    row = joined(pairs([5900])).row(0, named=True)
    known = {name: value for name, value in row.items() if value is not None}

    assert known == {
        "expiration_date": FIRST,
        "root_symbol": "SPXW",
        "settlement_type": "PM",
        "days_to_expiration": 0,
        "call_streamer_symbol": CALL,
        "call_bidPrice": 15.1,
        "call_askPrice": 15.3,
        "call_bidSize": 7.0,
        "call_askSize": 9.0,
        "call_quote_age": timedelta(seconds=1),
        "call_volatility": 0.11,
        "call_delta": 0.62,
        "call_rho": 0.01,
        "call_greeks_age": timedelta(seconds=2),
        "call_price": 15.2,
        "call_size": 2.0,
        "call_dayVolume": 830.0,
        "call_trade_age": timedelta(0),
        "strike_price": Decimal(5900),
        "put_streamer_symbol": PUT,
        "put_askPrice": 4.2,
        "put_askSize": 3.0,
        "put_quote_age": timedelta(seconds=1),
        "put_openInterest": 1200.0,
        "put_summary_age": timedelta(seconds=30),
    }


def test_rows_are_sorted_and_each_strike_has_one_per_date_and_root() -> None:
    options = [
        *pairs([5900], day=SECOND, root="SPX", settlement="AM"),
        *pairs([5910, Decimal("5905.5"), 5900], day=SECOND),
        *pairs([5900], day=FIRST),
    ]

    found = chain_table(reversed(options), at=NOW)

    assert found.select("expiration_date", "root_symbol", "settlement_type", "strike_price").rows() == [
        (FIRST, "SPXW", "PM", Decimal(5900)),
        (SECOND, "SPX", "AM", Decimal(5900)),
        (SECOND, "SPXW", "PM", Decimal(5900)),
        (SECOND, "SPXW", "PM", Decimal("5905.5")),
        (SECOND, "SPXW", "PM", Decimal(5910)),
    ]
    assert found["days_to_expiration"].to_list() == [0, 7, 7, 7, 7]


def test_a_strike_with_one_side_has_nulls_on_the_other() -> None:
    found = joined([option(5900, "C"), option(5905, "P")])

    assert found.select("call_streamer_symbol", "strike_price", "put_streamer_symbol").rows() == [
        (CALL, Decimal(5900), None),
        (None, Decimal(5905), ".SPXW250110P5905"),
    ]


def test_a_chain_without_a_settlement_type_has_both_sides_in_one_row() -> None:
    bare = [
        Option(symbol=kind, root_symbol="X", expiration_date=FIRST, strike_price=Decimal(5), option_type=kind)
        for kind in OptionType
    ]

    assert chain_table(bare, at=NOW).height == 1


def test_an_option_named_twice_is_one() -> None:
    assert joined([*pairs([5900]), *pairs([5900])]).height == 1


def test_without_events_a_chain_is_its_symbols_and_strikes() -> None:
    found = chain_table(OptionChain("SPX", pairs([5900, 5905])).options, at=NOW)

    assert found["put_streamer_symbol"].to_list() == [PUT, ".SPXW250110P5905"]
    assert found["call_bidPrice"].null_count() == found["put_trade_age"].null_count() == 2


def test_of_several_events_of_a_symbol_the_last_counts() -> None:
    builder = TableBuilder(Quote)
    for price in (1.0, 2.0, 3.0):
        builder.append(EventBatch(Quote, {"eventSymbol": [CALL], "bidPrice": [price]}, received_ns=NOW))

    assert chain_table([option(5900)], quotes=builder.table, at=NOW)["call_bidPrice"].to_list() == [3.0]


def test_an_event_that_was_never_received_has_no_age() -> None:
    builder = TableBuilder(Greeks, latest=True)
    builder.extend([Greeks(CALL, delta=0.5)])
    found = chain_table([option(5900)], greeks=builder.table, at=NOW)

    assert found.select("call_delta", "call_greeks_age").rows() == [(0.5, None)]


def test_tables_of_chosen_columns_or_decimals_are_taken_as_they_are() -> None:
    chosen = TableBuilder(Quote, columns=["eventSymbol", "bidPrice"], decimals=2)
    chosen.append(EventBatch(Quote, {"eventSymbol": [CALL], "bidPrice": [1.25]}, received_ns=NOW))
    found = chain_table([option(5900)], quotes=chosen.table, at=NOW)

    assert found.select("call_bidPrice", "call_askPrice", "call_quote_age").rows() == [
        (Decimal("1.25"), None, None)
    ]


def test_a_table_with_columns_of_ones_own_is_taken() -> None:
    own = QUOTES.with_columns(mid=(pl.col("bidPrice") + pl.col("askPrice")) / 2)

    assert chain_table(pairs([5900]), quotes=own, at=NOW).equals(
        chain_table(pairs([5900]), quotes=QUOTES, at=NOW)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"quotes": GREEKS},
        {"greeks": QUOTES},
        {"trades": SUMMARIES},
        {"trades": GREEKS},  # both have a price
        {"summaries": pl.DataFrame()},
        {"quotes": QUOTES.drop("eventSymbol")},
    ],
)
def test_a_table_of_something_else_is_refused(wrong: dict[str, pl.DataFrame]) -> None:
    with pytest.raises(ConfigurationError, match=r"a chain table takes a table of .* with eventSymbol"):
        chain_table(pairs([5900]), at=NOW, **wrong)


def test_thousands_of_strikes_keep_their_own_values() -> None:
    days = [FIRST + timedelta(days=number) for number in range(25)]
    options = [one for day in days for one in pairs(range(4000, 5000, 5), day=day)]
    strikes = [float(one.strike_price) for one in options]
    symbols = [one.streamer_symbol for one in options]
    trades = latest(Trade, eventSymbol=symbols, price=strikes)

    found = chain_table(options, trades=trades, at=NOW)

    assert found.height == 5000
    assert found.filter(pl.col("strike_price").cast(pl.Float64) != pl.col("call_price")).height == 0
    assert found["put_price"].to_list() == found["call_price"].to_list()
    assert date(2025, 2, 3) == found["expiration_date"][-1]
