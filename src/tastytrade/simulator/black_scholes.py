"""Value and greeks of a European option on an asset with a continuous dividend yield.

Units as dxFeed's Greeks have them: theta in dollars a calendar day, vega and rho in dollars for one
percentage point. Time is in years, rates and volatility are fractions a year.
Source: Black and Scholes 1973, Merton 1973; dxFeed's Greeks event for the units.
"""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt

from msgspec import Struct

DAYS_A_YEAR = 365.0
SHORTEST = 1e-7
"""Years (three seconds): an option about to expire is valued as if it had this long to live."""

_ROOT_HALF = sqrt(0.5)
_DENSITY = 1.0 / sqrt(2.0 * pi)


class Valuation(Struct, frozen=True, gc=False):
    """What an option is worth, in dollars, and how that moves."""

    price: float
    delta: float
    gamma: float
    theta: float
    rho: float
    vega: float


def price_of(
    spot: float,
    strike: float,
    years: float,
    volatility: float,
    *,
    rate: float,
    dividend: float,
    is_call: bool,
) -> float:
    """The option's price alone."""
    years = max(years, SHORTEST)
    spread = volatility * sqrt(years)
    d1 = (log(spot / strike) + (rate - dividend) * years) / spread + 0.5 * spread
    sign = 1.0 if is_call else -1.0
    # N(x) is erfc(-x / sqrt 2) / 2.
    lean = -sign * _ROOT_HALF
    asset = 0.5 * spot * exp(-dividend * years) * erfc(lean * d1)
    cash = 0.5 * strike * exp(-rate * years) * erfc(lean * (d1 - spread))
    return max(sign * (asset - cash), 0.0)


def value_of(
    spot: float,
    strike: float,
    years: float,
    volatility: float,
    *,
    rate: float,
    dividend: float,
    is_call: bool,
) -> Valuation:
    """The option's price and greeks."""
    years = max(years, SHORTEST)
    root = sqrt(years)
    spread = volatility * root
    d1 = (log(spot / strike) + (rate - dividend) * years) / spread + 0.5 * spread
    sign = 1.0 if is_call else -1.0
    lean = -sign * _ROOT_HALF
    carry = exp(-dividend * years)
    likely_asset = 0.5 * erfc(lean * d1)
    likely_cash = 0.5 * erfc(lean * (d1 - spread))
    asset = spot * carry * likely_asset
    cash = strike * exp(-rate * years) * likely_cash
    density = _DENSITY * exp(-0.5 * d1 * d1) * carry
    decay = -spot * density * volatility / (2.0 * root) + sign * (dividend * asset - rate * cash)
    return Valuation(
        price=max(sign * (asset - cash), 0.0),
        delta=sign * carry * likely_asset,
        gamma=density / (spot * spread),
        theta=decay / DAYS_A_YEAR,
        rho=sign * cash * years / 100.0,
        vega=spot * density * root / 100.0,
    )
