"""A recording, replayed twice, gives the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from tastytrade.analytics import (
    exposure,
    flip_level,
    gamma_profile,
    put_call_ratios,
    smile,
    term_structure,
    with_greeks,
)
from tastytrade.dxfeed import Event, EventBatch, Greeks, Quote, Summary, Trade
from tastytrade.replaying import replay
from tastytrade.store import StoreWriter
from tastytrade.tables import TableBuilder, chain_table
from tests.unit.analytics.chains import AT, SPOT, VOLUME, World, listed
from tests.unit.instruments.options import SECOND, THIRD

OPTIONS = listed([5500 + 25 * number for number in range(33)], days=[SECOND, THIRD])
SYMBOLS = [one.streamer_symbol for one in OPTIONS]
STEPS, SECOND_NS = 5, 10**9
TYPES: tuple[type[Event], ...] = (Quote, Greeks, Summary, Trade)


def keep(path: Path) -> Path:
    """A few seconds of a market that moves, with the Greeks of the calls alone."""
    with StoreWriter(path, feed_level="api", source="test", event_types=(), symbols=SYMBOLS) as writer:
        for step in range(STEPS):
            world = World(
                spot=SPOT + 3 * step, volatility=lambda strike: 0.2 - (strike - SPOT) / 20_000, rate=0.04
            )
            for batch in batches(world, AT + step * SECOND_NS):
                writer.append(batch)
        writer.commit()
    return path


def batches(world: World, at: int) -> list[EventBatch[Any]]:
    values = [world.value(one, at) for one in OPTIONS]
    calls = range(0, len(OPTIONS), 2)
    quotes = [
        Quote(symbol, bidPrice=round(value.price, 1), askPrice=round(value.price, 1) + 0.2)
        for symbol, value in zip(SYMBOLS, values, strict=True)
    ]
    greeks = [
        Greeks(
            SYMBOLS[one],
            volatility=world.at(float(OPTIONS[one].strike_price)),
            **{name: getattr(values[one], name) for name in ("delta", "gamma", "theta", "vega", "rho")},
        )
        for one in calls
    ]
    summaries = [Summary(symbol, openInterest=1000 + 7 * one) for one, symbol in enumerate(SYMBOLS)]
    trades = [Trade(one.eventSymbol, price=one.askPrice, dayVolume=VOLUME) for one in quotes]
    return [EventBatch.from_events(events, received_ns=at) for events in (quotes, greeks, summaries, trades)]


async def recomputed(path: Path) -> list[pl.DataFrame | float | None]:
    builders = {cls: TableBuilder(cls, latest=True) for cls in TYPES}
    async with replay(path, speed="max") as source, source.subscribe(TYPES, SYMBOLS) as subscription:
        async for batch in subscription.batches():
            builders[batch.event_class].append(batch)
    quotes, greeks, summaries, trades = (builders[cls].table for cls in TYPES)
    at = AT + STEPS * SECOND_NS
    table = chain_table(OPTIONS, quotes=quotes, greeks=greeks, summaries=summaries, trades=trades, at=at)
    measured = with_greeks(table, spot=SPOT + 3 * (STEPS - 1), at=at)
    tables = [one(measured) for one in (smile, term_structure, exposure, gamma_profile, put_call_ratios)]
    return [measured, *tables, flip_level(measured)]


async def test_a_recording_replayed_twice_gives_the_same_numbers(tmp_path: Path) -> None:
    path = keep(tmp_path / "day")
    first, second = await recomputed(path), await recomputed(path)

    assert first[-1] == second[-1] is not None
    for one, other in zip(first[:-1], second[:-1], strict=True):
        assert isinstance(one, pl.DataFrame)
        assert isinstance(other, pl.DataFrame)
        assert one.height > 0
        assert one.equals(other)
    assert set(first[0]["put_greeks_source"].drop_nulls()) == {"ours"}  # type: ignore[index]  # a table, as shown above
