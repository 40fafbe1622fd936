from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tastytrade.simulator.catalogue import BUILT_IN
from tastytrade.simulator.option_series import (
    Expiration,
    build_chain,
    expirations,
    strikes,
    volatility_expiration,
)

TODAY = date(2025, 1, 13)
INSTRUMENTS = {instrument.symbol: instrument for instrument in BUILT_IN}


def expirations_of(symbol: str, today: date = TODAY) -> list[Expiration]:
    return expirations(INSTRUMENTS[symbol], today)


def test_spx_has_an_expiration_on_each_of_the_next_trading_days() -> None:
    days = [one.day for one in expirations_of("SPX") if one.root == "SPXW"]

    assert days[:6] == [date(2025, 1, day) for day in (13, 14, 15, 16, 17, 21)]


def test_both_spx_roots_expire_on_a_third_friday_at_different_hours() -> None:
    both = [one for one in expirations_of("SPX") if one.day == date(2025, 1, 17)]

    assert [(one.root, one.settlement_type, one.expires_at) for one in both] == [
        ("SPX", "AM", datetime(2025, 1, 17, 14, 30, tzinfo=UTC)),
        ("SPXW", "PM", datetime(2025, 1, 17, 21, 0, tzinfo=UTC)),
    ]
    assert {one.exercise_style for one in both} == {"European"}


def test_month_ends_and_quarter_ends_are_named_as_such() -> None:
    kinds = {one.day: one.expiration_type for one in expirations_of("SPX") if one.root == "SPXW"}

    assert kinds[date(2025, 1, 31)] == "End-Of-Month"
    assert kinds[date(2025, 3, 31)] == "Quarterly"
    assert kinds[date(2025, 1, 14)] == "Weekly"


def test_equity_options_are_american_and_expire_on_fridays() -> None:
    found = expirations_of("NVDA")

    assert {one.exercise_style for one in found} == {"American"}
    assert {one.day.weekday() for one in found} <= {3, 4}
    assert sum(one.expiration_type == "Regular" for one in found) == 12


def test_vix_expires_thirty_days_before_the_next_third_friday() -> None:
    assert volatility_expiration(2025, 1) == date(2025, 1, 22)
    # Good Friday moves the third Friday of April 2025 to Thursday, and the Wednesday to Tuesday.
    assert volatility_expiration(2025, 3) == date(2025, 3, 18)


def test_cryptocurrencies_have_no_options() -> None:
    assert expirations_of("BTC/USD") == []
    assert build_chain(INSTRUMENTS["BTC/USD"], TODAY) == []


def test_spx_strikes_are_five_points_apart_around_the_money() -> None:
    near = strikes(INSTRUMENTS["SPX"], is_near=True)

    assert {Decimal(5905), Decimal(5910), Decimal(5915), Decimal(5370), Decimal(6290)} <= set(near)
    assert near == sorted(near)


def test_splg_strikes_start_at_23_in_every_expiration() -> None:
    chain = build_chain(INSTRUMENTS["SPLG"], date(2023, 6, 1))
    lowest: dict[date, Decimal] = {}
    for option in chain:
        lowest.setdefault(option.expiration, option.strike)

    assert next(iter(lowest)) == date(2023, 6, 16)
    assert set(lowest.values()) == {Decimal(23)}


def test_a_chain_is_ordered_by_expiration_root_strike_and_call_before_put() -> None:
    chain = build_chain(INSTRUMENTS["SPX"], TODAY)

    assert chain == sorted(
        chain, key=lambda option: (option.expiration, option.root, option.strike, option.option_type)
    )


@pytest.mark.parametrize(
    ("streamer_symbol", "symbol"),
    [
        (".SPXW250113C5915", "SPXW  250113C05915000"),
        (".VIX250122P17.5", "VIX   250122P00017500"),
        (".NVDA250117C132", "NVDA  250117C00132000"),
    ],
)
def test_options_have_an_occ_and_a_streamer_symbol_made_of_their_root(
    streamer_symbol: str, symbol: str
) -> None:
    chains = [build_chain(INSTRUMENTS[name], TODAY) for name in ("SPX", "VIX", "NVDA")]
    by_name = {option.streamer_symbol: option for chain in chains for option in chain}

    assert by_name[streamer_symbol].symbol == symbol
