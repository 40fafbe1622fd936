"""Prices and Greeks of European options in closed form, as expressions over columns.

With D = exp(-rate T), F the forward and S the spot: ``d1 = ln(F / K) / (v sqrt T) + v sqrt T / 2``,
``d2 = d1 - v sqrt T``, and A = D F / S, which is exp(-dividend_yield T) where the forward is carry's. All are
raw derivatives: to the spot, to a year of time that passes, to 1.0 of volatility or rate.
Source: Black and Scholes 1973, Merton 1973, Black 1976.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import NamedTuple

import polars as pl

_ROOT_HALF = sqrt(0.5)
_DENSITY = 1.0 / sqrt(2.0 * pi)


class Terms(NamedTuple):
    """What an option's value depends on; ``sign`` is 1 for a call and -1 for a put."""

    sign: int
    spot: pl.Expr
    strike: pl.Expr
    years: pl.Expr
    volatility: pl.Expr
    forward: pl.Expr
    discount: pl.Expr
    rate: float
    dividend_yield: float

    @property
    def deviation(self) -> pl.Expr:
        """How far the underlying may move until expiration: volatility times the root of time."""
        return self.volatility * self.years.sqrt()

    @property
    def d1(self) -> pl.Expr:
        return (self.forward / self.strike).log() / self.deviation + 0.5 * self.deviation

    @property
    def d2(self) -> pl.Expr:
        return self.d1 - self.deviation

    @property
    def carried(self) -> pl.Expr:
        """What a share at expiration costs now, as a part of a share."""
        return self.discount * self.forward / self.spot


def likelihood(x: pl.Expr) -> pl.Expr:
    """The standard normal distribution."""
    return 0.5 * (x * -_ROOT_HALF).erfc()


def density(x: pl.Expr) -> pl.Expr:
    """The standard normal density."""
    return _DENSITY * (-0.5 * x * x).exp()


def value(of: Terms) -> pl.Expr:
    """What the option is worth."""
    asset = of.forward * likelihood(of.sign * of.d1)
    return of.discount * of.sign * (asset - of.strike * likelihood(of.sign * of.d2))


def delta(of: Terms) -> pl.Expr:
    """Change of value with the spot."""
    return of.sign * of.carried * likelihood(of.sign * of.d1)


def gamma(of: Terms) -> pl.Expr:
    """Change of delta with the spot."""
    return of.carried * density(of.d1) / (of.spot * of.deviation)


def vega(of: Terms) -> pl.Expr:
    """Change of value with volatility."""
    return of.discount * of.forward * density(of.d1) * of.years.sqrt()


def theta(of: Terms) -> pl.Expr:
    """Change of value while a year passes, below 0 for most options."""
    asset = of.discount * of.forward
    decay = -asset * density(of.d1) * of.volatility / (2.0 * of.years.sqrt())
    dividends = of.dividend_yield * asset * likelihood(of.sign * of.d1)
    interest = of.rate * of.discount * of.strike * likelihood(of.sign * of.d2)
    return decay + of.sign * (dividends - interest)


def rho(of: Terms) -> pl.Expr:
    """Change of value with the rate, the spot staying as it is."""
    return of.sign * of.strike * of.years * of.discount * likelihood(of.sign * of.d2)


def vanna(of: Terms) -> pl.Expr:
    """Change of delta with volatility; the same for call and put."""
    return -of.carried * density(of.d1) * of.d2 / of.volatility


def charm(of: Terms) -> pl.Expr:
    """Change of delta while a year passes."""
    drift = (of.rate - of.dividend_yield) / of.deviation - of.d2 / (2.0 * of.years)
    dividends = of.sign * of.dividend_yield * of.carried * likelihood(of.sign * of.d1)
    return dividends - of.carried * density(of.d1) * drift
