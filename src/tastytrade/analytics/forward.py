"""The underlying's forward price at each expiration, as its options have it."""

from __future__ import annotations

import polars as pl

from tastytrade.analytics.columns import EXPIRATION, checked_spot, of_sides, required, strike
from tastytrade.analytics.conventions import DEFAULT, Conventions

PARITY_STRIKES = 7
"""The strikes nearest the money whose middle forward counts."""
LEAST_STRIKES = 3
"""With fewer strikes than these a single bad quote would decide."""

FORWARD_SOURCE = pl.Enum(["parity", "carry"])


def with_forward(
    table: pl.DataFrame, *, spot: float | None, conventions: Conventions = DEFAULT
) -> pl.DataFrame:
    """A table with years and mids, with ``spot``, ``forward``, ``forward_source`` and ``discount`` added.

    "parity" is the median of ``K + (C - P) / discount`` over the seven strikes whose call and put cost the
    most alike; with fewer than three there is none. "carry", which stands in where parity tells nothing, is
    ``spot * exp((rate - dividend_yield) * years)``. Null once expired, and when neither is known.

    Parity holds for European exercise; of American options it is off by what early exercise is worth, which
    is little near the money and grows with rate, dividends and time. Raises ConfigurationError for a spot
    that is no price, or a table without years and mids.
    """
    checked_spot(spot)
    required(table, ["years", *of_sides("mid")], "with_years and with_prices")
    years = pl.col("years")
    is_alive = years > 0
    table = table.drop("forward", strict=False).with_columns(
        pl.lit(spot, pl.Float64).alias("spot"),
        pl.when(is_alive).then((-conventions.rate * years).exp()).alias("discount"),
    )
    if conventions.forward == "parity":
        table = table.join(_parity(table), on=EXPIRATION, how="left", nulls_equal=True, maintain_order="left")
    else:
        table = table.with_columns(pl.lit(None, pl.Float64).alias("parity"))
    carry = pl.col("spot") * (years * (conventions.rate - conventions.dividend_yield)).exp()
    carry = pl.when(is_alive).then(carry)
    source = (
        pl.when(pl.col("parity").is_not_null())
        .then(pl.lit("parity"))
        .when(carry.is_not_null())
        .then(pl.lit("carry"))
    )
    return table.with_columns(
        pl.coalesce("parity", carry).alias("forward"),
        source.cast(FORWARD_SOURCE).alias("forward_source"),
    ).drop("parity")


def _parity(table: pl.DataFrame) -> pl.DataFrame:
    difference = pl.col("call_mid") - pl.col("put_mid")
    near = (
        table.select(
            *EXPIRATION,
            strike().alias("strike"),
            difference.abs().alias("from_money"),
            (strike() + difference / pl.col("discount")).alias("parity"),
        )
        .filter(pl.col("parity") > 0)
        .sort("from_money", "strike")
        .group_by(EXPIRATION, maintain_order=True)
        .head(PARITY_STRIKES)
    )
    found = near.group_by(EXPIRATION).agg(pl.col("parity").median(), pl.len().alias("strikes"))
    return found.filter(pl.col("strikes") >= LEAST_STRIKES).drop("strikes")
