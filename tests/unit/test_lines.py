from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

from tastytrade.admission import Entrance
from tastytrade.books import Books
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import FeedUnauthorized
from tastytrade.interest import Interest
from tastytrade.lines import Lines
from tastytrade.source import State
from tastytrade.subscription import Subscription
from tests.integration.catalogue.feed_server import FeedServer
from tests.integration.waiting import until
from tests.unit.feed_rig import QUICK

SYMBOLS = [Entry("Quote", f"S{number}") for number in range(4)]


class Rig:
    """Lines with their readers; each may hold two subscriptions."""

    def __init__(self, url: str, *, received: Any = None) -> None:
        self.failures: list[Exception] = []
        self.changes = 0
        self.books = Books()
        self.lines = Lines(
            entrance=Entrance(None, url=url, token="sim_0", require=None),
            plans=None,
            timeouts=QUICK,
            books=self.books,
            received=received or (lambda _: None),
            changed=self._changed,
            failed=self.failures.append,
        )
        self.interest = Interest(self.lines.protocols, grow=self._grow, most=9, next_gap=count(1).__next__)
        self._grow()

    def _changed(self) -> None:
        self.changes += 1

    def _grow(self) -> Any:
        protocol = self.lines.add(self.interest).protocol
        protocol.budget = 2
        return protocol

    def add(self, *entries: Entry) -> Subscription[Any]:
        subscription: Subscription[Any] = Subscription(
            entries, decode=self.books.decode, release=self.interest.leave
        )
        self.interest.add(subscription, entries)
        self.lines.wake()
        return subscription

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.lines.start()
        try:
            yield
        finally:
            await self.lines.stop()

    def are(self, state: State) -> Any:
        return lambda: self.lines.standing.state is state


async def test_a_further_connection_is_opened_where_one_has_no_room() -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        async with rig.running():
            await until(rig.are(State.LIVE))
            rig.add(*SYMBOLS)
            await until(lambda: len(server.links) == 2 and rig.are(State.LIVE)())
            await rig.lines.restored()
            held = [{symbol for _, symbol in link.subscribed} for link in server.links]

    assert held == [{"S0", "S1"}, {"S2", "S3"}]


async def test_connections_have_epochs_of_their_own() -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        rig.add(*SYMBOLS)
        async with rig.running():
            await rig.lines.restored()

    assert {one.epoch for one in rig.lines.protocols} == {1, 2}


async def test_one_that_is_lost_leaves_the_others_alone() -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        reader = rig.add(*SYMBOLS)
        async with rig.running():
            await rig.lines.restored()
            lost = next(link for link in server.links if ("Quote", "S2") in link.subscribed)
            lost.abort()
            await until(rig.are(State.DEGRADED))
            await until(rig.are(State.LIVE))

    assert len(server.links) == 3
    assert [one.symbols for one in reader.gaps] == [("S2", "S3")]


async def test_one_that_ends_for_good_ends_them_all_once() -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        rig.add(*SYMBOLS)
        async with rig.running():
            await rig.lines.restored()
            server.links[1].protocol.expire_token()
            await server.links[1].flush()
            await until(lambda: bool(rig.failures))
            await until(lambda: all(link.connection.state.name == "CLOSED" for link in server.links))

    assert [type(one) for one in rig.failures] == [FeedUnauthorized]


async def test_an_error_of_ours_ends_them_as_it_is() -> None:
    def fails(_: object) -> None:
        raise LookupError("by hand")

    async with FeedServer() as server:
        rig = Rig(server.url, received=fails)
        async with rig.running():
            await until(lambda: bool(rig.failures))

    assert [str(one) for one in rig.failures] == ["by hand"]


async def test_stopping_leaves_no_task_and_may_be_done_twice() -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        rig.add(*SYMBOLS)
        async with rig.running():
            await rig.lines.restored()
            running = rig.lines.is_running
        await rig.lines.stop()
    left = [task for task in asyncio.all_tasks() if task.get_name().startswith("tastytrade-")]

    assert (running, rig.lines.is_running, left, rig.failures) == (True, False, [], [])


async def test_they_can_be_started_again() -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        rig.add(*SYMBOLS)
        for links in (2, 4):
            async with rig.running():
                await until(lambda links=links: len(server.links) == links)  # type: ignore[misc]  # its own
                await rig.lines.restored()

    assert all(link.subscribed for link in server.links)


async def test_whoever_waits_for_the_restoration_waits_for_what_is_added_meanwhile() -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        async with rig.running():
            await rig.lines.restored()
            rig.add(SYMBOLS[0])
            async with asyncio.timeout(2):
                await rig.lines.restored()
            known = server.links[0].subscribed

    assert known == {("Quote", "S0")}


@pytest.mark.parametrize("suspended", [1, 3])
async def test_after_sleep_every_one_is_probed_and_those_that_answer_are_kept(suspended: int) -> None:
    async with FeedServer() as server:
        rig = Rig(server.url)
        rig.add(*SYMBOLS)
        async with rig.running():
            await rig.lines.restored()
            for _ in range(suspended):
                rig.lines.suspended()
                await asyncio.sleep(0)

            assert rig.lines.standing.state is State.LIVE
    assert len(server.links) == 2
