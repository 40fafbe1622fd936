"""More than can be read: L1 to L4 of the fault catalogue."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade import Overflow, Quote
from tastytrade.dxfeed import TimeAndSale
from tastytrade.dxfeed.gap import GapReason
from tastytrade.dxlink.client import JOINED_BYTES
from tastytrade.errors import SlowReader, TooManySubscriptions
from tastytrade.subscription import Subscription
from tests.integration.catalogue.feed_server import FeedServer, Link
from tests.integration.catalogue.reading import (
    QUICK,
    events_until,
    feed,
    resident_bytes,
    values_of,
)
from tests.integration.waiting import until

SYMBOLS = [f"S{number}" for number in range(20)]


async def flood(link: Link, frames: int, *, first: int = 0, kind: type[Any] = Quote) -> None:
    """So many messages with one event of each symbol; a field counts them."""
    events: list[Any]
    for number in range(first, first + frames):
        if kind is Quote:
            events = [Quote(symbol, bidSize=float(number)) for symbol in SYMBOLS]
        else:
            events = [TimeAndSale(symbol, index=number, size=float(number)) for symbol in SYMBOLS]
        await link.give(*events)


def event_number(event: Any) -> float:
    return float(event.bidSize if isinstance(event, Quote) else event.size)


async def newest_of(subscription: Subscription[Any], number: int) -> list[Any]:
    """What a reader gets up to this number of the last symbol."""
    found: list[Any] = []
    async with asyncio.timeout(6), aclosing(subscription.events()) as events:
        async for event in events:
            found.append(event)
            if event.eventSymbol == SYMBOLS[-1] and event_number(event) == number:
                break
    return found


# L1: readers that are slower than the feed.


@pytest.mark.parametrize("overflow", [Overflow.CONFLATE, Overflow.DROP_OLDEST, Overflow.FAIL])
async def test_l1_a_reader_that_falls_behind_gets_what_its_policy_says_and_others_everything(
    overflow: Overflow,
) -> None:
    limit, frames = 20_000, 300
    async with FeedServer() as server, feed(server) as streamer:
        slow = streamer.subscribe(Quote, SYMBOLS, limit_bytes=limit, overflow=overflow)
        quick = streamer.subscribe(Quote, SYMBOLS)
        link = await (await server.link()).wants(*SYMBOLS)
        sending = asyncio.create_task(flood(link, frames))
        read = await events_until(quick, frames * len(SYMBOLS))
        await sending
        waiting = slow.waiting_bytes
        if overflow is Overflow.FAIL:
            with pytest.raises(SlowReader):
                await newest_of(slow, frames - 1)
            late = []
        else:
            late = [float(one.bidSize) for one in await newest_of(slow, frames - 1)]
        books = slow.ledger()

    assert values_of(read, "bidSize") == [float(n) for n in range(frames) for _ in SYMBOLS]
    assert quick.gaps == []
    assert waiting <= limit + 2 * JOINED_BYTES
    assert books.balance == 0
    if overflow is Overflow.CONFLATE:
        assert books.conflated + books.delivered == frames * len(SYMBOLS)
        assert slow.gaps == []
    if overflow is Overflow.DROP_OLDEST:
        (gap,) = slow.gaps
        assert (gap.reason, gap.lost_count) == (GapReason.OVERFLOW, frames * len(SYMBOLS) - len(late))
        assert late == sorted(late)


async def test_l1_a_reader_that_blocks_holds_the_connection_up_and_loses_nothing() -> None:
    limit, frames = 20_000, 300
    async with FeedServer() as server, feed(server, timeouts=QUICK) as streamer:
        slow = streamer.subscribe(TimeAndSale, SYMBOLS, limit_bytes=limit, overflow=Overflow.BLOCK)
        quick = streamer.subscribe(TimeAndSale, SYMBOLS)
        link = await (await server.link()).wants(*SYMBOLS)
        sending = asyncio.create_task(flood(link, frames, kind=TimeAndSale))
        await until(lambda: slow.is_blocking)
        found: list[Any] = []
        async with asyncio.timeout(8):
            while len(found) < frames * len(SYMBOLS):
                assert slow.waiting_bytes <= limit + 2 * JOINED_BYTES
                found += await events_until(slow, 1)
        await sending
        others = await events_until(quick, frames * len(SYMBOLS))

    assert values_of(found, "size") == [float(n) for n in range(frames) for _ in SYMBOLS]
    assert found == others
    assert (slow.gaps, quick.gaps) == ([], [])


async def test_l1_a_reader_that_blocks_for_too_long_loses_the_oldest_and_is_told() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        slow = streamer.subscribe(TimeAndSale, SYMBOLS, limit_bytes=20_000, overflow=Overflow.BLOCK)
        quick = streamer.subscribe(TimeAndSale, SYMBOLS)
        link = await (await server.link()).wants(*SYMBOLS)
        await flood(link, 20, kind=TimeAndSale)
        await events_until(quick, 20 * len(SYMBOLS))
        read = await newest_of(slow, 19)

    (gap,) = slow.gaps
    assert (gap.reason, gap.lost_count) == (GapReason.OVERFLOW, 20 * len(SYMBOLS) - len(read))
    assert quick.gaps == []


# L2: very many symbols.


@asynccontextmanager
async def hurried(step: float = 0.1) -> AsyncIterator[None]:
    """Every turn of this test's own loop is some time later than the one before: pauses are short."""
    loop = asyncio.get_running_loop()
    real, lead = loop.time, 0.0
    loop.time = lambda: real() + lead  # type: ignore[method-assign]

    async def hurry() -> None:
        nonlocal lead
        while True:
            lead += step
            await asyncio.sleep(0)

    hurrying = asyncio.create_task(hurry())
    try:
        yield
    finally:
        hurrying.cancel()
        await asyncio.wait([hurrying])


@pytest.mark.timeout(30)
async def test_l2_a_hundred_thousand_symbols_are_told_in_small_messages_over_four_connections() -> None:
    symbols = [f".SPXW261218C{number}" for number in range(100_000)]
    patient = replace(QUICK, open=1e5, step=1e5, confirm=1e5, quiet_grace=1e5)
    async with (
        hurried(),
        FeedServer(patience=1e5) as server,
        feed(server, connections=4, timeouts=patient) as streamer,
    ):
        before = resident_bytes()
        quotes = streamer.subscribe(Quote, symbols)
        with pytest.raises(TooManySubscriptions):
            streamer.subscribe(Quote, ["ONE-MORE"])
        grown = resident_bytes() - before
        assert await streamer.restored()
        sizes = [len(json.dumps(one)) for link in server.links for one in link.said("FEED_SUBSCRIPTION")]
        told = set().union(*(link.subscribed for link in server.links))
        counts = [len(link.subscribed) for link in server.links]

    assert told == {("Quote", symbol) for symbol in symbols}
    assert counts == [25_000] * 4
    assert max(sizes) <= 32 << 10
    assert grown < 120_000_000 + 2_000 * len(symbols)
    assert quotes.gaps == []


# L3 and L4: bursts, and more than the CPU can do.


async def test_l3_a_burst_of_ten_times_the_rate_costs_no_event_and_is_made_up_for() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        prints = streamer.subscribe(TimeAndSale, SYMBOLS)
        link = await (await server.link()).wants(*SYMBOLS)

        async def send() -> None:
            await flood(link, 10, kind=TimeAndSale)
            await flood(link, 500, first=10, kind=TimeAndSale)  # 10,000 events as fast as it goes
            await flood(link, 10, first=510, kind=TimeAndSale)

        sending = asyncio.create_task(send())
        read = await events_until(prints, 520 * len(SYMBOLS))
        await sending
        age = streamer.stats().readers[0].oldest_s

    assert values_of(read, "index") == [number for number in range(520) for _ in SYMBOLS]
    assert prints.gaps == []
    assert age < 1.0


@pytest.mark.timeout(20)
async def test_l4_of_a_feed_that_is_always_faster_the_newest_is_read_and_memory_bounded() -> None:
    limit = 30_000
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, SYMBOLS, limit_bytes=limit)
        link = await (await server.link()).wants(*SYMBOLS)
        sending = asyncio.create_task(flood(link, 100_000))
        ages, waiting, before = [], [], resident_bytes()
        async with asyncio.timeout(6), aclosing(quotes.batches(duration=1.5)) as batches:
            async for batch in batches:
                ages.append((time.time_ns() - batch.received_ns) / 1e9)
                waiting.append(quotes.waiting_bytes)
                await asyncio.sleep(0.02)  # slower than what comes
        grown = resident_bytes() - before
        books = quotes.ledger()
        sending.cancel()
        await asyncio.wait([sending])

    assert books.conflated > books.delivered > 0
    assert books.balance == 0
    assert max(waiting) <= limit + 2 * JOINED_BYTES
    assert max(ages) < 5.0
    assert grown < 32 << 20
    assert quotes.gaps == []
