"""What a user's type checker sees. Checked by mypy (test_typing.py), never run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import assert_type

import polars as pl

from tastytrade import (
    Candle,
    Event,
    EventBatch,
    EventType,
    Greeks,
    OptionChain,
    Overflow,
    Quote,
    Session,
    Simulator,
    Streamer,
    Subscription,
    TableBuilder,
    Trade,
    get_option_chain,
)
from tastytrade.instruments import Option
from tastytrade.source import EventSource, Gap, StateChange


async def one_type_of_events(streamer: Streamer) -> None:
    subscription = streamer.subscribe(Quote, ["SPX"])
    assert_type(subscription, Subscription[Quote])
    async for event in subscription:
        assert_type(event, Quote)
        assert_type(event.bidPrice, float)
        assert_type(event.eventSymbol, str)
    async for event in subscription.events(duration=1):
        assert_type(event, Quote)
    async for batch in subscription.batches(duration=1):
        assert_type(batch, EventBatch[Quote])
        for event in batch:
            assert_type(event, Quote)
    assert_type(subscription.gaps, list[Gap])


async def several_types_of_events(streamer: Streamer) -> None:
    assert_type(streamer.subscribe([Quote, Trade], ["SPX"]), Subscription[Event])
    assert_type(streamer.subscribe((Quote, "Trade", EventType.GREEKS), {"SPX"}), Subscription[Event])
    assert_type(streamer.subscribe("Quote", ["SPX"]), Subscription[Event])
    assert_type(streamer.subscribe(EventType.QUOTE, ["SPX"]), Subscription[Event])
    async for event in streamer.subscribe([Quote, Trade], iter(["SPX"])):
        assert_type(event, Event)
        match event:
            case Quote():
                assert_type(event.askPrice, float)
            case Trade():
                assert_type(event.price, float)


async def histories_and_limits(streamer: Streamer) -> None:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    async with streamer.subscribe(Candle, ["SPY{=d}"], from_time=since) as candles:
        assert_type(candles, Subscription[Candle])
    streamer.subscribe(Greeks, [".SPXW250113C5915"], limit_bytes=1 << 20, overflow=Overflow.FAIL)


async def opening(session: Session, simulator: Simulator) -> None:
    async with session as opened, Streamer(opened) as streamer, simulator as local:
        assert_type(opened, Session)
        assert_type(streamer, Streamer)
        assert_type(streamer.state, StateChange)
        assert_type(local, Simulator)
        assert_type(local.variables, dict[str, str])
    source: EventSource = Streamer(url="wss://example.com/")
    assert_type(source.state, StateChange)


async def chains(session: Session) -> None:
    chain = await get_option_chain(session, "SPX")
    assert_type(chain, OptionChain)
    assert_type(chain[date(2025, 1, 13)], list[Option])
    for option in chain.nearest_expiration().around(5830, strikes=4):
        assert_type(option, Option)
        assert_type(option.strike_price, Decimal)
        assert_type(option.streamer_symbol, str)


def tables(batch: EventBatch[Quote]) -> None:
    builder = TableBuilder(Quote)
    assert_type(builder, TableBuilder[Quote])
    builder.append(batch)
    assert_type(builder.table, pl.DataFrame)
