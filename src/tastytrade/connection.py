"""Connection: a socket with a protocol machine. Moves frames both ways until one of the two ends it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.overheard import in_force, without_token
from tastytrade.errors import FeedError, FeedStalled
from tastytrade.timeouts import Timeouts
from tastytrade.transport.tap import Tap, Watch
from tastytrade.transport.websocket import WebSocketDoor
from tastytrade.transport.wire import Arrival

BLOCKED_POLL = 0.01
"""Seconds between two looks at whether a full reader has made room."""
PROBE = 5.0
"""Seconds in which a server has to answer after we were asleep."""


class Connection:
    """One connection's life, from SETUP to its end.

    received    called with every message and frame, in order
    progressed  called after everything that could be said has been said
    blocked     whether a reader is full for whom this connection waits; then ``unblock`` ends that in time
    wake        set by whoever changed what is wanted, so that it is said now
    tap         has who watches what arrives, before it is read, and what is sent; None: nobody ever does
    """

    def __init__(
        self,
        protocol: ClientProtocol,
        door: WebSocketDoor,
        *,
        received: Callable[[Received], None],
        progressed: Callable[[], None],
        blocked: Callable[[], bool],
        unblock: Callable[[], None],
        wake: asyncio.Event,
        timeouts: Timeouts,
        tap: Tap | None = None,
    ) -> None:
        self._protocol = protocol
        self._door = door
        self._received = received
        self._progressed = progressed
        self._blocked = blocked
        self._unblock = unblock
        self._wake = wake
        self._timeouts = timeouts
        self._tap = Tap() if tap is None else tap
        self._number = self._tap.number()
        self._shown = 0
        """The change of the tap after which whoever watches has been told what is in force."""
        self._now = asyncio.get_running_loop().time
        self._said = 0
        self._unheard = asyncio.Event()
        self._suspended = asyncio.Event()

    async def run(self, *, token: str | None, also: Coroutine[Any, Any, None] | None = None) -> FeedError:
        """Speak DXLink until the connection ends; gives the reason of the end.

        ``also`` lives as long as it does. Raises what that, ``received`` or ``progressed`` raise.
        """
        self._protocol.start(token=token, now=self._now())
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(), name="tastytrade-receive")
                tasks.create_task(self._write(), name="tastytrade-send")
                tasks.create_task(self._confirm(), name="tastytrade-confirm")
                tasks.create_task(self._probe(), name="tastytrade-probe")
                if also is not None:
                    tasks.create_task(also, name="tastytrade-token")
        except BaseExceptionGroup as errors:
            reason = first_of(errors)
        if isinstance(reason, FeedError):
            return reason
        raise reason

    def suspended(self) -> None:
        """This machine or program has slept: find out whether the server is still there."""
        self._suspended.set()

    async def _read(self) -> None:
        messages: Iterator[Received] = iter(())

        def take(arrival: Arrival) -> bool:
            nonlocal messages
            watch = self._tap.watch
            if watch is not None:
                self._show(watch, arrival)
            messages = self._protocol.receive_all(
                arrival.texts, now=self._now(), received_ns=arrival.received_ns
            )
            return self._give(messages)

        while True:
            await self._door.deliver(take)
            await self._wait_for_room()
            while not self._give(messages):
                await self._wait_for_room()

    def _show(self, watch: Watch, arrival: Arrival) -> None:
        """Give what arrived to whoever watches; to who has come since, first what is in force."""
        number, epoch = self._number, self._protocol.epoch
        if self._shown != self._tap.changes:
            self._shown = self._tap.changes
            texts = in_force(self._protocol)
            if texts:
                watch(number, epoch, Arrival(texts, arrival.received_ns, sum(map(len, texts))))
        watch(number, epoch, arrival)

    def _give(self, messages: Iterator[Received]) -> bool:
        """Pass messages on; whether that could be done with all of them."""
        for message in messages:
            self._received(message)
            if self._blocked():
                return False
        return True

    async def _wait_for_room(self) -> None:
        """Read nothing while a reader is full who wants that; the server's buffers fill up meanwhile."""
        self._protocol.pause(reading=False, now=self._now())
        until = self._now() + self._timeouts.block
        while self._blocked():
            if self._now() >= until:
                self._unblock()
                break
            await asyncio.sleep(BLOCKED_POLL)
        self._protocol.pause(reading=True, now=self._now())

    async def _write(self) -> None:
        protocol = self._protocol
        while True:
            self._wake.clear()
            now = self._now()
            protocol.tick(now)
            texts = protocol.data_to_send(now)
            for text in texts:
                await self._send(text)
            if protocol.asked > self._said:
                self._said = protocol.asked
                self._unheard.set()
            self._progressed()
            try:
                async with asyncio.timeout_at(protocol.next_deadline()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _send(self, text: bytes) -> None:
        """Write one message. A peer that takes nothing any more is as dead as one that says nothing."""
        watch = self._tap.watch_sent
        if watch is not None:
            shown = without_token(text)
            watch(self._number, self._protocol.epoch, Arrival([shown], time.time_ns(), len(shown)))
        try:
            async with asyncio.timeout_at(self._protocol.dead_at):
                await self._door.send(text)
        except TimeoutError:
            raise FeedStalled("the DXLink server takes nothing any more, and nothing came from it") from None

    async def _confirm(self) -> None:
        """Learn how far the server has read: it answers a ping after what was sent before it."""
        protocol, answers = self._protocol, False
        while True:
            await self._unheard.wait()
            self._unheard.clear()
            mark = self._said
            try:
                async with asyncio.timeout(self._timeouts.confirm):
                    await self._door.ping()
                answers = True
            except TimeoutError:
                if answers:  # busy servers answer late: nothing is confirmed before they do
                    self._unheard.set()
                    continue
                # A server may answer none at all. Whether it lives is found out elsewhere.
            protocol.confirm(mark)
            self._wake.set()

    async def _probe(self) -> None:
        while True:
            await self._suspended.wait()
            self._suspended.clear()
            try:
                async with asyncio.timeout(min(PROBE, self._timeouts.step)):
                    await self._door.ping()
            except TimeoutError:
                raise FeedStalled(
                    "this machine has slept, and the DXLink server does not answer any more", after_sleep=True
                ) from None


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a task group, which ended the others."""
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
