"""Implied volatility: the volatility at which the closed form gives an option's price.

The solver is lets-be-rational (the extra ``analytics``): P. Jaeckel's "Let's Be Rational", 2013, exact to
the last digits of a float in two steps.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, log, sqrt

import polars as pl

from tastytrade.analytics.columns import SIDES, strike
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.forward import with_forward
from tastytrade.analytics.prices import with_prices
from tastytrade.analytics.years import with_years
from tastytrade.errors import ConfigurationError

Solver = Callable[[float, float, float, float, int], float]
"""Undiscounted price, forward, strike, years, sign -> volatility."""


def implied_volatility(
    table: pl.DataFrame, *, spot: float | None, at: int, conventions: Conventions = DEFAULT
) -> pl.DataFrame:
    """A chain table with ``call_iv`` and ``put_iv`` (fractions a year) added, and what they are made of.

    That is ``years`` (``with_years``), ``mid``, ``spread``, ``relative_spread`` and ``worth`` of each side
    (``with_prices``), ``spot``, ``forward``, ``forward_source`` and ``discount`` (``with_forward``).
    ``spot`` is the underlying's price at ``at`` (Unix nanoseconds), or None where it is not known.

    Null: an option that is expired or without a price, a price below what exercise is worth or above what
    any volatility gives, and an option beyond ``conventions.reach`` deviations from the money: out there
    the last digit of the price decides about the first of the volatility, whatever the solver. Raises
    ConfigurationError for a table that is no chain table, and when the extra is not installed.
    """
    solve = _solver()
    table = with_years(table, at=at, conventions=conventions)
    table = with_prices(table, conventions=conventions)
    table = with_forward(table, spot=spot, conventions=conventions)
    found = [_implied(table, side, sign, conventions.reach, solve) for side, sign in SIDES.items()]
    return table.with_columns(found)


def _implied(table: pl.DataFrame, side: str, sign: int, reach: float, solve: Solver) -> pl.Series:
    asked = table.select(pl.col(f"{side}_worth") / pl.col("discount"), "forward", strike(), "years")
    values = [_volatility(*row, sign=sign, reach=reach, solve=solve) for row in asked.iter_rows()]
    return pl.Series(f"{side}_iv", values, dtype=pl.Float64)


def _volatility(
    price: float | None,
    forward: float | None,
    strike: float | None,
    years: float | None,
    *,
    sign: int,
    reach: float,
    solve: Solver,
) -> float | None:
    if price is None or forward is None or strike is None or years is None or years <= 0:
        return None
    exercised = max(sign * (forward - strike), 0.0)
    if not exercised < price < (forward if sign > 0 else strike):
        return None
    volatility = solve(price, forward, strike, years, sign)
    if not (isfinite(volatility) and volatility > 0):
        return None
    is_near = abs(log(forward / strike)) <= reach * volatility * sqrt(years)
    return volatility if is_near else None


def _solver() -> Solver:
    """The library's, loaded when it is needed."""
    try:
        import lets_be_rational  # type: ignore[import-untyped]  # it comes without types
    except ImportError:
        raise ConfigurationError(
            "implied volatility needs the extra `analytics`: pip install 'tastytrade-marketdata[analytics]'"
        ) from None
    solver: Solver = lets_be_rational.implied_volatility_from_a_transformed_rational_guess
    return solver
