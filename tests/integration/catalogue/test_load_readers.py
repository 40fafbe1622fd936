"""Many readers, pauses and churn: L7, L8 and L10 to L12 of the fault catalogue."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tastytrade import Overflow, Quote, Simulator, Streamer
from tastytrade.dxfeed import TimeAndSale
from tastytrade.dxlink.client import JOINED_BYTES
from tastytrade.subscription import Subscription
from tests.integration.catalogue.feed_server import TOKEN, FeedServer
from tests.integration.catalogue.reading import (
    QUICK,
    events_until,
    feed,
    records_until,
)
from tests.integration.catalogue.test_load import SYMBOLS, flood
from tests.integration.commands import environment, program
from tests.integration.waiting import until

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
        while not any(line.startswith(b"events 2") for line in said) or b" True " in gaps_of(said)[-1]:
            said.append(await child.stdout.readline())
        child.kill()
        await child.wait()

    assert said[0].split() == [b"events", b"1"]
    assert said[1].split()[:3] == [b"gap", b"disconnect", b"True"]
    assert int(gaps_of(said)[-1].split()[3]) > 1.2e9


def gaps_of(said: list[bytes]) -> list[bytes]:
    """What was said of gaps."""
    return [line for line in said if line.startswith(b"gap")]


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
    async with FeedServer() as server, feed(server, timeouts=replace(QUICK, block=5.0)) as streamer:
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

    assert later.waiting_bytes <= limit + 2 * JOINED_BYTES
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
