"""Streamer: the live feed. Drives ClientProtocol through the WebSocket door and shares frames out to readers.

One task owns the connection for as long as the streamer is open: it connects, restores what is wanted
after a loss, and tells every reader from when to when something may be missing. It is the only place that
asks the loop for the time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from tastytrade.connection import Admission, Connection, backoff, gap_reason
from tastytrade.dxfeed import Event, EventType
from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.compact import Decoded
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Error
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.errors import (
    ConfigurationError,
    CredentialsRejected,
    FeedUnauthorized,
    NotPermitted,
    StreamClosed,
    TastytradeError,
)
from tastytrade.interest import Interest, entries_of
from tastytrade.oneshot import AskOnce
from tastytrade.rest.secret import Secret
from tastytrade.session import Session
from tastytrade.source import EventTypes, Gap, GapReason, Ledger, State, StateChange
from tastytrade.subscription import DEFAULT_LIMIT_BYTES, Overflow, Subscription
from tastytrade.transport.http import user_agent
from tastytrade.transport.websocket import open_websocket

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)

PROVEN_HEALTHY = 60.0
"""Seconds a connection must have lived before the next loss is treated as a first one."""


class Streamer(AskOnce):
    """A live feed from a session, or from a bare DXLink address with an optional token.

    ``async with Streamer(session) as streamer`` connects and is ready to subscribe; ``open()`` and
    ``aclose()`` do the same by hand. The first connection either succeeds or raises; later losses are
    repaired with growing pauses. Subscribing is legal at any time while it is open.
    """

    def __init__(
        self,
        session: Admission | None = None,
        *,
        url: str | None = None,
        token: str | None = None,
        plans: Sequence[ChannelPlan] | None = None,
        on_message: Callable[[Received], None] | None = None,
    ) -> None:
        if (session is None) == (url is None):
            raise ConfigurationError("a Streamer takes a session or url=..., one of the two")
        super().__init__(session if isinstance(session, Session) else None)
        self._session = session
        self._url = url
        self._token = Secret(token) if token is not None else None
        self._on_message = on_message
        self._protocol = ClientProtocol(plans)
        self._interest = Interest(self._protocol)
        self._ledger = Ledger()
        self._state = StateChange(State.CLOSED, "not opened yet", time.time_ns())
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._failure: Exception | None = None
        self._task: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] | None = None
        self._last_received_ns = 0
        self._last_failure: TastytradeError | None = None
        self._open_gap: tuple[GapReason, int, int] | None = None
        self.feed_level: str | None = None
        """What the quote token is good for: "api" (live), "demo" (delayed), "simulated", or None unknown."""

    # Opening and closing.

    async def open(self) -> None:
        """Connect and wait until the server has accepted us. Raises FeedError or RequestError."""
        if self._task is not None:
            raise ConfigurationError("this streamer is open already")
        self._opened = asyncio.get_running_loop().create_future()
        self._ended.clear()
        self._failure = None
        # One task for the streamer's life, joined in aclose(): a task group would tie opening and
        # closing to one task, and notebooks open in one cell and close in another.
        self._task = asyncio.create_task(self._run(), name="tastytrade-streamer")
        try:
            await asyncio.shield(self._opened)
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close the connection and end every subscription. May be called twice."""
        task, self._task = self._task, None
        try:
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        finally:
            self._interest.end(None)
            if self._state.state not in {State.CLOSED, State.FAILED}:
                self._enter(State.CLOSED, "closed by us")
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
        overflow: Overflow = Overflow.DROP_OLDEST,
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
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> Subscription[Event]: ...

    def subscribe(
        self,
        event_types: EventTypes,
        symbols: Iterable[str],
        *,
        from_time: datetime | int | None = None,
        source: str | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> Subscription[Any]:
        """An own bounded view of the events of some types and symbols, from now on.

        event_types  an event class (``Quote``), an EventType, a wire name, or several of them
        symbols      streamer symbols, as the instruments and chains give them
        from_time    for time series: history since then, newest first, and what follows. An aware
                     datetime, or Unix milliseconds
        source       for order books: the order source, such as ``"NTV"``
        limit_bytes  how much text may wait for the reader before ``overflow`` decides

        Every reader gets every event; a reader who comes later gets the current values again.
        Raises ConfigurationError or SymbolError for what cannot be meant, StreamClosed when closed.
        """
        self._check_open()
        entries = entries_of(event_types, symbols, from_time=from_time, source=source)
        subscription: Subscription[Any] = Subscription(
            entries,
            decode=self._decode,
            release=self._release,
            limit_bytes=limit_bytes,
            overflow=overflow,
        )
        self._interest.add(subscription, subscription.entries)
        self._wake.set()
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
        self._interest.add(subscription, entries)
        subscription.change(add=entries)
        self._wake.set()

    def reduce(
        self, subscription: Subscription[Any], event_types: EventTypes, symbols: Iterable[str]
    ) -> None:
        """Let a subscription have some symbols no more; those it does not have do not matter."""
        keys = {entry.key for entry in entries_of(event_types, symbols)}
        entries = [entry for entry in subscription.entries if entry.key in keys]
        self._interest.remove(subscription, entries)
        subscription.change(remove=entries)
        self._wake.set()

    def unsent(self, subscription: Subscription[Any]) -> frozenset[str]:
        """The symbols of a subscription that the server has not been told of on this connection."""
        return self._interest.unsent(subscription)

    def refusals(self, subscription: Subscription[Any]) -> int:
        """How often the server said that there are too many subscriptions on the channels of one."""
        return self._interest.refusals(subscription)

    def open_channels(self) -> None:
        """Open every planned channel now, instead of each when something is first wanted on it."""
        self._protocol.open_all()
        self._wake.set()

    @property
    def state(self) -> StateChange:
        """Where the feed stands, since when, and why."""
        return self._state

    @property
    def ledger(self) -> Ledger:
        """Counts of what came in and where it went."""
        ledger, protocol = self._ledger, self._protocol
        ledger.malformed, ledger.unknown, ledger.stray = protocol.malformed, protocol.unknown, protocol.stray
        return ledger

    @property
    def progress(self) -> tuple[int, int]:
        """Subscriptions the server has been told, and wanted."""
        return self._protocol.progress

    def __repr__(self) -> str:
        sent, wanted = self.progress
        return f"<Streamer {self._state.state.value}, {sent} of {wanted} subscribed>"

    # The connection's life.

    async def _run(self) -> None:
        attempt = 0
        try:
            while True:
                began = time.monotonic()
                failure = await self._connection()
                if self._is_final(failure):
                    self._fail(failure)
                    return
                attempt = 1 if time.monotonic() - began > PROVEN_HEALTHY else attempt + 1
                delay = backoff(attempt)
                self._enter(State.BACKOFF, f"{failure}; next attempt in {delay:.1f} s")
                await asyncio.sleep(delay)
        except Exception as error:  # noqa: BLE001 - the top of a task: every reader is told, none hangs
            self._fail(error)

    async def _connection(self) -> TastytradeError:
        """One connection from opening to its end; gives the reason of the end."""
        self._enter(State.CONNECTING, "opening a connection")
        try:
            url, token = await self._address()
            async with open_websocket(url, user_agent=user_agent()) as door:
                self._enter(State.AUTHENTICATING, "waiting for the server's SETUP")
                connection = Connection(
                    self._protocol,
                    door,
                    received=self._receive,
                    progressed=self._announce,
                    wake=self._wake,
                )
                failure: TastytradeError = await connection.run(token=token)
        except TastytradeError as error:
            failure = error
        if self._open_gap is None and self._last_received_ns:
            self._open_gap = (gap_reason(failure), self._last_received_ns, self._protocol.epoch)
        return failure

    async def _address(self) -> tuple[str, str | None]:
        if self._session is None:
            return str(self._url), self._token.reveal() if self._token is not None else None
        renew = isinstance(self._last_failure, FeedUnauthorized)
        quote_token = await self._session.quote_token(renew=renew)
        self.feed_level = quote_token.level
        return quote_token.dxlink_url, quote_token.token.reveal()

    def _receive(self, message: Received) -> None:
        if isinstance(message, Frame):
            self._last_received_ns = message.received_ns
            self._ledger.frames += 1
            self._ledger.bytes += message.size_bytes
            if not self._interest.route(message):
                self._ledger.unclaimed += 1
            return
        if isinstance(message, Error):
            log.warning(
                "DXLink server: %s on channel %d: %r", message.error, message.channel, message.message
            )
        if self._on_message is not None:
            self._on_message(message)
        self._wake.set()

    def _announce(self) -> None:
        """Tell the state that the protocol has come to."""
        protocol = self._protocol
        if not protocol.is_ready:
            return
        if protocol.is_asked:
            self._enter(State.LIVE, "everything wanted has been asked for")
            self._last_failure = None
            self._close_gap()
        else:
            sent, wanted = protocol.progress
            self._enter(State.RESTORING, f"{sent} of {wanted} subscribed")
        if self._opened is not None and not self._opened.done():
            self._opened.set_result(None)

    # Ends and gaps.

    def _is_final(self, failure: TastytradeError) -> bool:
        """Whether trying again would be useless or harmful; the first connection is tried once.

        A refused token is renewed once: the session may have had it for hours.
        """
        self._last_failure, before = failure, self._last_failure
        if isinstance(failure, FeedUnauthorized):
            return self._session is None or isinstance(before, FeedUnauthorized)
        if self._opened is not None and not self._opened.done():
            return True
        return isinstance(failure, CredentialsRejected | NotPermitted | ConfigurationError | StreamClosed)

    def _fail(self, error: Exception) -> None:
        self._enter(State.FAILED, str(error))
        self._failure = error
        self._ended.set()
        self._interest.end(error)
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(error)

    def _close_gap(self) -> None:
        if self._open_gap is not None:
            reason, from_ns, epoch = self._open_gap
            self._open_gap = None
            self._interest.add_gap(Gap(reason, from_ns, time.time_ns(), epoch, self._protocol.epoch))

    # Small things.

    def _check_open(self) -> None:
        if self._state.state in {State.CLOSED, State.FAILED}:
            raise StreamClosed(f"this streamer is not open ({self._state.reason}); use it in `async with`")

    def _decode(self, frame: Frame) -> Decoded:
        if frame.is_decoded:
            return frame.decode()
        decoded = frame.decode()
        self._ledger.count(decoded)
        for bad in decoded.quarantined:
            log.debug("quarantined %d rows of %s: %s", bad.rows, bad.event_type, bad.reason)
        return decoded

    def _release(self, subscription: Subscription[Any]) -> None:
        self._interest.leave(subscription)
        self._wake.set()

    def _enter(self, state: State, reason: str) -> None:
        if (state, reason) != (self._state.state, self._state.reason):
            self._state = StateChange(state, reason, time.time_ns())
            log.debug("feed %s: %s", state.value, reason)
