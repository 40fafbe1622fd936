from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastytrade.simulator.black_scholes import Valuation, price_of, value_of

spots = st.floats(10, 6000)
moneyness = st.floats(0.6, 1.6)
times = st.floats(0.001, 2.0)
volatilities = st.floats(0.05, 1.5)


def value(
    *, is_call: bool = True, spot: float = 100.0, strike: float = 105.0, years: float = 0.5
) -> Valuation:
    return value_of(spot, strike, years, 0.25, rate=0.04, dividend=0.01, is_call=is_call)


def test_a_known_price_is_found() -> None:
    # Hull, Options, Futures and Other Derivatives, example 15.6: 4.76 and 0.81.
    call = price_of(42, 40, 0.5, 0.2, rate=0.1, dividend=0.0, is_call=True)
    put = price_of(42, 40, 0.5, 0.2, rate=0.1, dividend=0.0, is_call=False)

    assert call == pytest.approx(4.76, abs=0.005)
    assert put == pytest.approx(0.81, abs=0.005)


@given(spots, moneyness, times, volatilities)
def test_call_and_put_differ_by_the_forward(
    spot: float, ratio: float, years: float, volatility: float
) -> None:
    strike = spot * ratio
    call = price_of(spot, strike, years, volatility, rate=0.04, dividend=0.01, is_call=True)
    put = price_of(spot, strike, years, volatility, rate=0.04, dividend=0.01, is_call=False)

    parity = spot * exp(-0.01 * years) - strike * exp(-0.04 * years)
    assert call - put == pytest.approx(parity, abs=1e-8 * spot)


@pytest.mark.parametrize("is_call", [True, False])
def test_greeks_are_the_slopes_of_the_price_in_the_units_of_the_feed(is_call: bool) -> None:
    def price(spot: float = 100.0, years: float = 0.5, volatility: float = 0.25, rate: float = 0.04) -> float:
        return price_of(spot, 105.0, years, volatility, rate=rate, dividend=0.01, is_call=is_call)

    found = value(is_call=is_call)

    assert found.price == price()
    assert found.delta == pytest.approx((price(100.01) - price(99.99)) / 0.02, rel=1e-4)
    assert found.gamma == pytest.approx((price(100.1) - 2 * price() + price(99.9)) / 0.01, rel=1e-3)
    assert found.theta == pytest.approx(price(years=0.5 - 1 / 365) - price(), rel=5e-3)
    assert found.vega == pytest.approx((price(volatility=0.255) - price(volatility=0.245)), rel=1e-3)
    assert found.rho == pytest.approx((price(rate=0.045) - price(rate=0.035)), rel=1e-3)


def test_at_expiry_an_option_is_worth_what_exercising_it_gives() -> None:
    assert value(years=0.0, spot=110.0).price == pytest.approx(5.0, abs=1e-3)
    assert value(years=0.0, spot=100.0).price == 0.0
