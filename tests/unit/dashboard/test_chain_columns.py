from __future__ import annotations

from datetime import date
from decimal import Decimal

from tastytrade.dashboard.chain_columns import COLUMNS, KEY, chain_rows
from tastytrade.dxfeed import EventBatch, Greeks, Quote
from tastytrade.instruments import Option, OptionType
from tastytrade.tables import TableBuilder, chain_table

NOW = 1_795_184_000_123_456_789


def option(side: OptionType, strike: str) -> Option:
    return Option(
        symbol="", root_symbol="SPXW", underlying_symbol="SPX", expiration_date=date(2026, 11, 23),
        strike_price=Decimal(strike), option_type=side,
    )  # fmt: skip


def test_the_columns_are_those_of_a_chain_table_with_the_strike_between_the_sides() -> None:
    names = [column.name for column in COLUMNS]
    table = chain_table([option(OptionType.CALL, "10")], at=NOW)

    assert names.index(KEY) == len(names) // 2
    assert set(names) <= set(table.columns)


def test_values_are_as_they_are_and_ages_are_when_it_was_received() -> None:
    call, put = option(OptionType.CALL, "10.5"), option(OptionType.PUT, "10.5")
    quotes, greeks = TableBuilder(Quote), TableBuilder(Greeks)
    quotes.append(
        EventBatch.from_events([Quote(call.streamer_symbol, bidPrice=1.1)], received_ns=NOW - 5_000_000_000)
    )
    greeks.append(EventBatch.from_events([Greeks(put.streamer_symbol, volatility=0.2)], received_ns=0))
    table = chain_table([call, put], quotes=quotes.table, greeks=greeks.table, at=NOW)
    [row] = [
        dict(zip((column.name for column in COLUMNS), row, strict=True))
        for row in chain_rows(table, at_ns=NOW)
    ]

    assert row["strike_price"] == 10.5
    assert (row["call_bidPrice"], row["call_askPrice"], row["put_bidPrice"]) == (1.1, None, None)
    assert row["call_quote_age"] == (NOW - 5_000_000_000) // 1_000_000
    assert (row["put_volatility"], row["put_greeks_age"]) == (0.2, None)
