from __future__ import annotations

from datetime import date

import pytest

from tastytrade.simulator.listing import Listing
from tastytrade.simulator.option_habits import OptionHabits, habits_of, market_around, tick_at

LISTING = Listing(date(2025, 1, 13))
GRID: tuple[tuple[float | None, float], ...] = ((3.0, 0.05), (None, 0.10))


def habits(symbol: str) -> OptionHabits:
    option = LISTING.option(symbol)
    assert option is not None
    instrument = LISTING.instrument(option.underlying)
    assert instrument is not None
    return habits_of(option, instrument, LISTING.today)


def test_options_at_the_money_are_busier_than_those_far_from_it() -> None:
    near, far = habits(".SPXW250113C5830"), habits(".SPXW250113C6800")

    assert 500 <= near.quote_ms < 1500 < far.quote_ms
    assert near.trade_ms < far.trade_ms
    assert near.open_interest > far.open_interest


def test_greeks_come_every_ten_to_twenty_seconds() -> None:
    for strike in range(5700, 5900, 5):
        assert 10_000 <= habits(f".SPXW250113C{strike}").greeks_ms <= 20_000


@pytest.mark.parametrize(("price", "tick"), [(0.0, 0.05), (2.99, 0.05), (3.0, 0.10), (400.0, 0.10)])
def test_the_grid_is_finer_for_cheap_options(price: float, tick: float) -> None:
    assert tick_at(GRID, price) == tick


@pytest.mark.parametrize("price", [0.0, 0.01, 0.04, 0.2, 2.97, 3.0, 3.03, 17.21, 81.95, 612.3])
def test_a_market_holds_its_price_on_the_grid(price: float) -> None:
    bid, ask = market_around(price, habits(".SPXW250113P5910"))

    assert bid <= price <= ask
    assert bid < ask
    for side in (bid, ask):
        steps = side / tick_at(GRID, side)
        assert steps == pytest.approx(round(steps))


def test_nobody_bids_for_what_is_worth_nothing() -> None:
    assert market_around(0.001, habits(".SPXW250113C5915")) == (0.0, 0.05)


def test_markets_are_wider_for_dear_options() -> None:
    one = habits(".SPXW250113P5910")
    cheap, dear = market_around(1.0, one), market_around(100.0, one)

    assert dear[1] - dear[0] > cheap[1] - cheap[0]
