"""What analytics of a large chain cost, in seconds and beside the chain table that they are made of.

    .venv/bin/python -m tests.speed.analytics

20,000 options: 40 expirations of 250 strikes, without Greeks of the feed, so that all are ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import polars as pl
from rich.console import Console
from rich.table import Table

from tastytrade.analytics import (
    Conventions,
    exposure,
    flip_level,
    implied_volatility,
    put_call_ratios,
    smile,
    term_structure,
    with_greeks,
)
from tastytrade.dxfeed import Quote, Summary, Trade
from tastytrade.tables import chain_table
from tests.unit.analytics.chains import AT, OPEN_INTEREST, SPOT, VOLUME, World, events, listed
from tests.unit.instruments.options import THIRD

DAYS = [THIRD + timedelta(days=7 * number) for number in range(40)]
STRIKES = [SPOT + 10 * (number - 125) for number in range(250)]
ROUNDS = 5


def main() -> None:
    options = listed(STRIKES, days=DAYS)
    world = World(volatility=lambda strike: 0.2 - (strike - SPOT) / 50_000, rate=0.045)
    symbols = [one.streamer_symbol for one in options]
    prices = [world.value(one).price for one in options]
    count = len(options)
    quotes = events(Quote, symbols, bidPrice=[0.99 * price for price in prices], askPrice=prices)
    summaries = events(Summary, symbols, openInterest=[OPEN_INTEREST] * count)
    trades = events(Trade, symbols, price=prices, dayVolume=[VOLUME] * count)

    def built() -> pl.DataFrame:
        return chain_table(options, quotes=quotes, summaries=summaries, trades=trades, at=AT)

    table = built()
    conventions = Conventions(rate=0.045)
    measured = with_greeks(table, spot=SPOT, at=AT, conventions=conventions)
    asked: dict[str, Callable[[], object]] = {
        "chain_table": built,
        "implied_volatility": lambda: implied_volatility(table, spot=SPOT, at=AT, conventions=conventions),
        "with_greeks": lambda: with_greeks(table, spot=SPOT, at=AT, conventions=conventions),
        "smile": lambda: smile(measured),
        "term_structure": lambda: term_structure(measured, conventions=conventions),
        "exposure": lambda: exposure(measured, conventions=conventions),
        "flip_level": lambda: flip_level(measured, conventions=conventions),
        "put_call_ratios": lambda: put_call_ratios(measured, conventions=conventions),
    }
    seconds = {name: _seconds(function) for name, function in asked.items()}
    known = 2 * measured.height - measured["call_iv"].null_count() - measured["put_iv"].null_count()
    shown = Table("", "s", "of a chain table", title=f"{count:,} options, {known:,} with implied volatility")
    for name, taken in seconds.items():
        shown.add_row(name, f"{taken:.3f}", f"{taken / seconds['chain_table']:.2f}")
    Console().print(shown)


def _seconds(function: Callable[[], object]) -> float:
    """The median of a few runs."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        function()
        taken.append(time.perf_counter() - began)
    return median(taken)


if __name__ == "__main__":
    main()
