"""The columns of a chain table as analytics read them: sides, expirations, numbers without nan."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import polars as pl

from tastytrade.errors import ConfigurationError

SIDES = {"call": 1, "put": -1}
"""The sides of a row, and the sign each has in the formulas."""
EXPIRATION = ["expiration_date", "root_symbol", "settlement_type"]
"""What names one expiration, as in a chain table."""
GREEKS = ("delta", "gamma", "theta", "vega", "rho")
FEED_GREEKS = ("volatility", *GREEKS)
"""What the feed's Greeks event tells of an option in a chain table."""

FEED, OURS = "feed", "ours"
ORIGIN = pl.Enum([FEED, OURS])
SIDE = pl.Enum(list(SIDES))


def number(name: str) -> pl.Expr:
    """A column as floats; what is no number is null, as everywhere in our tables."""
    column = pl.col(name).cast(pl.Float64)
    return pl.when(column.is_finite()).then(column)


def positive(name: str) -> pl.Expr:
    """A column as floats; what is not greater than 0 is null."""
    column = number(name)
    return pl.when(column > 0).then(column)


def strike() -> pl.Expr:
    """The strike as a float."""
    return positive("strike_price")


def required(table: pl.DataFrame, columns: Iterable[str], source: str) -> None:
    """Raises ConfigurationError when a table has not these columns, and tells from where it would."""
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise ConfigurationError(f"this table has no {', '.join(absent)}; give one made by {source}")


def of_sides(*names: str) -> list[str]:
    """The columns of these names on both sides."""
    return [f"{side}_{name}" for side in SIDES for name in names]


def checked_spot(spot: float | None) -> float | None:
    """Raises ConfigurationError for a price of the underlying that is no price."""
    if spot is not None and not (isfinite(spot) and spot > 0):
        raise ConfigurationError(
            f"the underlying's price cannot be {spot!r}; give its last trade or mid, or None for unknown"
        )
    return spot
