"""How a feed ends in its program: X3 to X5, X8 and X11 of the fault catalogue."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tastytrade import Quote, Streamer
from tastytrade.errors import StreamClosed, TastytradeError
from tastytrade.source import State
from tests.integration.catalogue.feed_server import TOKEN, FeedServer
from tests.integration.catalogue.reading import QUICK, events_until, feed, resident_bytes, tasks_of_ours
from tests.integration.waiting import until

SYMBOLS = ["SPY", "QQQ"]


def streamer_of(server: FeedServer) -> Streamer:
    return Streamer(url=server.url, token=TOKEN, timeouts=QUICK)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


# X3: closing.


async def test_x3_closing_in_a_quiet_market_takes_no_time_and_may_be_done_twice() -> None:
    async with FeedServer() as server:
        streamer = streamer_of(server)
        await streamer.open()
        quiet = streamer.subscribe(Quote, SYMBOLS)
        await (await server.link()).wants(*SYMBOLS)
        began = time.monotonic()
        await streamer.aclose()
        await streamer.aclose()
        took = time.monotonic() - began
        read = [event async for event in quiet]

    assert (read, took < QUICK.close + 0.2) == ([], True)
    assert tasks_of_ours() == set()


async def test_x3_two_who_close_at_once_both_wait_until_it_is_done() -> None:
    async with FeedServer() as server:
        streamer = streamer_of(server)
        await streamer.open()
        await asyncio.gather(streamer.aclose(), streamer.aclose())

    assert streamer.state.state is State.CLOSED
    assert tasks_of_ours() == set()


async def test_x3_whoever_reads_while_it_is_closed_gets_what_had_come_and_then_the_end() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        reader = streamer.subscribe(Quote, SYMBOLS)

        async def read() -> int:
            return len([event async for event in reader])

        reading = asyncio.create_task(read())
        link = await (await server.link()).wants(*SYMBOLS)
        await link.give(*(Quote("SPY", bidPrice=float(n)) for n in range(10)))
        await until(lambda: reader.delivered == 10)
        waiting = asyncio.create_task(streamer.wait_closed())
        await asyncio.sleep(0)
        await streamer.aclose()
        count = await reading
        await waiting

    assert count == 10


async def test_x3_an_error_in_the_program_closes_the_feed_and_is_what_is_seen() -> None:
    async with FeedServer() as server:
        streamer = streamer_of(server)

        async def fail() -> None:
            async with streamer:
                streamer.subscribe(Quote, SYMBOLS)
                raise LookupError("by hand")

        with pytest.raises(LookupError, match="by hand"):
            await fail()
        assert tasks_of_ours() == set()
        with pytest.raises(StreamClosed):
            streamer.subscribe(Quote, SYMBOLS)


# X4: cancelled anywhere.


async def open_it(streamer: Streamer) -> None:
    await streamer.open()


async def restored(streamer: Streamer) -> None:
    streamer.subscribe(Quote, SYMBOLS)
    await streamer.restored()


async def read(streamer: Streamer) -> None:
    async with streamer.subscribe(Quote, SYMBOLS) as reader:
        async for batch in reader.batches():
            if batch.columns["bidPrice"][-1] == 5.0:
                return


async def records_for_a_while(streamer: Streamer) -> None:
    async with streamer.subscribe(Quote, SYMBOLS) as reader:
        async for _ in reader.records(duration=0.02):
            pass


async def watch(streamer: Streamer) -> None:
    streamer.subscribe(Quote, SYMBOLS)
    async for change in streamer.states():
        if change.sent == 2 and change.state is State.LIVE:
            return


async def close_it(streamer: Streamer) -> None:
    streamer.subscribe(Quote, SYMBOLS)
    await streamer.aclose()


async def give_all(server: FeedServer) -> None:
    link = await (await server.link(len(server.links) or 1)).wants(*SYMBOLS)
    for number in range(6):
        await link.give(Quote("SPY", bidPrice=float(number)))


async def cancelled_after(steps: int, work: Callable[[Streamer], Awaitable[None]]) -> bool:
    """Do something and cancel it after so many turns of the loop; whether it was still at work."""
    files = open_files()
    async with FeedServer() as server:
        streamer = streamer_of(server)
        if work is not open_it:
            await streamer.open()
        giving = asyncio.create_task(give_all(server)) if work is read else None
        task = asyncio.ensure_future(work(streamer))
        for _ in range(steps):
            await asyncio.sleep(0)
        is_at_work = task.cancel()
        await asyncio.wait([task], timeout=2)
        if giving is not None:
            giving.cancel()
            await asyncio.wait([giving])
        assert task.done()
        assert task.cancelled() is is_at_work, "the cancellation was swallowed"
        await streamer.aclose()
        await until(lambda: tasks_of_ours() == set())
    left = open_files() - files
    if left:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # of a socket that nobody closed
            gc.collect()
    assert left == 0
    assert streamer.state.state is State.CLOSED
    return is_at_work


@pytest.mark.parametrize("work", [open_it, restored, read, records_for_a_while, watch, close_it])
async def test_x4_whatever_is_cancelled_wherever_it_waits_ends_and_leaves_nothing(
    work: Callable[[Streamer], Awaitable[None]],
) -> None:
    steps = 0
    while steps < 150 and await cancelled_after(steps, work):
        steps += 1 if steps < 40 else 10

    assert steps > 1


# X5: a peer that is deaf.


async def test_x5_a_peer_that_does_not_answer_our_close_is_left_in_time() -> None:
    async with FeedServer() as server:
        streamer = streamer_of(server)
        await streamer.open()
        link = await server.link()
        link.connection.transport.pause_reading()
        began = time.monotonic()
        await streamer.aclose()
        took = time.monotonic() - began

    assert QUICK.close * 0.9 < took < QUICK.close + 0.5
    assert tasks_of_ours() == set()


# X8: other loops and threads.


async def one_quote(streamer: Streamer, server: FeedServer) -> int:
    """Open it, and read one event."""
    async with streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        await (await (await server.link(len(server.links))).wants("SPY")).give(Quote("SPY"))
        return len(await events_until(quotes, 1))


def test_x8_each_loop_can_have_its_own_feed() -> None:
    async def use() -> int:
        async with FeedServer() as server:
            return await one_quote(streamer_of(server), server)

    assert [asyncio.run(use()) for _ in range(2)] == [1, 1]


async def test_x8_a_feed_that_was_closed_can_be_opened_again_in_its_loop() -> None:
    async with FeedServer() as server:
        streamer = streamer_of(server)

        assert [await one_quote(streamer, server) for _ in range(2)] == [1, 1]


def test_x8_a_feed_that_is_opened_again_in_another_loop_works_or_says_why_not() -> None:
    made: list[Streamer] = []

    async def use(port: int) -> int:
        async with FeedServer(port=port) as server:
            if not made:
                made.append(streamer_of(server))
            with contextlib.suppress(TastytradeError):
                await one_quote(made[0], server)
            return int(server.url.rpartition(":")[2])

    asyncio.run(use(asyncio.run(use(0))))


async def test_x8_from_another_thread_subscribing_is_refused() -> None:
    async with FeedServer() as server, feed(server) as streamer:

        def subscribe() -> None:
            with pytest.raises(TastytradeError, match="another thread"):
                streamer.subscribe(Quote, ["SPY"])

        await asyncio.to_thread(subscribe)


# X11: again and again.


@pytest.mark.timeout(30)
async def test_x11_a_hundred_feeds_leave_no_file_no_task_and_no_memory_behind() -> None:
    async with FeedServer() as server:

        async def once() -> None:
            async with streamer_of(server) as streamer:
                quotes = streamer.subscribe(Quote, SYMBOLS)
                link = await (await server.link(len(server.links))).wants(*SYMBOLS)
                await link.give(Quote("SPY"))
                await events_until(quotes, 1)
            server.links.clear()

        for _ in range(10):
            await once()
        gc.collect()
        files, tasks, memory = open_files(), len(asyncio.all_tasks()), resident_bytes()
        for _ in range(100):
            await once()
        gc.collect()
        await until(lambda: len(asyncio.all_tasks()) <= tasks)

        assert open_files() <= files + 1
        assert resident_bytes() - memory < 4 << 20
