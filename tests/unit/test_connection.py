"""A socket with a protocol machine, where the socket is played by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tastytrade.connection import Connection, first_of
from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import ConnectFailed, ConnectionLost, FeedError, FeedStalled
from tastytrade.timeouts import Timeouts
from tastytrade.transport.tap import Tap
from tastytrade.transport.websocket import WebSocketDoor
from tastytrade.transport.wire import Arrival, Take
from tests.integration.waiting import until

SETUP = b'{"type":"SETUP","channel":0,"version":"1","keepaliveTimeout":60,"acceptKeepaliveTimeout":60}'
LET_IN = b'{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED"}'
OPENED = b'{"type":"CHANNEL_OPENED","channel":1,"service":"FEED"}'
CONFIG = b'{"type":"FEED_CONFIG","channel":1,"dataFormat":"COMPACT","eventFields":{"Quote":["eventSymbol"]}}'
DATA = b'{"type":"FEED_DATA","channel":1,"data":["Quote",["A"]]}'


class HandDoor(WebSocketDoor):
    """What the test puts in comes; what goes out is noted; pings are answered unless ``is_deaf``."""

    def __init__(self) -> None:
        self.coming: asyncio.Queue[bytes | FeedError] = asyncio.Queue()
        self.sent: list[bytes] = []
        self.pings = 0
        self.is_deaf = False
        self.is_full = False

    def say(self, *texts: bytes | FeedError) -> None:
        for text in texts:
            self.coming.put_nowait(text)

    async def deliver(self, take: Take) -> None:
        goes_on = True
        while goes_on:
            text = await self.coming.get()
            if isinstance(text, FeedError):
                raise text
            goes_on = take(Arrival([text], time.time_ns(), len(text)))

    async def send(self, text: bytes) -> None:
        if self.is_full:
            await asyncio.Event().wait()
        self.sent.append(text)

    async def ping(self) -> None:
        self.pings += 1
        if self.is_deaf:
            await asyncio.Event().wait()


class Rig:
    """A connection over a door played by hand."""

    def __init__(self, tap: Tap | None = None, **limits: float) -> None:
        timeouts = Timeouts(**limits)
        self.door = HandDoor()
        self.protocol = ClientProtocol(pace=0.0, step_timeout=timeouts.step, quiet_grace=timeouts.quiet_grace)
        self.received: list[Received] = []
        self.wake = asyncio.Event()
        self.full = False
        self.token: str | None = None
        self.unblocked = 0
        self.progress = 0
        self.connection = Connection(
            self.protocol,
            self.door,
            received=self.receive,
            progressed=self.progressed,
            blocked=lambda: self.full,
            unblock=self.unblock,
            wake=self.wake,
            timeouts=timeouts,
            tap=tap,
        )

    def receive(self, message: Received) -> None:
        self.received.append(message)
        self.wake.set()

    def progressed(self) -> None:
        self.progress += 1

    def unblock(self) -> None:
        self.unblocked += 1
        self.full = False

    @property
    def frames(self) -> int:
        return sum(isinstance(one, Frame) for one in self.received)

    async def subscribed(self) -> None:
        self.protocol.want(Entry("Quote", "A"))
        self.door.say(SETUP, LET_IN)
        await until(lambda: any(b"CHANNEL_REQUEST" in text for text in self.door.sent))
        self.door.say(OPENED)
        await until(lambda: any(b"FEED_SUBSCRIPTION" in text for text in self.door.sent))
        self.door.say(CONFIG)

    @asynccontextmanager
    async def running(
        self, also: Coroutine[Any, Any, None] | None = None
    ) -> AsyncIterator[asyncio.Task[FeedError]]:
        task = asyncio.create_task(self.connection.run(token=self.token, also=also))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])


async def end_of(task: asyncio.Task[FeedError]) -> FeedError:
    async with asyncio.timeout(2):
        return await asyncio.shield(task)


async def test_it_runs_until_the_door_is_closed_and_says_why() -> None:
    rig = Rig()
    why = ConnectionLost("closed", code=1012)
    async with rig.running() as task:
        rig.door.say(SETUP, why)

        assert await end_of(task) is why
    assert len(rig.received) == 1


async def test_everything_that_came_before_the_end_was_given() -> None:
    rig = Rig()
    async with rig.running() as task:
        await rig.subscribed()
        rig.door.say(*[DATA] * 1000, ConnectionLost("closed", code=1006))
        await end_of(task)

    assert rig.frames == 1000


async def test_what_was_said_is_confirmed_when_a_ping_that_came_after_it_is_answered() -> None:
    rig = Rig()
    async with rig.running():
        await rig.subscribed()
        await until(lambda: rig.protocol.is_confirmed)

    assert rig.door.pings == 1


async def test_a_server_that_answers_no_ping_is_believed_after_a_while() -> None:
    rig = Rig(confirm=0.05)
    rig.door.is_deaf = True
    async with rig.running():
        await rig.subscribed()
        unheard = rig.protocol.is_confirmed
        await until(lambda: rig.protocol.is_confirmed)

    assert not unheard


async def test_what_is_wanted_later_is_said_when_it_is_woken() -> None:
    rig = Rig()
    async with rig.running():
        await rig.subscribed()
        rig.protocol.want(Entry("Quote", "B"))
        rig.wake.set()
        await until(lambda: any(b'"B"' in text for text in rig.door.sent))

    assert b'"symbol":"B"' in rig.door.sent[-1]


async def test_a_step_that_does_not_come_ends_it() -> None:
    rig = Rig(step=0.05)
    async with rig.running() as task:
        failure = await end_of(task)

    assert isinstance(failure, ConnectFailed)
    assert failure.step == "SETUP"


async def test_while_a_reader_is_full_nothing_is_read() -> None:
    rig = Rig()
    async with rig.running():
        await rig.subscribed()
        rig.door.say(DATA)
        await until(lambda: rig.frames == 1)
        rig.full = True
        rig.door.say(*[DATA] * 5)
        await until(lambda: rig.frames == 2)
        for _ in range(20):
            await asyncio.sleep(0)
        waiting = rig.frames
        rig.full = False
        await until(lambda: rig.frames == 6)

    assert waiting == 2
    assert rig.unblocked == 0


async def test_a_reader_that_stays_full_is_waited_for_so_long_and_no_longer() -> None:
    rig = Rig(block=0.05)
    async with rig.running():
        await rig.subscribed()
        rig.door.say(DATA)
        await until(lambda: rig.frames == 1)
        rig.full = True
        rig.door.say(DATA, DATA)
        await until(lambda: rig.frames == 3)

    assert rig.unblocked == 1


async def test_a_server_that_takes_nothing_any_more_is_stalled() -> None:
    rig = Rig(quiet_grace=0.01)
    async with rig.running() as task:
        await rig.subscribed()
        rig.door.say(SETUP.replace(b'"keepaliveTimeout":60', b'"keepaliveTimeout":1'))
        rig.door.is_full = True
        rig.protocol.want(Entry("Quote", "B"))
        rig.wake.set()
        failure = await end_of(task)

    assert isinstance(failure, FeedStalled)


async def test_after_sleep_a_server_that_does_not_answer_is_gone() -> None:
    rig = Rig(step=0.05)
    async with rig.running() as task:
        await rig.subscribed()
        rig.door.is_deaf = True
        rig.connection.suspended()
        failure = await end_of(task)

    assert isinstance(failure, FeedStalled)
    assert failure.after_sleep


async def test_after_sleep_a_server_that_answers_is_kept() -> None:
    rig = Rig(step=0.05)
    async with rig.running() as task:
        await rig.subscribed()
        await until(lambda: rig.protocol.is_confirmed)
        before = rig.door.pings
        rig.connection.suspended()
        await until(lambda: rig.door.pings > before)

        assert not task.done()


@pytest.mark.parametrize("raises", ["receive", "progressed"])
async def test_an_error_of_ours_is_raised_as_it_is(raises: str) -> None:
    def fails(*_: object) -> None:
        raise LookupError("by hand")

    rig = Rig()
    setattr(rig.connection, {"receive": "_received", "progressed": "_progressed"}[raises], fails)
    async with rig.running() as task:
        rig.door.say(SETUP)

        with pytest.raises(LookupError, match="by hand"):
            await end_of(task)


async def test_what_lives_beside_it_ends_with_it_and_can_end_it() -> None:
    async def fails() -> None:
        raise FeedStalled("no data")

    rig = Rig()
    async with rig.running(fails()) as task:
        failure = await end_of(task)

    assert str(failure) == "no data"


async def test_who_is_cancelled_is_cancelled_whatever_it_waits_for() -> None:
    rig = Rig()
    async with rig.running() as task:
        await rig.subscribed()
        task.cancel()
        await asyncio.wait([task])

    assert task.cancelled()


async def test_who_watches_gets_what_is_sent_in_its_order_and_never_the_token() -> None:
    tap = Tap()
    seen: list[bytes] = []
    tap.add(lambda *_: None, sent=lambda _number, _epoch, arrival: seen.extend(arrival.texts))
    rig = Rig(tap)
    rig.token = "canary"
    async with rig.running():
        rig.door.say(SETUP, LET_IN.replace(b"AUTHORIZED", b"UNAUTHORIZED"))
        await until(lambda: len(rig.door.sent) == 2)

    assert b"canary" in rig.door.sent[1]
    assert seen == [rig.door.sent[0], rig.door.sent[1].replace(b"canary", b"<hidden>")]


def test_of_nested_groups_of_errors_the_first_one_counts() -> None:
    first, second = KeyError("first"), ValueError("second")

    assert first_of(ExceptionGroup("", [ExceptionGroup("", [first, second]), second])) is first
