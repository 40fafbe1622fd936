"""Put/call ratios: how much more is done in puts than in calls."""

from __future__ import annotations

import polars as pl

from tastytrade.analytics.columns import SIDES, number, of_sides, required
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.sums import Each, shares, summed

_MEASURES = {"volume": "dayVolume", "open_interest": "openInterest"}


def put_call_ratios(
    table: pl.DataFrame, *, each: Each = "expiration", conventions: Conventions = DEFAULT
) -> pl.DataFrame:
    """One row an expiration of a chain table (``each``: "row", "strike", "expiration" or "all").

    ``call_volume``, ``put_volume`` and ``volume_ratio``; the same for ``open_interest``, in contracts, and
    for ``premium``: the day's volume times the last trade's price, in dollars, which is what was paid if
    all of the day traded at that price. A ratio is null when the calls are 0 or nothing is known.
    """
    required(table, of_sides("price", *_MEASURES.values()), "chain_table")
    values: dict[str, pl.Expr] = {}
    for name, column in _MEASURES.items():
        values |= {f"{side}_{name}": number(f"{side}_{column}") for side in SIDES}
    for side in SIDES:
        paid = number(f"{side}_dayVolume") * number(f"{side}_price") * shares(table, conventions)
        values[f"{side}_premium"] = paid
    ratios = [
        pl.when(pl.col(f"call_{name}") > 0)
        .then(pl.col(f"put_{name}") / pl.col(f"call_{name}"))
        .alias(f"{name}_ratio")
        for name in (*_MEASURES, "premium")
    ]
    return summed(table, values, each).with_columns(ratios)
