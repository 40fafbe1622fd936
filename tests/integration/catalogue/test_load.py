"""More than can be read: L1 to L4, L7, L8 and L10 to L12 of the fault catalogue."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tastytrade import Overflow, Quote, Simulator, Streamer
from tastytrade.dxfeed import TimeAndSale
from tastytrade.dxfeed.gap import GapReason
from tastytrade.errors import SlowReader, TooManySubscriptions
from tastytrade.subscription import Subscription
from tests.integration.catalogue.feed_server import TOKEN, FeedServer, Link
from tests.integration.catalogue.reading import (
    QUICK,
    events_until,
    feed,
    records_until,
    resident_bytes,
    values_of,
)
from tests.integration.commands import environment, program
from tests.integration.waiting import until

SYMBOLS = [f"S{number}" for number in range(20)]


async def flood(link: Link, frames: int, *, first: int = 0, kind: type[Any] = Quote) -> None:
    """So many messages with one event of each symbol; a field counts them."""
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
    assert waiting <= limit + 5_000
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
                assert slow.waiting_bytes <= limit + 5_000
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
        FeedServer() as server,
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
    assert max(waiting) <= limit + 5_000
    assert max(ages) < 5.0
    assert grown < 32 << 20
    assert quotes.gaps == []


# L7: very many readers.


@pytest.mark.timeout(20)
async def test_l7_a_thousand_readers_share_what_comes() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        readers = [streamer.subscribe(Quote, SYMBOLS) for _ in range(1000)]
        link = await (await server.link()).wants(*SYMBOLS)
        await flood(link, 5)
        await until(lambda: all(reader.waiting_bytes for reader in readers))
        first = [await records_until(reader, bool) for reader in readers]
        asked = link.said("FEED_SUBSCRIPTION")
        for reader in readers:
            reader.close()

    assert len({id(record) for records in first for record in records}) == 1
    assert sum(len(one["add"]) for one in asked) == len(SYMBOLS)


# L8: a process that stands still.

STANDS_STILL = """
import asyncio, sys, time
from tastytrade import Quote, Streamer
from tastytrade.dxfeed import EventBatch
from tastytrade.timeouts import Timeouts

async def main():
    url, token = sys.argv[1:]
    times = Timeouts(backoff_base=0.05, backoff_cap=0.1, step=2)
    async with Streamer(url=url, token=token, timeouts=times) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        async for record in quotes.records():
            if isinstance(record, EventBatch):
                print("events", record.epoch, flush=True)
            else:
                print("gap", record.reason, record.is_open, (record.to_ns or 0) - record.from_ns, flush=True)

asyncio.run(main())
"""


@pytest.mark.timeout(20)
async def test_l8_a_program_that_stood_still_for_longer_than_the_server_waits_has_a_gap(
    tmp_path: Path,
) -> None:
    async with FeedServer() as server:
        child = await asyncio.create_subprocess_exec(
            sys.executable, program(tmp_path, STANDS_STILL), server.url, TOKEN,
            stdout=asyncio.subprocess.PIPE, env=environment(),
        )  # fmt: skip
        assert child.stdout is not None
        link = await (await server.link()).wants("SPY")
        await link.give(Quote("SPY", bidPrice=1.0))
        said = [await child.stdout.readline()]
        os.kill(child.pid, signal.SIGSTOP)
        await asyncio.sleep(1.2)  # time passes for the program, too
        await link.connection.close(1000, "Bye")  # as a server does that has heard nothing for a minute
        os.kill(child.pid, signal.SIGCONT)
        link = await (await server.link(2)).wants("SPY")
        await link.give(Quote("SPY", bidPrice=2.0))
        while not said[-1].startswith(b"events 2"):
            said.append(await child.stdout.readline())
        child.kill()
        await child.wait()

    words = [line.decode().split() for line in said]
    gaps = [one for one in words if one[0] == "gap"]
    assert words[0] == ["events", "1"]
    assert words[1][:3] == ["gap", "disconnect", "True"]
    assert gaps[-1][2] == "False"
    assert int(gaps[-1][3]) > 1.2e9


# L10 to L12.


async def test_l10_whoever_waits_on_an_idle_feed_keeps_nobody_from_subscribing() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        idle = streamer.subscribe(Quote, ["IDLE"])
        waiting = asyncio.create_task(events_until(idle, 1))
        link = await (await server.link()).wants("IDLE")
        began = time.monotonic()
        others = [streamer.subscribe(Quote, [symbol]) for symbol in SYMBOLS]
        streamer.extend(idle, Quote, ["MORE"])
        spent = time.monotonic() - began
        await link.wants(*SYMBOLS, "MORE")
        others[0].close()
        await until(lambda: (Quote.__name__, SYMBOLS[0]) not in link.subscribed)
        is_waiting = not waiting.done()
        await link.give(Quote("MORE"))
        (event,) = await waiting

    assert is_waiting
    assert spent < 0.2
    assert event.eventSymbol == "MORE"


async def test_l11_a_server_that_sends_on_regardless_fills_its_own_memory_and_not_ours() -> None:
    limit, frames = 50_000, 4_000
    async with FeedServer() as server, feed(server, timeouts=QUICK) as streamer:
        slow = streamer.subscribe(TimeAndSale, SYMBOLS, limit_bytes=limit, overflow=Overflow.BLOCK)
        link = await (await server.link()).wants(*SYMBOLS)
        sending = asyncio.create_task(flood(link, frames, kind=TimeAndSale))
        await until(lambda: slow.is_blocking)
        await until(lambda: link.connection.transport.get_write_buffer_size() > 0)
        stats = streamer.stats().readers[0]
        await asyncio.sleep(0.1)
        later = streamer.stats().readers[0]
        sending.cancel()
        await asyncio.wait([sending])

    assert later.waiting_bytes <= limit + 5_000
    assert later.waiting_frames == stats.waiting_frames
    assert later.oldest_s >= stats.oldest_s + 0.1


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["subscribe", "close", "extend", "reduce", "pause"]),
        st.integers(0, 5),
        st.sets(st.sampled_from(["SPX", "SPY", "NVDA", "AAPL", "QQQ", "NOSUCH"]), min_size=1),
    ),
    max_size=25,
)


@pytest.mark.timeout(30)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_l12_however_subscriptions_change_the_server_has_what_is_wanted_in_the_end(
    changes: list[tuple[str, int, set[str]]], home: Path
) -> None:
    assert not home.exists() or home.is_dir()
    asyncio.run(churn(changes))


async def churn(changes: list[tuple[str, int, set[str]]]) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        wanted: dict[Subscription[Any], set[str]] = {}
        for what, which, symbols in changes:
            names = sorted(symbols)
            readers = list(wanted)
            if what == "subscribe" or not readers:
                wanted[streamer.subscribe(Quote, names)] = set(symbols)
                continue
            reader = readers[which % len(readers)]
            match what:
                case "close":
                    reader.close()
                    del wanted[reader]
                case "extend":
                    streamer.extend(reader, Quote, names)
                    wanted[reader] |= symbols
                case "reduce":
                    streamer.reduce(reader, Quote, names)
                    wanted[reader] -= symbols
                case _:
                    await asyncio.sleep(0)
        link = await server.link()
        expected = {("Quote", symbol) for symbols in wanted.values() for symbol in symbols}
        await until(lambda: link.subscribed == expected)
        assert await streamer.restored(timeout=2)


async def test_l12_a_simulator_has_what_is_wanted_after_a_thousand_changes(
    simulator: Simulator, streamer: Streamer
) -> None:
    chosen = random.Random(7)
    symbols = [option.streamer_symbol for option in simulator.listing.chain("SPX")[:200]]
    kept: dict[str, Subscription[Any]] = {}
    for turn in range(1000):
        symbol = chosen.choice(symbols)
        if symbol in kept:
            kept.pop(symbol).close()
        else:
            kept[symbol] = streamer.subscribe(Quote, [symbol])
        if turn % 50 == 0:
            await asyncio.sleep(0)
    await until(lambda: simulator.subscriptions() == {("Quote", symbol) for symbol in kept})

    assert await streamer.restored(timeout=2)


async def test_l12_what_changes_in_one_moment_is_told_in_one_message() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        for _ in range(500):
            streamer.subscribe(Quote, ["SPY"]).close()
            streamer.subscribe(Quote, ["QQQ"])
        link = await (await server.link()).wants("QQQ")
        await streamer.restored(timeout=2)
        told = link.said("FEED_SUBSCRIPTION")

    assert [[entry["symbol"] for entry in one["add"]] for one in told] == [["QQQ"]]
