from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import exp

import pytest

from tastytrade.simulator.listing import Listing
from tastytrade.simulator.surface import RATE, YEAR_MS, Surface

LISTING = Listing(date(2025, 1, 13))
NOW = 1_736_780_400_000
DAY_MS = 86_400_000


def surface_of(symbol: str, *, seed: int = 1) -> Surface:
    instrument = LISTING.instrument(symbol)
    assert instrument is not None
    return Surface(instrument, seed=seed)


@pytest.mark.parametrize("symbol", ["SPX", "NVDA", "VIX"])
@pytest.mark.parametrize("days", [0.1, 2, 30, 360])
def test_delta_falls_as_the_strike_rises(symbol: str, days: float) -> None:
    surface, spot = surface_of(symbol), 100.0
    expires = NOW + round(days * DAY_MS)

    deltas = [
        surface.value(spot, strike, expires_ms=expires, time_ms=NOW, is_call=True)[1].delta
        for strike in range(40, 201, 5)
    ]

    assert all(before >= after for before, after in pairwise(deltas))
    assert 1.0 >= deltas[0] >= deltas[-1] >= 0.0


@pytest.mark.parametrize("strike", [4000.0, 5830.0, 6500.0])
def test_call_and_put_of_a_strike_share_their_volatility(strike: float) -> None:
    surface, spot, expires = surface_of("SPX"), 5830.0, NOW + 60 * DAY_MS

    call_volatility, call = surface.value(spot, strike, expires_ms=expires, time_ms=NOW, is_call=True)
    put_volatility, put = surface.value(spot, strike, expires_ms=expires, time_ms=NOW, is_call=False)

    years = (expires - NOW) / YEAR_MS
    assert call_volatility == put_volatility
    carried = surface.forward(spot, years) - strike
    assert call.price - put.price == pytest.approx(carried * exp(-RATE * years), abs=1e-6)


def test_puts_below_the_money_are_dearer_in_volatility_than_calls_above() -> None:
    surface = surface_of("SPX")

    assert surface.volatility(5830, 5400, 0.1, NOW) > surface.volatility(5830, 6260, 0.1, NOW)


def test_volatility_breathes_slowly() -> None:
    surface = surface_of("SPX")
    levels = [surface.at_the_money(0.1, NOW + 60_000 * minute) for minute in range(240)]

    assert len(set(levels)) > 200
    assert max(levels) / min(levels) < 1.07
    assert all(abs(after / before - 1) < 0.01 for before, after in pairwise(levels))


@pytest.mark.parametrize(("is_call", "worth"), [(True, 30.0), (False, 0.0)])
def test_an_expired_option_is_worth_its_exercise(is_call: bool, worth: float) -> None:
    assert surface_of("SPX").price(5830, 5800, expires_ms=NOW, time_ms=NOW, is_call=is_call) == worth


def test_price_and_value_agree() -> None:
    surface, expires = surface_of("NVDA"), NOW + 5 * DAY_MS

    _, value = surface.value(132.0, 135.0, expires_ms=expires, time_ms=NOW, is_call=True)
    price = surface.price(132.0, 135.0, expires_ms=expires, time_ms=NOW, is_call=True)
    assert price == pytest.approx(value.price, rel=1e-12)


@pytest.mark.parametrize("strike", [5000.0, 5860.0, 6500.0])
def test_a_future_is_its_own_forward_price(strike: float) -> None:
    instrument = LISTING.instrument("SPX")
    assert instrument is not None
    surface, expires = Surface(instrument, seed=1, is_of_futures=True), NOW + 90 * DAY_MS

    _, call = surface.value(5860.0, strike, expires_ms=expires, time_ms=NOW, is_call=True)
    _, put = surface.value(5860.0, strike, expires_ms=expires, time_ms=NOW, is_call=False)

    years = (expires - NOW) / YEAR_MS
    assert surface.forward(5860.0, years) == 5860.0
    assert call.price - put.price == pytest.approx((5860.0 - strike) * exp(-RATE * years), abs=1e-6)
    assert call.rho == pytest.approx(-years * call.price / 100.0)


def test_volatilities_of_a_commodity_rise_on_both_sides_of_the_money() -> None:
    product = LISTING.future_listing.product("CL")
    assert product is not None
    surface = Surface(LISTING.future_listing.spot(product), seed=1, is_of_futures=True)

    volatilities = [surface.volatility(76.0, strike, 0.1, NOW) for strike in (55.0, 76.0, 105.0)]

    assert volatilities[1] < min(volatilities[0], volatilities[2])
