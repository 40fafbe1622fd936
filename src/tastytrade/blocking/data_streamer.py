"""DataStreamer: the live feed under the names that earlier packages had; a thin view of Streamer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from tastytrade.admission import Admission
from tastytrade.blocking.intervals import candle_symbols
from tastytrade.blocking.moments import aware
from tastytrade.dxfeed import Candle, Event, EventFlags, EventType, event_class
from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.dxfeed.symbol_list import symbol_list
from tastytrade.errors import ConfigurationError
from tastytrade.source import Gap
from tastytrade.streamer import Streamer
from tastytrade.subscription import Overflow, Subscription


class DataStreamer:
    """A live feed for the session of either kind: ``streamer = await DataStreamer.create(session)``.

    Each event type has one buffer, which ``listen(EventType.QUOTE)`` reads; several who listen to one type
    share its events, and each event goes to one of them. A streamer belongs to the loop that made it, also
    with a session that blocks.
    """

    def __init__(self, session: Admission) -> None:
        self._streamer = Streamer(session)
        self._is_open = False
        self._subscriptions: dict[type[Event], Subscription[Any]] = {}
        self._awaited: dict[type[Event], asyncio.Future[None]] = {}
        """Done when there is a subscription to the type."""
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def create(cls, session: Admission) -> Self:
        """A streamer that is connected. Raises FeedError or RequestError."""
        self = cls(session)
        await self._open()
        return self

    async def _open(self) -> None:
        await self._streamer.open()
        self._is_open = True

    async def __aenter__(self) -> Self:
        if not self._is_open:
            await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def gaps(self) -> list[Gap]:
        """From when to when something may be missing, over all event types."""
        return [gap for subscription in self._subscriptions.values() for gap in subscription.gaps]

    async def subscribe(
        self,
        event_type: EventType,
        symbols: Iterable[str],
        reset: bool = False,
    ) -> None:
        """Add symbols to those of an event type; with ``reset`` they replace them."""
        cls = event_class(event_type)
        if cls is Candle:
            raise ConfigurationError("candles need an interval and a start: use subscribe_candle()")
        await self._subscribe(cls, symbol_list(symbols), reset=reset)

    async def unsubscribe(self, event_type: EventType, symbols: Iterable[str]) -> None:
        """Take symbols from those of an event type."""
        subscription = self._subscriptions.get(event_class(event_type))
        if subscription is not None:
            self._streamer.reduce(subscription, event_type, symbols)

    async def subscribe_candle(
        self,
        symbols: Iterable[str],
        interval: str,
        start_time: datetime,
        end_time: datetime | None = None,
        extended_trading_hours: bool = False,
        reset: bool = False,
    ) -> None:
        """Candles since ``start_time``, newest first, and then as they change; else as ``get_candle``."""
        if end_time is not None:
            raise ConfigurationError("a live stream has no end: leave out end_time, or use get_candle()")
        since = aware(start_time, "start_time")
        wanted = candle_symbols(symbols, interval, extended_trading_hours=extended_trading_hours)
        await self._subscribe(Candle, wanted, from_time=since, reset=reset)

    async def unsubscribe_candle(
        self,
        ticker: str,
        interval: str | None = None,
        extended_trading_hours: bool = False,
    ) -> None:
        """Take one symbol's candles from the stream: those of an interval, or all of them."""
        subscription = self._subscriptions.get(Candle)
        if subscription is None:
            return
        if interval is None:
            wanted = [
                entry.symbol for entry in subscription.entries if entry.symbol.partition("{")[0] == ticker
            ]
        else:
            wanted = candle_symbols([ticker], interval, extended_trading_hours=extended_trading_hours)
        if wanted:
            self._streamer.reduce(subscription, Candle, wanted)

    async def listen(self, event_type: EventType) -> AsyncIterator[Event]:
        """Events of a type for as long as the streamer is open. Raises what ended it, when that was an error.

        Rows by which the service takes something back (``EventFlags.REMOVE_EVENT``) are left out.
        """
        subscription = await self._subscription_to(event_class(event_type))
        if subscription is None:
            return
        async for event in subscription.events():
            if not getattr(event, "eventFlags", 0) & EventFlags.REMOVE_EVENT:
                yield event

    def close(self) -> asyncio.Task[None]:
        """Close the feed; the task it gives can be awaited, or not."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._streamer.aclose(), name="tastytrade-close")
        return self._closing

    async def _subscription_to(self, cls: type[Event]) -> Subscription[Any] | None:
        """The subscription to a type, as soon as there is one; None when the feed is closed before.

        Raises what ended the feed, when that was an error.
        """
        if cls not in self._subscriptions:
            awaited = self._awaited.setdefault(cls, asyncio.get_running_loop().create_future())
            ended = asyncio.create_task(self._streamer.wait_closed())
            try:
                await asyncio.wait({awaited, ended}, return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    await ended
            finally:
                ended.cancel()
        return self._subscriptions.get(cls)

    async def _subscribe(
        self, cls: type[Event], symbols: list[str], *, reset: bool, from_time: datetime | None = None
    ) -> None:
        known = self._subscriptions.get(cls)
        if known is None:
            self._subscriptions[cls] = self._streamer.subscribe(
                cls, symbols, from_time=from_time, overflow=Overflow.DROP_OLDEST
            )
            awaited = self._awaited.pop(cls, None)
            if awaited is not None:
                awaited.set_result(None)
            return
        if reset:
            kept = {canonical_candle_symbol(symbol) for symbol in symbols}
            gone = [entry.symbol for entry in known.entries if entry.symbol not in kept]
            if gone:
                self._streamer.reduce(known, cls, gone)
        self._streamer.extend(known, cls, symbols, from_time=from_time)
