"""Connection: a socket with a protocol machine. Moves frames both ways until one of the two ends it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.errors import FeedError
from tastytrade.transport.websocket import WebSocketDoor


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
        """Speak DXLink until the connection ends; gives the reason of the end."""
        self._protocol.start(token=token, now=self._now())
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(), name="tastytrade-receive")
                tasks.create_task(self._write(), name="tastytrade-send")
        except* FeedError as group:
            reasons = group
        while isinstance(reasons, BaseExceptionGroup):
            reasons = reasons.exceptions[0]  # type: ignore[assignment]  # down to the first FeedError
        return reasons

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
