"""What dealers must trade as the world moves: gamma, vanna and charm exposure."""

from __future__ import annotations

import polars as pl

from tastytrade.analytics.columns import SIDES, number, of_sides, required
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.greeks import POINT
from tastytrade.analytics.sums import Each, shares, summed

KINDS = ("gamma", "vanna", "charm")
NEEDED = ("years", "spot", "forward", "discount", *of_sides("openInterest", "volatility", *KINDS))


def exposure(
    table: pl.DataFrame, *, each: Each = "strike", conventions: Conventions = DEFAULT
) -> pl.DataFrame:
    """How many dollars of delta dealers gain, of a table of ``with_greeks``: one row a strike, over all
    expirations; ``each`` is "strike", "row" (a strike of an expiration), "expiration" or "all".

    ``call_gamma_exposure``, ``put_gamma_exposure`` and ``gamma_exposure``: when the underlying moves by 1
    percent (or point); ``..._vanna_exposure``: when volatility rises by a point; ``..._charm_exposure``:
    when a day passes. Formulas and signs: docs/analytics.md. The sum of what is known; null for nothing.
    """
    required(table, NEEDED, "with_greeks")
    values: dict[str, pl.Expr] = {}
    for kind in KINDS:
        sides = {side: _exposure(table, side, kind, conventions) for side in SIDES}
        values |= {f"{side}_{kind}_exposure": value for side, value in sides.items()}
        is_known = pl.any_horizontal(value.is_not_null() for value in sides.values())
        values[f"{kind}_exposure"] = pl.when(is_known).then(pl.sum_horizontal(sides.values()))
    return summed(table, values, each)


def _exposure(table: pl.DataFrame, side: str, kind: str, conventions: Conventions) -> pl.Expr:
    spot = pl.col("spot")
    unit = {
        "gamma": per_move(spot, conventions),
        "vanna": spot * (1.0 if conventions.vega_per == "point" else POINT),
        "charm": spot / (1.0 if conventions.theta_per == "day" else conventions.days_a_year),
    }[kind]
    # The feed's gamma of an option that is no more is still there.
    greek = pl.when(pl.col("years") > 0).then(number(f"{side}_{kind}"))
    held = dealt(table, side, conventions)
    return greek * held * unit


def per_move(spot: pl.Expr, conventions: Conventions) -> pl.Expr:
    """From delta per point to dollars of delta per move."""
    return spot * spot * POINT if conventions.exposure_per == "percent" else spot


def dealt(table: pl.DataFrame, side: str, conventions: Conventions) -> pl.Expr:
    """The shares that dealers are long of through a side's open interest."""
    return number(f"{side}_openInterest") * shares(table, conventions) * conventions.dealers(side)
