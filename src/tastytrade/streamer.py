"""Streamer: the live feed. Shares what one or more connections bring out to readers.

Each connection is a Line, which has a task of its own for as long as the streamer is open: it connects,
restores what is wanted after a loss, and tells every reader from when to when something may be missing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from msgspec.structs import replace

from tastytrade.admission import Admission, Entrance, Requirement
from tastytrade.books import Books
from tastytrade.dxfeed import Event, EventType
from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.messages import Error
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.errors import ConfigurationError, StreamClosed
from tastytrade.healing import Healing
from tastytrade.interest import Interest, entries_of
from tastytrade.ledger import Ledger
from tastytrade.lines import Lines
from tastytrade.live_chain.follow import FollowMoney
from tastytrade.loop_watch import LoopWatch
from tastytrade.meter import Stats
from tastytrade.oneshot import AskOnce
from tastytrade.session import Session
from tastytrade.source import EventTypes, State, StateChange
from tastytrade.state_log import StateLog
from tastytrade.subscription import DEFAULT_LIMIT_BYTES, Overflow, Subscription
from tastytrade.timeouts import Timeouts
from tastytrade.transport.tap import Watch

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)

CONNECTIONS = 2
"""How many a streamer opens by itself unless told; each is a session of the account, which has few."""


class Streamer(AskOnce, FollowMoney):
    """A live feed from a session, or from a bare DXLink address with an optional token.

    ``async with Streamer(session) as streamer`` connects and is ready to subscribe; ``open()`` and
    ``aclose()`` do the same by hand. The first connection either succeeds or raises; later losses are
    repaired with growing pauses. Subscribing is legal at any time while it is open.

    connections  how many it may open by itself: each holds 25,000 subscriptions
    require      "realtime" refuses a delayed feed
    timeouts     time limits and pauses
    """

    origin = "live"

    def __init__(
        self,
        session: Admission | None = None,
        *,
        url: str | None = None,
        token: str | None = None,
        plans: Sequence[ChannelPlan] | None = None,
        on_message: Callable[[Received], None] | None = None,
        connections: int = CONNECTIONS,
        require: Requirement | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        if connections < 1:
            raise ConfigurationError(f"connections must be 1 or more, not {connections}")
        super().__init__(session if isinstance(session, Session) else None)
        self._entrance = Entrance(session, url=url, token=token, require=require)
        self._on_message = on_message
        self._gap_numbers = count(1)
        self._books = Books()
        self._states = StateLog(StateChange(State.CLOSED, "not opened yet", time.time_ns()))
        self._watch = LoopWatch(on_suspend=self._on_suspend)
        self._ended = asyncio.Event()
        self._failure: Exception | None = None
        self._opened: asyncio.Future[None] | None = None
        self._home: tuple[asyncio.AbstractEventLoop, int] | None = None
        """The loop and the process that it was opened in."""
        self._lines = Lines(
            entrance=self._entrance,
            plans=plans,
            timeouts=timeouts or Timeouts(),
            books=self._books,
            received=self._receive,
            changed=self._tell,
            failed=self._fail,
        )
        self._interest = Interest(
            self._lines.protocols,
            grow=self._grow,
            most=connections,
            next_gap=self._gap_numbers.__next__,
        )
        self._healing = Healing(self, self._books.numbers)
        self._lines.add(self._interest)

    # Opening and closing.

    async def open(self) -> None:
        """Connect and wait until the server has accepted us. Raises FeedError or RequestError."""
        if self._lines.is_running:
            raise ConfigurationError("this streamer is open already")
        loop = asyncio.get_running_loop()
        if self._home not in {None, (loop, os.getpid())}:
            raise ConfigurationError("this streamer was opened in another event loop; make one for each")
        self._home = (loop, os.getpid())
        self._opened = loop.create_future()
        self._ended.clear()
        self._failure = None
        self._states.enter(StateChange(State.CONNECTING, "opening", time.time_ns()))
        self._watch.start()
        self._lines.start()
        try:
            await asyncio.shield(self._opened)
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close the connections and end every subscription. May be called twice."""
        self._watch.stop()
        try:
            await self._healing.aclose()
            await self._lines.stop()
        finally:
            self._interest.end(None)
            if self.state.state not in {State.CLOSED, State.FAILED}:
                self._states.enter(StateChange(State.CLOSED, "closed by us", time.time_ns()))
            self._ended.set()

    async def wait_closed(self) -> None:
        """Wait until the streamer has been closed. Raises what ended the feed when it failed for good."""
        await self._ended.wait()
        if self._failure is not None:
            raise self._failure

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # What a user asks.

    @overload
    def subscribe(
        self,
        event_types: type[E],
        symbols: Iterable[str],
        *,
        from_time: datetime | int | None = None,
        source: str | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        limit_events: int | None = None,
        overflow: Overflow | None = None,
        name: str = "",
    ) -> Subscription[E]: ...

    @overload
    def subscribe(
        self,
        event_types: EventType | str | Iterable[type[Event] | EventType | str],
        symbols: Iterable[str],
        *,
        from_time: datetime | int | None = None,
        source: str | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        limit_events: int | None = None,
        overflow: Overflow | None = None,
        name: str = "",
    ) -> Subscription[Event]: ...

    def subscribe(
        self,
        event_types: EventTypes,
        symbols: Iterable[str],
        *,
        from_time: datetime | int | None = None,
        source: str | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        limit_events: int | None = None,
        overflow: Overflow | None = None,
        name: str = "",
    ) -> Subscription[Any]:
        """An own bounded view of the events of some types and symbols, from now on.

        event_types  an event class (``Quote``), an EventType, a wire name, or several of them
        symbols      streamer symbols, as the instruments and chains give them
        from_time    for time series: history since then, newest first, and what follows. An aware
                     datetime, or Unix milliseconds
        source       for order books: the order source, such as ``"NTV"``
        limit_bytes, limit_events  how much may wait for the reader before ``overflow`` decides
        overflow     what then happens; unless told, last values are conflated (the newest of each symbol
                     is kept), and prints and histories fail
        name         what it is called in stats and ledger

        Every reader gets every event; a reader who comes later gets the current values again.
        Raises ConfigurationError or SymbolError for what cannot be meant, TooManySubscriptions for more
        than ``connections`` hold, StreamClosed when closed.
        """
        self._check_open()
        entries = entries_of(event_types, symbols, from_time=from_time, source=source)
        subscription: Subscription[Any] = Subscription(
            entries,
            decode=self._books.decode,
            release=self._release,
            heal=self._healing.heal,
            next_gap=self._gap_numbers.__next__,
            limit_bytes=limit_bytes,
            limit_events=limit_events,
            overflow=overflow,
            name=name,
        )
        self._interest.add(subscription, subscription.entries)
        self._lines.wake()
        return subscription

    def extend(
        self,
        subscription: Subscription[Any],
        event_types: EventTypes,
        symbols: Iterable[str],
        *,
        from_time: datetime | int | None = None,
    ) -> None:
        """Let a subscription have more symbols, from now on. Raises as ``subscribe`` does."""
        self._check_open()
        if subscription.is_closed:
            raise StreamClosed("this subscription is closed; subscribe anew")
        entries = entries_of(event_types, symbols, from_time=from_time)
        subscription.check(entries)
        self._interest.add(subscription, entries)
        subscription.change(add=entries)
        self._lines.wake()

    def reduce(
        self, subscription: Subscription[Any], event_types: EventTypes, symbols: Iterable[str]
    ) -> None:
        """Let a subscription have some symbols no more; those it does not have do not matter."""
        keys = {entry.key for entry in entries_of(event_types, symbols)}
        entries = [entry for entry in subscription.entries if entry.key in keys]
        self._interest.remove(subscription, entries)
        subscription.change(remove=entries)
        self._lines.wake()

    def unsent(self, subscription: Subscription[Any]) -> frozenset[str]:
        """The symbols of a subscription that the server has not been told of on this connection."""
        return self._interest.unsent(subscription)

    def refusals(self, subscription: Subscription[Any]) -> int:
        """How often the server said that there are too many subscriptions on the channels of one."""
        return self._interest.refusals(subscription)

    def open_channels(self) -> None:
        """Open every planned channel now, instead of each when something is first wanted on it."""
        self._lines.protocols[0].open_all()
        self._lines.wake()

    def watch_wire(self, take: Watch, *, sent: Watch | None = None) -> Callable[[], None]:
        """Let ``take`` have everything that arrives, as it came: connection (each has a number of its own),
        epoch (that of the connection before, until the server has let us in) and messages. First it is told
        what is in force on open channels. ``sent`` gets what we send, but no token. Gives what ends that."""
        return self._lines.tap.add(take, sent=sent)

    @property
    def state(self) -> StateChange:
        """Where the feed stands, since when, and why."""
        sent, wanted = self.progress
        return replace(self._states.current, sent=sent, wanted=wanted)

    @property
    def feed_level(self) -> str | None:
        """What the token is good for: "api" (real time), "demo" (delayed), "simulated"; None unknown."""
        return self._entrance.level

    def states(self) -> AsyncIterator[StateChange]:
        """The state now, and then every change; ends when the streamer is closed or has failed."""
        return self._states.watch()

    async def restored(self, *, timeout: float | None = None) -> bool:
        """Wait until the server has everything that is wanted now; False when ``timeout`` seconds are over.

        DXLink acknowledges no subscription: the server has answered a ping that was sent after them, and
        has refused none. Raises what ended the feed, or StreamClosed.
        """
        restored = asyncio.ensure_future(self._lines.restored())
        ended = asyncio.ensure_future(self.wait_closed())
        try:
            await asyncio.wait({restored, ended}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                await ended
                raise StreamClosed(f"this streamer is closed ({self.state.reason})")
            return restored.done()
        finally:
            restored.cancel()
            ended.cancel()

    @property
    def progress(self) -> tuple[int, int]:
        """Subscriptions the server has been told, and wanted."""
        protocols = self._lines.protocols
        return sum(one.sent for one in protocols), sum(one.desired for one in protocols)

    def unanswered(self) -> dict[str, list[str]]:
        """Of each event type the symbols that the server was asked for and of which nothing has come, on
        the present connections, as far as readers have read. Unknown symbols stay silent, rare ones for long.
        """
        found: dict[str, list[str]] = {}
        for protocol in self._lines.protocols:
            for channel in protocol.channels:
                for name, symbols in channel.wanted.unanswered.items():
                    found.setdefault(name, []).extend(sorted(symbols))
        return {name: symbols for name, symbols in found.items() if symbols}

    def ledger(self) -> Ledger:
        """Where everything that was received has gone. What waits to be read is decoded to be counted."""
        return self._books.ledger(self._interest, self._lines.protocols)

    def stats(self) -> Stats:
        """How much comes a second, how late it is read, what waits for whom, and who blocked the loop."""
        return self._books.stats(self._interest, self._watch.stats())

    def __repr__(self) -> str:
        sent, wanted = self.progress
        return f"<Streamer {self.state.state.value}, {sent} of {wanted} subscribed>"

    # The source's side.

    def _receive(self, message: Received) -> None:
        if isinstance(message, Error):
            log.warning(
                "DXLink server: %s on channel %d: %r", message.error, message.channel, message.message
            )
        if self._on_message is not None:
            self._on_message(message)

    def _tell(self) -> None:
        """A connection's state has changed, and so may ours."""
        if self._opened is not None and not self._opened.done() and self._lines.was_ready:
            self._opened.set_result(None)
        if self.state.state is not State.FAILED:
            self._states.enter(self._lines.standing)

    def _fail(self, error: Exception) -> None:
        self._failure = error
        self._states.enter(StateChange(State.FAILED, str(error), time.time_ns()))
        self._ended.set()
        self._interest.end(error)
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(error)

    def _grow(self) -> ClientProtocol:
        """One connection more, because the others hold as much as they may."""
        line = self._lines.add(self._interest)
        log.info("connection %d is opened: %s subscriptions are wanted", line.number, f"{self.progress[1]:,}")
        return line.protocol

    def _on_suspend(self, seconds: float) -> None:
        log.info("this machine or program stood still for %.1f s", seconds)
        self._lines.suspended()

    # Small things.

    def _check_open(self) -> None:
        if self._home is not None and self._home != (_running_loop(), os.getpid()):
            raise ConfigurationError(
                "this streamer is used outside the event loop that opened it (from another thread, loop or "
                "forked process): use loop.call_soon_threadsafe(), or a streamer of its own"
            )
        if self.state.state in {State.CLOSED, State.FAILED}:
            raise StreamClosed(f"this streamer is not open ({self.state.reason}); use it in `async with`")

    def _release(self, subscription: Subscription[Any]) -> None:
        self._interest.leave(subscription)
        self._lines.wake()
        self._lines.close_idle()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
