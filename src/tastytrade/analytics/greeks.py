"""Greeks of every option: the feed's, and ours where the feed has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from tastytrade.analytics import black_scholes
from tastytrade.analytics.black_scholes import Terms
from tastytrade.analytics.columns import (
    FEED,
    FEED_GREEKS,
    GREEKS,
    ORIGIN,
    OURS,
    SIDES,
    number,
    of_sides,
    positive,
    required,
    strike,
)
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.implied import implied_volatility
from tastytrade.errors import ConfigurationError

POINT = 0.01
"""A point of volatility or of a rate."""

_FORMULAS: dict[str, Callable[[Terms], pl.Expr]] = {
    "delta": black_scholes.delta,
    "gamma": black_scholes.gamma,
    "theta": black_scholes.theta,
    "vega": black_scholes.vega,
    "rho": black_scholes.rho,
    "vanna": black_scholes.vanna,
    "charm": black_scholes.charm,
}


def with_greeks(
    table: pl.DataFrame, *, spot: float | None, at: int, conventions: Conventions = DEFAULT
) -> pl.DataFrame:
    """A chain table with the Greeks of every option that has a price or the feed's Greeks.

    All of ``implied_volatility`` is added. ``call_volatility``, ``call_delta``, ... ``call_rho`` are the
    feed's where it has all six, and ours where it has not; ``call_greeks_source`` says which ("feed",
    "ours", or null for none), one for the six of a side, which are never mixed. ``call_vanna`` and
    ``call_charm``, which no feed has, are ours, at the volatility of the row. The same for puts.

    Units: as the feed's, see docs/analytics.md. Null where neither is known; expired options have none of
    ours. Raises ConfigurationError for a table that is no chain table, or that has been here before.
    """
    required(table, of_sides(*FEED_GREEKS), "chain_table")
    if "call_greeks_source" in table.columns:
        raise ConfigurationError("this table has Greeks of ours already; give the chain table itself")
    table = implied_volatility(table, spot=spot, at=at, conventions=conventions)
    for side in SIDES:
        ours = terms_of(side, f"{side}_iv", conventions)
        table = table.with_columns(
            scaled(name, ours, conventions).alias(f"_{name}") for name in GREEKS
        ).with_columns(pl.col(f"{side}_iv").alias("_volatility"))
        table = table.with_columns(_source(side, conventions).cast(ORIGIN).alias(f"{side}_greeks_source"))
        table = table.with_columns(_chosen(side)).drop(f"_{name}" for name in FEED_GREEKS)
        both = terms_of(side, f"{side}_volatility", conventions)
        table = table.with_columns(
            scaled(name, both, conventions).alias(f"{side}_{name}") for name in ("vanna", "charm")
        )
    return table


def terms_of(side: str, volatility: str, conventions: Conventions) -> Terms:
    """The terms of a side of a table with forwards, with the volatility of a column."""
    years = pl.col("years")
    return Terms(
        sign=SIDES[side],
        spot=pl.col("spot"),
        strike=strike(),
        years=pl.when(years > 0).then(years),
        volatility=positive(volatility),
        forward=pl.col("forward"),
        discount=pl.col("discount"),
        rate=conventions.rate,
        dividend_yield=conventions.dividend_yield,
    )


def scaled(name: str, terms: Terms, conventions: Conventions) -> pl.Expr:
    """A Greek in the units of the conventions."""
    unit = 1.0
    if name in {"theta", "charm"} and conventions.theta_per == "day":
        unit /= conventions.days_a_year
    if name in {"vega", "vanna"} and conventions.vega_per == "point":
        unit *= POINT
    if name == "rho" and conventions.rho_per == "point":
        unit *= POINT
    return _FORMULAS[name](terms) * unit


def _source(side: str, conventions: Conventions) -> pl.Expr:
    told = [number(f"{side}_{name}").is_not_null() for name in FEED_GREEKS]
    is_whole, is_any = pl.all_horizontal(told), pl.any_horizontal(told)
    is_ours = pl.col("_delta").is_not_null()
    if conventions.greeks == OURS:
        return pl.when(is_ours).then(pl.lit(OURS)).when(is_any).then(pl.lit(FEED))
    order = pl.when(is_whole).then(pl.lit(FEED)).when(is_ours).then(pl.lit(OURS))
    return order.when(is_any).then(pl.lit(FEED))


def _chosen(side: str) -> Iterator[pl.Expr]:
    is_ours = pl.col(f"{side}_greeks_source") == OURS
    for name in FEED_GREEKS:
        column = f"{side}_{name}"
        yield pl.when(is_ours).then(pl.col(f"_{name}")).otherwise(number(column)).alias(column)
