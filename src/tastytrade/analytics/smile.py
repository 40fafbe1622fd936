"""The smile: implied volatility by strike, for each expiration."""

from __future__ import annotations

import polars as pl

from tastytrade.analytics.columns import EXPIRATION, SIDE, of_sides, positive, required, strike

NEEDED = ("years", "forward", *of_sides("volatility", "delta", "greeks_source"))


def smile(table: pl.DataFrame) -> pl.DataFrame:
    """One row a strike of an expiration, of a table of ``with_greeks``, sorted as it is.

    ``volatility`` is that of the side out of the money: the call's from the forward up, the put's below it;
    ``side``, ``delta`` and ``source`` ("feed" or "ours") belong to it. ``call_volatility`` and
    ``put_volatility`` stand beside it, ``moneyness`` is the strike over the forward, and ``log_moneyness``
    its logarithm. Strikes without any volatility, and expirations without a forward, are left out.
    """
    required(table, NEEDED, "with_greeks")
    is_call = strike() >= pl.col("forward")
    moneyness = strike() / pl.col("forward")

    def beyond(name: str) -> pl.Expr:
        return pl.when(is_call).then(pl.col(f"call_{name}")).otherwise(pl.col(f"put_{name}"))

    volatility = {side: positive(f"{side}_volatility") for side in ("call", "put")}
    is_known = pl.any_horizontal(one.is_not_null() for one in volatility.values())
    return table.filter((pl.col("years") > 0) & moneyness.is_not_null() & is_known).select(
        *EXPIRATION,
        "years",
        "forward",
        "strike_price",
        moneyness.alias("moneyness"),
        moneyness.log().alias("log_moneyness"),
        pl.when(is_call).then(pl.lit("call")).otherwise(pl.lit("put")).cast(SIDE).alias("side"),
        beyond("delta").alias("delta"),
        pl.when(is_call).then(volatility["call"]).otherwise(volatility["put"]).alias("volatility"),
        *(one.alias(f"{side}_volatility") for side, one in volatility.items()),
        beyond("greeks_source").alias("source"),
    )


def at_the_money(table: pl.DataFrame) -> pl.DataFrame:
    """One row an expiration that has a smile on both sides of its forward: ``volatility`` there.

    It lies on the straight line between the nearest strikes below and above, over log moneyness.
    """
    x, volatility = pl.col("log_moneyness"), pl.col("volatility")
    known = smile(table).filter(volatility.is_not_null())
    below = known.filter(x < 0).group_by(EXPIRATION).agg(_at(x.arg_max(), "below"))
    above = known.filter(x >= 0).group_by(EXPIRATION).agg(_at(x.arg_min(), "above"))
    both = above.join(below, on=EXPIRATION, how="left", nulls_equal=True)
    left, right = pl.col("below_log_moneyness"), pl.col("above_log_moneyness")
    between = pl.col("below_volatility") + (pl.col("above_volatility") - pl.col("below_volatility")) * (
        left / (left - right)
    )
    # A strike at the forward needs no neighbour.
    found = pl.when(right == 0).then(pl.col("above_volatility")).otherwise(between)
    return both.select(*EXPIRATION, found.alias("volatility")).drop_nulls("volatility")


def _at(place: pl.Expr, name: str) -> list[pl.Expr]:
    return [pl.col(one).get(place).alias(f"{name}_{one}") for one in ("log_moneyness", "volatility")]
