"""Kept name: WebSocketManager, a Streamer on the notebook's five channels."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

from tastytrade.errors import ConfigurationError, StreamClosed
from tastytrade.sessions.messaging import PLANS, QueueManager, log_message
from tastytrade.sessions.requests import AsyncSessionHandler
from tastytrade.streamer import Streamer

log = logging.getLogger(__name__)


class WebSocketManager:
    """The live connection of a session: ``async with``, or ``open()`` and ``close()`` by hand."""

    def __init__(self, session: AsyncSessionHandler) -> None:
        self.session = session
        self.websocket: Streamer | None = None
        self._queue_manager: QueueManager | None = None

    @property
    def queue_manager(self) -> QueueManager:
        """The tables; there from ``open()`` on, and after ``close()`` too."""
        if self._queue_manager is None:
            raise StreamClosed(
                "nothing has been read: use `async with WebSocketManager(session)` or open() first"
            )
        return self._queue_manager

    async def open(self) -> None:
        """Connect, authenticate and open the channels. Raises FeedError or RequestError."""
        if self.websocket is not None:
            raise ConfigurationError("this WebSocketManager is open already; close() it first")
        self._queue_manager = QueueManager()
        streamer = Streamer(self.session.native, plans=PLANS, on_message=log_message)
        streamer.open_channels()
        await streamer.open()
        self.websocket = streamer

    async def close(self) -> None:
        """End the reading and the connection; nothing of ours is left running.

        Raises the FeedError that ended the feed, when one did.
        """
        if self.websocket is None:
            log.warning("The connection is not open")
            return
        streamer, self.websocket = self.websocket, None
        try:
            await self.queue_manager.cleanup()
        finally:
            await streamer.aclose()

    async def send_keepalives(self) -> None:
        """Return when the connection is closed; keepalives are sent without being asked for.

        Raises the error that ended the feed, when one did.
        """
        if self.websocket is not None:
            await self.websocket.wait_closed()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
