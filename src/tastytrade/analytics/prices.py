"""What an option is worth by its quote: mid, spread, and the price that implied volatility is taken from."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tastytrade.analytics.columns import SIDES, number, of_sides, positive, required
from tastytrade.analytics.conventions import DEFAULT, Conventions

_READ = ("bidPrice", "askPrice", "price")


def with_prices(table: pl.DataFrame, *, conventions: Conventions = DEFAULT) -> pl.DataFrame:
    """A chain table with, of each side, ``mid``, ``spread`` (ask less bid), ``relative_spread`` (the spread
    as a fraction of the mid) and ``worth``, the price that the conventions take.

    A mid needs a bid and an ask, the ask not below the bid; a bid of 0 is none unless ``zero_bid``. Null is
    what a quote does not tell. Raises ConfigurationError for a table without quotes and trades.
    """
    required(table, of_sides(*_READ), "chain_table")
    table = table.with_columns(column for side in SIDES for column in _quoted(side, conventions))
    return table.with_columns(column for side in SIDES for column in _valued(side, conventions))


def _quoted(side: str, conventions: Conventions) -> Iterator[pl.Expr]:
    bid, ask = number(f"{side}_bidPrice"), number(f"{side}_askPrice")
    is_bid = bid >= 0 if conventions.zero_bid else bid > 0
    is_market = is_bid & (ask > 0) & (ask >= bid)
    yield pl.when(is_market).then((bid + ask) / 2).alias(f"{side}_mid")
    # A market crossed for a moment has a spread below 0: worth seeing, and no mid.
    yield (ask - bid).alias(f"{side}_spread")


def _valued(side: str, conventions: Conventions) -> Iterator[pl.Expr]:
    mid, bid, ask = pl.col(f"{side}_mid"), positive(f"{side}_bidPrice"), positive(f"{side}_askPrice")
    yield (pl.col(f"{side}_spread") / mid).alias(f"{side}_relative_spread")
    # A last trade that the market has left behind is worth what the market says.
    last = positive(f"{side}_price").clip(bid, ask)
    worth = {"mid": mid, "bid": bid, "ask": ask, "mark": pl.coalesce(mid, last)}
    yield worth[conventions.price].alias(f"{side}_worth")
