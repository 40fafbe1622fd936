"""Kept name: DXLinkClient, which asks a WebSocketManager's connection for five types of events."""

from __future__ import annotations

from collections.abc import Iterable

from tastytrade.dxfeed.symbol_list import symbol_list
from tastytrade.errors import StreamClosed
from tastytrade.sessions.messaging import FEEDS, QueueManager
from tastytrade.sessions.requests import AsyncSessionHandler
from tastytrade.sessions.sockets import WebSocketManager


class DXLinkClient:
    """Trades, quotes, greeks, profiles and summaries of some symbols, into tables."""

    def __init__(self, websocket_manager: WebSocketManager) -> None:
        self._manager = websocket_manager

    @property
    def session(self) -> AsyncSessionHandler:
        return self._manager.session

    @property
    def queue_manager(self) -> QueueManager:
        return self._manager.queue_manager

    async def setup_feeds(self) -> None:
        """Nothing is left to do: the channels are set up as they open. Raises StreamClosed when closed."""
        if self._manager.websocket is None:
            raise StreamClosed("the connection is closed; open the WebSocketManager first")

    async def subscribe_to_feeds(self, symbols: Iterable[str]) -> None:
        """Ask for all five types of every symbol; a type that a symbol does not have stays silent.

        A symbol that was asked for before is not asked for again: its events come once.
        Raises SymbolError for what cannot be meant, StreamClosed when closed.
        """
        streamer = self._manager.websocket
        if streamer is None:
            raise StreamClosed("the connection is closed; open the WebSocketManager first")
        known = self.queue_manager.symbols
        names = [name for name in symbol_list(symbols) if name not in known]
        if names:
            self.queue_manager.read(streamer.subscribe(FEEDS.values(), names))
            known.update(names)

    def __repr__(self) -> str:
        return f"<DXLinkClient on {self._manager.websocket!r}>"
