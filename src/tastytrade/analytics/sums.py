"""Sums of a chain's options: by row, by strike, by expiration, or all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import polars as pl

from tastytrade.analytics.columns import EXPIRATION, number
from tastytrade.analytics.conventions import Conventions
from tastytrade.errors import ConfigurationError

Each = Literal["row", "strike", "expiration", "all"]

_KEYS: dict[str, list[str]] = {
    "row": [*EXPIRATION, "strike_price"],
    "strike": ["strike_price"],
    "expiration": EXPIRATION,
    "all": [],
}


def shares(table: pl.DataFrame, conventions: Conventions) -> pl.Expr:
    """Shares per contract of each row: as ``with_terms`` found them, else those of the conventions."""
    usual = pl.lit(conventions.shares_per_contract)
    if "shares_per_contract" not in table.columns:
        return usual
    return pl.coalesce(number("shares_per_contract"), usual)


def summed(table: pl.DataFrame, values: Mapping[str, pl.Expr], each: Each) -> pl.DataFrame:
    """One row a group with the sum of what is known of each value; null where nothing is known."""
    if each not in get_args(Each):
        raise ConfigurationError(f"there are no sums by {each!r}; by: {', '.join(get_args(Each))}")
    keys = _KEYS[each]
    parts = table.select(*keys, *(value.alias(name) for name, value in values.items()))
    sums = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in values]
    if not keys:
        return parts.select(sums)
    return parts.group_by(keys, maintain_order=True).agg(sums).sort(keys)
