"""How far the underlying is expected to move until each expiration, by straddle and by volatility."""

from __future__ import annotations

import polars as pl

from tastytrade.analytics.columns import EXPIRATION, of_sides, required, strike
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.smile import NEEDED, at_the_money

_SCHEMA = ("spot", "forward", "strike_price", "straddle", "straddle_move", "volatility_move")


def expected_move(table: pl.DataFrame, *, conventions: Conventions = DEFAULT) -> pl.DataFrame:
    """One row an expiration still alive, of a table of ``with_greeks``; moves are in the underlying's points.

    ``strike_price`` is the strike nearest the forward (the lower of two as near) where call and put have a
    price, ``straddle`` what both cost, ``straddle_move`` the conventions' share of it, and
    ``volatility_move`` one standard deviation: forward times volatility at the money times the root of
    years. ``lower`` and ``upper`` are the spot less and plus the straddle's move. Null is what is not known.
    """
    required(table, (*NEEDED, "spot", *of_sides("worth")), "with_greeks")
    alive = table.filter(pl.col("years") > 0)
    every = alive.group_by(EXPIRATION, maintain_order=True).agg(pl.col("years", "spot", "forward").first())
    straddle = pl.col("call_worth") + pl.col("put_worth")
    nearest = (
        alive.select(
            *EXPIRATION,
            "strike_price",
            straddle.alias("straddle"),
            (strike() - pl.col("forward")).abs().alias("from_forward"),
        )
        .drop_nulls(["straddle", "from_forward"])
        .sort("from_forward", "strike_price")
        .group_by(EXPIRATION, maintain_order=True)
        .agg(pl.col("strike_price", "straddle").first())
    )
    found = every.join(nearest, on=EXPIRATION, how="left", nulls_equal=True, maintain_order="left")
    found = found.join(
        at_the_money(table), on=EXPIRATION, how="left", nulls_equal=True, maintain_order="left"
    )
    move = pl.col("straddle") * conventions.straddle_share
    deviation = pl.col("forward") * pl.col("volatility") * pl.col("years").sqrt()
    found = found.with_columns(move.alias("straddle_move"), deviation.alias("volatility_move"))
    return found.select(
        *EXPIRATION,
        *_SCHEMA,
        (pl.col("spot") - pl.col("straddle_move")).alias("lower"),
        (pl.col("spot") + pl.col("straddle_move")).alias("upper"),
    )
