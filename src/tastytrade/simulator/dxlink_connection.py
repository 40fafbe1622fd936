"""One DXLink connection of the simulator: a WebSocket, the server's protocol, and the feed behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from tastytrade.dxlink.server import ServerProtocol
from tastytrade.simulator.feed import SHORTEST_PERIOD, Feed


class DXLinkConnection:
    """Moves text between one WebSocket and its ServerProtocol and Feed.

    The protocol lives by ``elapsed``, the feed by ``market_elapsed``; both count seconds.
    """

    def __init__(
        self,
        websocket: WebSocket,
        protocol: ServerProtocol,
        feed: Feed,
        *,
        elapsed: Callable[[], float],
        market_elapsed: Callable[[], float],
    ) -> None:
        self._websocket = websocket
        self._protocol = protocol
        self._feed = feed
        self._elapsed = elapsed
        self._market_elapsed = market_elapsed
        self._wake = asyncio.Event()

    async def serve(self) -> None:
        """Until either side ends it."""
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(self._read())
                await self._write()
                reading.cancel()
        except* WebSocketDisconnect:
            pass

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1006))
            text = message.get("text")
            frame = text.encode() if text is not None else message.get("bytes") or b""
            changes = self._protocol.receive(frame, now=self._elapsed())
            self._feed.apply(changes, self._market_elapsed())
            self._wake.set()

    async def _write(self) -> None:
        while True:
            self._wake.clear()
            now = self._elapsed()
            self._protocol.tick(now)
            self._feed.pump(self._market_elapsed())
            for text in self._protocol.data_to_send(now):
                await self._websocket.send_text(text.decode())
            if self._protocol.closing is not None:
                await self._websocket.close(self._protocol.closing.code, self._protocol.closing.reason)
                return
            try:
                async with asyncio.timeout(SHORTEST_PERIOD):
                    await self._wake.wait()
            except TimeoutError:
                continue
