"""Connection: a socket with a protocol machine. Moves frames both ways until one of the two ends it.

And what follows from an end: how long to wait before the next, and what kind of gap it leaves.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.errors import (
    ConnectFailed,
    ConnectionLost,
    FeedError,
    FeedStalled,
    FeedUnauthorized,
    RequestError,
    TastytradeError,
)
from tastytrade.rest.auth import QuoteToken
from tastytrade.source import GapReason
from tastytrade.transport.websocket import WebSocketDoor

BACKOFF_BASE = 1.0
BACKOFF_CAP = 60.0


class Admission(Protocol):
    """What lets us in: a Session, or anything else that gives quote tokens."""

    def quote_token(self, *, renew: bool = False) -> Coroutine[Any, Any, QuoteToken]: ...


class Connection:
    """One connection's life, from SETUP to its end.

    received    called with every message and frame, in order
    progressed  called after everything that could be said has been said
    wake        set by whoever changed what is wanted, so that it is said now
    """

    def __init__(
        self,
        protocol: ClientProtocol,
        door: WebSocketDoor,
        *,
        received: Callable[[Received], None],
        progressed: Callable[[], None],
        wake: asyncio.Event,
    ) -> None:
        self._protocol = protocol
        self._door = door
        self._received = received
        self._progressed = progressed
        self._wake = wake
        self._now = asyncio.get_running_loop().time

    async def run(self, *, token: str | None) -> FeedError:
        """Speak DXLink until the connection ends; gives the reason of the end.

        Raises what ``received`` or ``progressed`` raise.
        """
        self._protocol.start(token=token, now=self._now())
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(), name="tastytrade-receive")
                tasks.create_task(self._write(), name="tastytrade-send")
        except BaseExceptionGroup as errors:
            reason = first_of(errors)
        if isinstance(reason, FeedError):
            return reason
        raise reason

    async def _read(self) -> None:
        protocol, received, now = self._protocol, self._received, self._now
        while True:
            text = await self._door.receive()
            for message in protocol.receive(text, now=now(), received_ns=time.time_ns()):
                received(message)

    async def _write(self) -> None:
        protocol = self._protocol
        while True:
            self._wake.clear()
            now = self._now()
            protocol.tick(now)
            for text in protocol.data_to_send(now):
                await self._door.send(text)
            self._progressed()
            try:
                async with asyncio.timeout_at(protocol.next_deadline()):
                    await self._wake.wait()
            except TimeoutError:
                continue


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a task group, which ended the others."""
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


def backoff(attempt: int) -> float:
    """Seconds to wait: at most one before the first retry, then full jitter that grows up to a cap."""
    longest = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(attempt - 1, 10))  # a night of attempts is no overflow
    return random.uniform(0, longest)  # noqa: S311 - jitter


def gap_reason(failure: TastytradeError) -> GapReason:
    """What a connection's end is called in the Gap it leaves."""
    match failure:
        case FeedStalled():
            return GapReason.STALL
        case FeedUnauthorized() | RequestError():
            return GapReason.AUTH
        case ConnectionLost() | ConnectFailed():
            return GapReason.DISCONNECT
        case FeedError():
            return GapReason.PROTOCOL_ERROR
        case _:
            return GapReason.DISCONNECT
