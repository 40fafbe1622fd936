"""What a chain table leaves out of its options: when exactly they expire, and how many shares they are on."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tastytrade.analytics.columns import EXPIRATION, SIDES
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.models import Option
from tastytrade.tables import options_table


def with_terms(table: pl.DataFrame, options: Iterable[Option]) -> pl.DataFrame:
    """A chain table with ``expires_at`` (UTC) and ``shares_per_contract`` of each row, from its options.

    Analytics use both where they are there, and else a rule. Null is what the options do not say; of a call
    and a put that differ the greater counts. Raises ConfigurationError when the table has them already.
    """
    added = ("expires_at", "shares_per_contract")
    if set(added) & set(table.columns):
        raise ConfigurationError(f"this table has {' or '.join(added)} already; give the chain table itself")
    known = options_table(options).select("streamer_symbol", *added).unique("streamer_symbol", keep="last")
    for side in SIDES:
        named = known.rename({name: f"{side}_{name}" for name in added})
        symbol = f"{side}_streamer_symbol"
        table = table.join(
            named, left_on=symbol, right_on="streamer_symbol", how="left", maintain_order="left"
        )
    both = {name: [f"{side}_{name}" for side in SIDES] for name in added}
    table = table.with_columns(pl.max_horizontal(columns).alias(name) for name, columns in both.items())
    return table.drop(column for columns in both.values() for column in columns)


def each_expiration(table: pl.DataFrame) -> pl.DataFrame:
    """One row an expiration, with ``expires_at``: the service's, or null where nobody gave it."""
    if "expires_at" not in table.columns:
        table = table.with_columns(pl.lit(None, pl.Datetime("ns", "UTC")).alias("expires_at"))
    return table.group_by(EXPIRATION, maintain_order=True).agg(pl.col("expires_at").max())
