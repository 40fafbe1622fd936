"""Gamma exposure were the underlying elsewhere, and the flip level: where it changes its sign."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import isfinite, log

import polars as pl

from tastytrade.analytics.black_scholes import density
from tastytrade.analytics.columns import SIDES, required
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.exposure import NEEDED, dealt, per_move
from tastytrade.analytics.greeks import terms_of
from tastytrade.errors import ConfigurationError

POINTS = 121
"""Spots of a profile."""
REACH = 0.15
"""How far they reach to either side, as a part of the spot."""
_FINER = (POINTS, 17, 17)
"""Spots of the profiles that a flip level is looked for in, each between two spots of the one before."""

_SCHEMA = {"spot": pl.Float64(), "gamma_exposure": pl.Float64()}


def gamma_profile(
    table: pl.DataFrame,
    *,
    low: float | None = None,
    high: float | None = None,
    points: int = POINTS,
    conventions: Conventions = DEFAULT,
) -> pl.DataFrame:
    """``spot`` and ``gamma_exposure``, of a table of ``with_greeks``: the total over all options, were the
    spot elsewhere.

    Every option keeps its volatility (sticky strike), time and open interest, the forward moves with the
    spot, and gamma is ours at each. The spots run evenly from ``low`` to ``high``, 15 percent to either
    side unless told. No rows when the spot, or every option's exposure, is not known. Raises
    ConfigurationError for a range that is none.
    """
    required(table, NEEDED, "with_greeks")
    spot = _spot(table)
    exposed = _exposed(table, conventions)
    if spot is None or exposed.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    low = spot * (1 - REACH) if low is None else low
    high = spot * (1 + REACH) if high is None else high
    if not (0 < low < high and isfinite(high) and points >= 2):
        raise ConfigurationError(
            f"a profile needs two spots or more from a low to a higher one, not {points} from {low} to {high}"
        )
    spots = [low + (high - low) * number / (points - 1) for number in range(points)]
    sums = [_total(one, spot, conventions).alias(str(number)) for number, one in enumerate(spots)]
    return pl.DataFrame({"spot": spots, "gamma_exposure": exposed.select(sums).row(0)}, schema=_SCHEMA)


def flip_level(table: pl.DataFrame, *, conventions: Conventions = DEFAULT) -> float | None:
    """The spot, nearest to the present one, where the total gamma exposure of a table of ``with_greeks``
    changes its sign; None when it does not within 15 percent.

    It lies on the straight line between two neighbours of a ``gamma_profile``, made finer twice.
    """
    spot = _spot(table)
    low = high = level = None
    for points in _FINER:
        profile = gamma_profile(table, low=low, high=high, points=points, conventions=conventions)
        crossings = _crossings(profile)
        nearest = min(crossings, key=lambda one: abs(one[2] - (spot or 0.0)), default=None)
        if nearest is None:
            break
        low, high, level = nearest
    return level


def _spot(table: pl.DataFrame) -> float | None:
    required(table, ["spot"], "with_greeks")
    return next((spot for spot in table["spot"] if spot is not None), None)


def _exposed(table: pl.DataFrame, conventions: Conventions) -> pl.DataFrame:
    """One row an option that counts: its d1 and deviation, and what its gamma's density is multiplied by."""
    parts = []
    for side in SIDES:
        terms = terms_of(side, f"{side}_volatility", conventions)
        weight = terms.carried / terms.deviation * dealt(table, side, conventions)
        parts.append(
            table.select(terms.d1.alias("d1"), terms.deviation.alias("deviation"), weight.alias("weight"))
        )
    return pl.concat(parts).drop_nulls()


def _total(spot: float, now: float, conventions: Conventions) -> pl.Expr:
    """The exposure of all at a spot: the logarithm of its move is what is added to each d1."""
    d1 = pl.col("d1") + log(spot / now) / pl.col("deviation")
    gamma = (pl.col("weight") * density(d1)).sum() / spot
    return gamma * per_move(pl.lit(spot), conventions)


def _crossings(profile: pl.DataFrame) -> Iterator[tuple[float, float, float]]:
    """Neighbouring spots between which the sign changes, and the spot where it does."""
    # Far from every strike gamma is 0 for want of digits: that is no sign, and no change of it.
    rows = [(spot, exposure) for spot, exposure in profile.iter_rows() if exposure]
    for (left, below), (right, above) in pairwise(rows):
        if (below < 0) != (above < 0):
            yield left, right, left + (right - left) * below / (below - above)
