"""The term structure: what each expiration says of volatility, forward and expected move."""

from __future__ import annotations

import polars as pl

from tastytrade.analytics.columns import EXPIRATION
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.expected_move import expected_move
from tastytrade.analytics.smile import at_the_money


def term_structure(table: pl.DataFrame, *, conventions: Conventions = DEFAULT) -> pl.DataFrame:
    """One row an expiration still alive, of a table of ``with_greeks``, the nearest first.

    ``volatility`` is that at the forward, ``implied_yield`` the dividend yield that makes the forward of the
    spot and the rate, and ``straddle``, ``straddle_move`` and ``volatility_move`` are those of
    ``expected_move``. Null is what is not known.
    """
    moves = expected_move(table, conventions=conventions)
    known = table.group_by(EXPIRATION).agg(pl.col("days_to_expiration", "years", "forward_source").first())
    yearly = (pl.col("forward") / pl.col("spot")).log() / pl.col("years")
    found = moves.join(known, on=EXPIRATION, how="left", nulls_equal=True)
    found = found.join(at_the_money(table), on=EXPIRATION, how="left", nulls_equal=True)
    return found.sort("years", *EXPIRATION).select(
        *EXPIRATION,
        *("days_to_expiration", "years", "spot", "forward", "forward_source"),
        (conventions.rate - yearly).alias("implied_yield"),
        *("volatility", "straddle", "straddle_move", "volatility_move"),
    )
