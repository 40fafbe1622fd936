"""Readers and tasks that fail: L5, L6 and L9 of the fault catalogue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade import Quote, Session, Simulator, Streamer
from tastytrade.dxlink.messages import AuthState, ChannelOpened, Contract, FeedConfig, Setup, Unknown
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.rest.auth import QuoteToken
from tastytrade.source import State
from tastytrade.subscription import Subscription
from tests.integration.catalogue.feed_server import TOKEN, FeedServer, Link
from tests.integration.catalogue.reading import QUICK, events_until, feed, state_of, tasks_of_ours, values_of
from tests.integration.waiting import until

pytestmark = pytest.mark.alone


class ByHandError(Exception):
    """What nobody expects."""


async def quotes(link: Link, count: int, *, first: int = 0) -> None:
    for number in range(first, first + count):
        await link.give(Quote("SPY", bidPrice=float(number)))


async def test_l5_a_reader_that_raises_ends_alone() -> None:
    async def raises(subscription: Subscription[Quote]) -> None:
        async with subscription:
            async for _ in subscription:
                raise ByHandError

    async with FeedServer() as server, feed(server) as streamer:
        bad, good = streamer.subscribe(Quote, ["SPY", "QQQ"]), streamer.subscribe(Quote, ["SPY"])
        failing = asyncio.create_task(raises(bad))
        link = await (await server.link()).wants("SPY", "QQQ")
        await quotes(link, 50)
        with pytest.raises(ByHandError):
            await failing
        await quotes(link, 50, first=50)
        read = await events_until(good, 100)
        await until(lambda: link.subscribed == {("Quote", "SPY")})
        state = streamer.state.state

    assert values_of(read, "bidPrice") == [float(n) for n in range(100)]
    assert (state, good.gaps, bad.is_closed) == (State.LIVE, [], True)


async def test_l6_a_reader_that_blocks_the_loop_is_named_and_nothing_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def blocks(subscription: Subscription[Quote]) -> None:
        async for event in subscription:
            if event.bidPrice == 10.0:
                time.sleep(0.6)  # noqa: ASYNC251 - that is the fault
                return

    async with FeedServer() as server, feed(server) as streamer:
        bad, good = streamer.subscribe(Quote, ["SPY"]), streamer.subscribe(Quote, ["SPY"])
        blocking = asyncio.create_task(blocks(bad), name="the-slow-strategy")
        link = await (await server.link()).wants("SPY")
        await asyncio.sleep(0.15)  # a heartbeat of the watch
        await quotes(link, 50)
        read = await events_until(good, 50)
        await blocking
        await until(lambda: streamer.stats().loop.blocked_count > 0)
        stats = streamer.stats().loop

    (warning,) = (one.getMessage() for one in caplog.records if one.levelno == logging.WARNING)
    assert "task the-slow-strategy in " in warning
    assert "blocks" in warning
    assert "the-slow-strategy" in stats.last_culprit
    assert stats.longest_s > 0.3
    assert values_of(read, "bidPrice") == [float(n) for n in range(50)]
    assert good.gaps == []


# L9: an exception of ours, or of whoever is called from our tasks.


async def fails_everywhere(
    streamer: Streamer, provoke: Callable[[], Awaitable[None]], *, is_open: bool = True
) -> None:
    """Everybody who waits is told within a second, and nothing of ours is left."""
    async with asyncio.timeout(5):
        if is_open:
            await streamer.open()
        reader = streamer.subscribe(Quote, ["SPY"])

        async def read() -> None:
            async for _ in reader:
                pass

        async def watch() -> None:
            async for change in streamer.states():
                if change.state is State.FAILED:
                    return
            raise AssertionError("it did not fail")

        waiting = [asyncio.create_task(one) for one in (read(), streamer.wait_closed(), watch())]
        await asyncio.sleep(0)
        await provoke()
        await state_of(streamer, State.FAILED)
        async with asyncio.timeout(1):
            results = await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(ByHandError):
            await streamer.restored(timeout=1)
        left = tasks_of_ours()
        await streamer.aclose()

    assert [type(one) for one in results] == [ByHandError, ByHandError, type(None)]
    assert left == set()
    assert streamer.state.state is State.FAILED


@pytest.mark.parametrize("kind", [Setup, AuthState, ChannelOpened, FeedConfig, Unknown])
async def test_l9_an_error_of_whoever_watches_messages_ends_the_feed_and_everybody_is_told(
    kind: type[Any],
) -> None:
    is_armed = False

    def watch(message: object) -> None:
        if is_armed and isinstance(message, kind):
            raise ByHandError

    async with FeedServer() as server:
        streamer = Streamer(url=server.url, token=TOKEN, timeouts=QUICK, on_message=watch)
        await streamer.open()

        async def provoke() -> None:
            nonlocal is_armed
            link = await (await server.link()).wants("SPY")
            is_armed = True
            if kind is Unknown:
                await link.say_message("WEATHER", 0)
            else:
                link.abort()

        await fails_everywhere(streamer, provoke, is_open=False)


async def test_l9_an_error_while_subscribing_ends_the_feed_and_everybody_is_told() -> None:
    class Bad(ChannelPlan, frozen=True):
        def fields(self, event_type: str) -> list[str]:
            if event_type == "Trade":
                raise ByHandError
            return super().fields(event_type)

    async with FeedServer() as server:
        plans = [Bad(Contract.TICKER)]
        streamer = Streamer(url=server.url, token=TOKEN, timeouts=QUICK, plans=plans)

        async def provoke() -> None:
            await (await server.link()).wants("SPY")
            streamer.subscribe("Trade", ["SPY"])

        await fails_everywhere(streamer, provoke)


class Admission:
    """Quote tokens of a session, until somebody turns against it."""

    def __init__(self, session: Session) -> None:
        self.is_bad = False
        self._session = session

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        if self.is_bad:
            raise ByHandError
        return await self._session.quote_token(renew=renew)


@pytest.mark.parametrize("when", ["connecting again", "renewing", "expired"])
async def test_l9_an_error_of_whoever_gives_tokens_ends_the_feed_and_everybody_is_told(
    when: str, simulator: Simulator, session: Session
) -> None:
    admission = Admission(session)
    timeouts = replace(QUICK, token=0.1) if when == "renewing" else QUICK
    streamer = Streamer(admission, timeouts=timeouts)

    async def provoke() -> None:
        await until(lambda: simulator.subscriptions() == {("Quote", "SPY")})
        admission.is_bad = True
        if when == "connecting again":
            await simulator.drop_connections()
        elif when == "expired":
            simulator.inject({"name": "expire"})

    await fails_everywhere(streamer, provoke)


async def test_l9_an_error_on_one_connection_ends_the_others_too() -> None:
    is_armed = False

    def watch(message: object) -> None:
        if is_armed and isinstance(message, Unknown):
            raise ByHandError

    symbols = [f"S{number}" for number in range(25_100)]
    async with FeedServer() as server:
        streamer = Streamer(url=server.url, token=TOKEN, timeouts=QUICK, on_message=watch, connections=2)
        await streamer.open()
        reader = streamer.subscribe(Quote, symbols)
        link = await server.link(2)
        is_armed = True
        await link.say_message("WEATHER", 0)
        with pytest.raises(ByHandError):
            await events_until(reader, 1)
        await until(lambda: tasks_of_ours() == set())
        await streamer.aclose()
