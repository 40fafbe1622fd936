"""The closed forms against cases known by hand, put-call parity, differences, and another library."""

from __future__ import annotations

from itertools import product
from math import erf, exp, pi, sqrt
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vollib.black_scholes_merton import black_scholes_merton  # type: ignore[import-untyped]  # comes without types
from vollib.black_scholes_merton.greeks import analytical  # type: ignore[import-untyped]  # comes without types

from tastytrade.analytics import black_scholes
from tastytrade.analytics.black_scholes import Terms

FORMULAS = ("value", "delta", "gamma", "theta", "vega", "rho", "vanna", "charm")


class Case(NamedTuple):
    sign: int
    spot: float
    strike: float
    years: float
    volatility: float
    rate: float
    dividend_yield: float

    @property
    def numbers(self) -> dict[str, float]:
        """Each formula's value."""
        forward = self.spot * exp((self.rate - self.dividend_yield) * self.years)
        terms = Terms(
            sign=self.sign,
            spot=pl.lit(self.spot),
            strike=pl.lit(self.strike),
            years=pl.lit(self.years),
            volatility=pl.lit(self.volatility),
            forward=pl.lit(forward),
            discount=pl.lit(exp(-self.rate * self.years)),
            rate=self.rate,
            dividend_yield=self.dividend_yield,
        )
        return pl.select(getattr(black_scholes, name)(terms).alias(name) for name in FORMULAS).row(
            0, named=True
        )


STRIKES, YEARS = (60.0, 95.0, 100.0, 105.0, 160.0), (1 / 365, 0.25, 2.0)
VOLATILITIES, RATES, DIVIDENDS = (0.08, 0.3, 1.1), (0.0, 0.045), (0.0, 0.02)
GRID = [Case(*one) for one in product((1, -1), (100.0,), STRIKES, YEARS, VOLATILITIES, RATES, DIVIDENDS)]

cases = st.builds(
    Case,
    st.sampled_from([1, -1]),
    st.floats(1, 10_000),
    st.floats(1, 10_000),
    st.floats(1 / 8760, 3),
    st.floats(0.03, 3),
    st.floats(-0.02, 0.15),
    st.floats(0, 0.1),
)


def test_at_the_forward_the_price_is_that_of_the_deviation_alone() -> None:
    numbers = Case(1, 100.0, 100.0, 0.25, 0.4, 0.0, 0.0).numbers

    assert numbers["value"] == pytest.approx(100 * erf(0.1 / sqrt(2)), rel=1e-14)
    assert numbers["gamma"] == pytest.approx(exp(-0.005) / sqrt(2 * pi) / 20, rel=1e-14)


def test_without_rates_time_is_worth_half_the_variance_times_gamma() -> None:
    numbers = Case(-1, 100.0, 90.0, 0.5, 0.3, 0.0, 0.0).numbers

    assert numbers["theta"] == pytest.approx(-0.5 * 0.3**2 * 100**2 * numbers["gamma"], rel=1e-13)


def test_vanna_is_nothing_where_d2_is() -> None:
    # ln(F / K) = v^2 T / 2.
    numbers = Case(1, 100.0 * exp(0.02), 100.0, 1.0, 0.2, 0.0, 0.0).numbers

    assert numbers["vanna"] == pytest.approx(0.0, abs=1e-15)


@given(cases)
def test_a_call_less_a_put_is_a_forward(case: Case) -> None:
    call, put = case._replace(sign=1).numbers, case._replace(sign=-1).numbers
    spot = case.spot * exp(-case.dividend_yield * case.years)
    cash = case.strike * exp(-case.rate * case.years)

    assert call["value"] - put["value"] == pytest.approx(spot - cash, abs=1e-11 * (spot + cash))
    assert call["delta"] - put["delta"] == pytest.approx(exp(-case.dividend_yield * case.years), rel=1e-12)
    assert (call["gamma"], call["vega"], call["vanna"]) == (put["gamma"], put["vega"], put["vanna"])
    assert call["charm"] - put["charm"] == pytest.approx(
        case.dividend_yield * exp(-case.dividend_yield * case.years), abs=1e-9 * (1 + abs(put["charm"]))
    )


def test_value_and_greeks_are_those_of_another_library() -> None:
    worst = 0.0
    for case in GRID:
        asked = (case.spot, case.strike, case.years, case.rate, case.volatility, case.dividend_yield)
        flag = "c" if case.sign > 0 else "p"
        numbers = case.numbers
        theirs = {
            "value": black_scholes_merton(flag, *asked),
            "delta": analytical.delta(flag, *asked),
            "gamma": analytical.gamma(flag, *asked),
            "theta": 365 * analytical.theta(flag, *asked),
            "vega": 100 * analytical.vega(flag, *asked),
            "rho": 100 * analytical.rho(flag, *asked),
        }
        worst = max(worst, *(abs(numbers[name] - value) for name, value in theirs.items()))

    # The underlying costs 100, and all are raw: theta is dollars a year.
    assert worst < 2e-12


def test_vanna_and_charm_are_how_delta_differs() -> None:
    step, worst = 1e-5, 0.0
    for case in GRID:
        if case.years < 0.1:
            continue
        numbers, far, near = case.numbers, case.volatility + step, case.volatility - step
        vanna = (
            case._replace(volatility=far).numbers["delta"] - case._replace(volatility=near).numbers["delta"]
        )
        later, sooner = case.years - step, case.years + step
        charm = case._replace(years=later).numbers["delta"] - case._replace(years=sooner).numbers["delta"]
        differences = {"vanna": vanna / (2 * step), "charm": charm / (2 * step)}
        worst = max(worst, *(abs(numbers[name] - value) for name, value in differences.items()))

    assert worst < 1e-6
