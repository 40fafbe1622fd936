"""Line: a lasting place at the server: one connection, and after its end the next.

It keeps the state, the token and the gaps of these connections. What readers want survives in the
protocol, and is told to each of them anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tastytrade.admission import Entrance
from tastytrade.aftermath import Aftermath, Verdict, gap_reason
from tastytrade.books import Books
from tastytrade.connection import Connection
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.meaning import Meaning
from tastytrade.dxlink.messages import CONNECTION, Unknown, Unreadable
from tastytrade.dxlink.snapshot import ended_histories
from tastytrade.errors import (
    CredentialsRejected,
    FeedStalled,
    FeedUnauthorized,
    NotPermitted,
    TastytradeError,
    TooManySessions,
)
from tastytrade.interest import Interest
from tastytrade.saved.cool_down import cool_down, forget_cool_down, remember_cool_down
from tastytrade.source import State, StateChange
from tastytrade.timeouts import Timeouts
from tastytrade.transport.http import user_agent
from tastytrade.transport.tap import Tap
from tastytrade.transport.websocket import open_websocket

log = logging.getLogger(__name__)

SETTLING = 1.0
"""Seconds that something new may be on its way to the server while the state is LIVE."""


class Line:
    """One of a streamer's connections, with those that replace it.

    number    1 for the first
    entrance  gives URL and token
    books     where every frame is entered
    received  called with every message that is no frame
    changed   called when the state has changed
    progressed  called when the server may know more of what is wanted
    tap         has who watches what its connections bring
    """

    def __init__(
        self,
        number: int,
        protocol: ClientProtocol,
        interest: Interest,
        *,
        entrance: Entrance,
        books: Books,
        received: Callable[[Received], None],
        changed: Callable[[], None],
        progressed: Callable[[], None],
        timeouts: Timeouts,
        tap: Tap | None = None,
    ) -> None:
        self.number = number
        self.protocol = protocol
        self.wake = asyncio.Event()
        self.was_ready = False
        """Whether a server has ever let it in."""
        self.state = StateChange(State.CONNECTING, "not opened yet", time.time_ns())
        self._interest = interest
        self._entrance = entrance
        self._books = books
        self._received = received
        self._changed = changed
        self._progressed = progressed
        self._timeouts = timeouts
        self._tap = tap
        self._aftermath = Aftermath(timeouts, can_renew=entrance.can_renew)
        self._connection: Connection | None = None
        self._token_wanted = asyncio.Event()
        self._renew = False
        self._url = ""
        self._concerns: dict[str, str] = {}
        self._last_event_ns = 0
        self._live_at: float | None = None
        self._confirmed_at = 0.0
        self._look_again: asyncio.TimerHandle | None = None

    async def run(self) -> TastytradeError:
        """Connect again and again; gives the failure after which that would be useless or harmful.

        The first connection of all is tried once, and once more with a new token.
        """
        while True:
            epoch, self._live_at = self.protocol.epoch, None
            failure = await self._connect()
            verdict = self._aftermath.judge(failure, was_ready=self.protocol.epoch != epoch)
            if verdict.cool_down:
                failure = self._cool_down(failure)
            is_first = self.number == 1 and not self.was_ready
            if verdict.is_final or (is_first and not verdict.renew):
                return failure
            await self._wait(failure, verdict)

    def suspended(self) -> None:
        """This machine or program has slept."""
        if self._connection is not None:
            self._connection.suspended()

    async def _wait(self, failure: TastytradeError, verdict: Verdict) -> None:
        self._renew |= verdict.renew or self.protocol.wants_token
        if verdict.halve:
            self.protocol.halve_messages()
        pause = max(verdict.pause, self._cooling())
        self._enter(
            State.BACKOFF,
            f"{failure}; next attempt in {pause:.1f} s",
            retry_at_ns=time.time_ns() + int(pause * 1e9),
        )
        await asyncio.sleep(pause)

    # One connection.

    async def _connect(self) -> TastytradeError:
        """One connection from opening to its end; gives the reason of the end."""
        timeouts = self._timeouts
        try:
            self._enter(State.CONNECTING, "getting an address and a token")
            self._url, token = await self._entrance.address(self._renew)
            if self._renew:
                self._renew = False
                self._aftermath.renewed()
            self._check_cool_down()
            self._enter(State.CONNECTING, f"opening a connection to {urlsplit(self._url).netloc}")
            self._interest.resume(self.protocol)
            async with open_websocket(
                self._url,
                user_agent=user_agent(),
                open_timeout=timeouts.open,
                close_timeout=timeouts.close,
            ) as door:
                self._connection = Connection(
                    self.protocol,
                    door,
                    received=self._receive,
                    progressed=self._progress,
                    blocked=self._is_blocked,
                    unblock=self._unblock,
                    wake=self.wake,
                    timeouts=timeouts,
                    tap=self._tap,
                )
                failure: TastytradeError
                try:
                    failure = await self._connection.run(
                        token=token, also=self._keep_token() if self._entrance.can_renew else None
                    )
                except TastytradeError as error:
                    failure = error
                if isinstance(failure, FeedStalled):
                    self._enter(State.STALLED, str(failure))
                self._lose(gap_reason(failure))
        except TastytradeError as error:
            failure = error
        finally:
            self._connection = None
        if self._live_at is not None and time.monotonic() - self._live_at > timeouts.proven_healthy:
            self._aftermath.healthy()
        return failure

    def _receive(self, message: Received) -> None:
        if isinstance(message, Frame):
            self._last_event_ns = message.received_ns
            self._books.enter(message)
            if not self._interest.route(self.protocol, message):
                self._books.unclaimed(message)
            self._count_histories(message)
            return
        if isinstance(message, Unreadable):
            self._note_unreadable()
            return
        if self.protocol.wants_token and not self._token_wanted.is_set():
            self._lose(GapReason.AUTH)
            self._interest.resume(self.protocol)
            self._token_wanted.set()
            if not self._entrance.can_renew:
                raise FeedUnauthorized("the token has expired, and there is nobody to ask for another one")
        for channel, meaning in self.protocol.lost:
            is_closed = meaning is Meaning.LOST_CHANNEL
            reason = GapReason.SERVER_CHANNEL_CLOSED if is_closed else GapReason.SUBSCRIPTION_CHANGE
            self._lose(reason, channel=channel)
            if is_closed:
                self._interest.resume(self.protocol, channel)
        self.protocol.lost.clear()
        if isinstance(message, Unknown) and message.channel != CONNECTION:
            self._note_unreadable()
        self._received(message)
        self.wake.set()

    def _count_histories(self, frame: Frame) -> None:
        """Find the ends of histories: a server lets only few be asked for at a time."""
        channel = self.protocol.by_number.get(frame.channel)
        if channel is not None and channel.wanted.is_waited_for:
            for key in ended_histories(self._books.decode(frame).batches):
                channel.wanted.answered(key)
            self.wake.set()

    def _progress(self) -> None:
        """Tell the state that the protocol has come to."""
        protocol = self.protocol
        if not protocol.is_ready:
            self._enter(State.AUTHENTICATING, f"waiting for {protocol.step.value}")
            return
        self.was_ready = True
        for channel in protocol.channels:
            if channel.is_confirmed:
                self._interest.regain(channel, epoch=protocol.epoch)
        self._progressed()
        now = asyncio.get_running_loop().time()
        if not protocol.is_confirmed:
            # What is added to a live connection is confirmed in no time; that is no change of state.
            if self._live_at is None or now >= self._confirmed_at + SETTLING:
                sent, wanted = protocol.progress
                self._enter(State.RESTORING, f"{sent:,} of {wanted:,} subscribed")
            elif self._look_again is None:
                self._look_again = asyncio.get_running_loop().call_later(SETTLING, self._look)
            return
        self._confirmed_at = now
        if self._live_at is None:
            self._live_at = time.monotonic()
            self._last_event_ns = self._last_event_ns or time.time_ns()
            forget_cool_down(self._url)
        if protocol.is_full:
            sent, wanted = protocol.progress
            self._concerns["room"] = f"the server takes no more than {sent:,} of {wanted:,} subscriptions"
        else:
            self._concerns.pop("room", None)
        if self._concerns:
            self._enter(State.DEGRADED, "; ".join(self._concerns.values()))
        else:
            self._enter(State.LIVE, "everything wanted is subscribed")

    def _look(self) -> None:
        self._look_again = None
        self.wake.set()

    # Gaps.

    def _lose(self, reason: GapReason, *, channel: object = None) -> None:
        """Data has stopped on the connection, or on one channel of it."""
        if not self._last_event_ns:
            return
        scope = GapScope.CONNECTION if channel is None else GapScope.CHANNEL
        for one in self.protocol.channels:
            if channel is None or one is channel:
                self._interest.lose(
                    one, reason, since_ns=self._last_event_ns, epoch=self.protocol.epoch, scope=scope
                )

    def _note_unreadable(self) -> None:
        """A message that could not be read may have been data."""
        if self._last_event_ns:
            self._lose(GapReason.PROTOCOL_ERROR)
            self.wake.set()  # where everything is confirmed, what may be missing ends at once

    # Full readers.

    def _is_blocked(self) -> bool:
        return bool(self._interest.blocked(self.protocol))

    def _unblock(self) -> None:
        for subscription in self._interest.blocked(self.protocol):
            log.warning("%s has held up its connection for too long: its oldest go", subscription)
            subscription.give_up()

    # The token.

    async def _keep_token(self) -> None:
        """Renew the token before it expires, and when the server says that it has."""
        now = asyncio.get_running_loop().time
        due: float | None = now() + self._timeouts.token
        self._token_wanted.clear()
        while True:
            try:
                async with asyncio.timeout_at(due):
                    await self._token_wanted.wait()
            except TimeoutError:
                pass
            has_expired = self.protocol.wants_token
            try:
                _, token = await self._entrance.address(True)
            except TastytradeError as error:
                if has_expired:
                    raise
                is_final = isinstance(error, CredentialsRejected | NotPermitted)
                due = None if is_final else now() + self._timeouts.token_retry
                self._concerns["token"] = (
                    f"the token could not be renewed ({error}); the old one still serves"
                )
            else:
                self._concerns.pop("token", None)
                self.protocol.authenticate(token or "", now=now())
                due = now() + self._timeouts.token
            self._token_wanted.clear()
            self.wake.set()
            if has_expired:
                await self._see_data(time.time_ns())

    async def _see_data(self, since_ns: int) -> None:
        """Nobody has recorded whether data comes again by itself after a token has expired."""
        until = asyncio.get_running_loop().time() + self._timeouts.step
        while self._last_event_ns < since_ns:
            if asyncio.get_running_loop().time() >= until:
                if any(one.wanted.sent for one in self.protocol.channels if one.brings_values):
                    raise FeedStalled("no data has come since the token was renewed")
                return
            await asyncio.sleep(0.05)

    # Too many sessions.

    def _check_cool_down(self) -> None:
        """Leave a server alone that said, to whichever program of this user, that there are too many."""
        known = cool_down(self._url, now=time.time())
        if known is not None and not self.was_ready:
            at = time.strftime("%H:%M:%S", time.localtime(known.until))
            raise TooManySessions(f"not tried: before {at} it would make things worse. {known.reason}")

    def _cool_down(self, failure: TastytradeError) -> TastytradeError:
        if cool_down(self._url, now=time.time()) is None:
            if not isinstance(failure, TooManySessions):
                failure = TooManySessions(
                    f"the DXLink server hangs up before it lets us in ({failure}): the account has too many "
                    "connections, or it takes none of our tokens"
                )
            until = time.time() + self._timeouts.session_cool_down
            remember_cool_down(self._url, until, str(failure))
        return failure

    def _cooling(self) -> float:
        """Seconds for which the server is to be left alone."""
        known = cool_down(self._url, now=time.time())
        return max(0.0, known.until - time.time()) if known is not None else 0.0

    def _enter(self, state: State, reason: str, *, retry_at_ns: int | None = None) -> None:
        sent, wanted = self.protocol.progress
        if (state, reason) == (self.state.state, self.state.reason):
            return
        self.state = StateChange(
            state,
            reason,
            time.time_ns(),
            sent=sent,
            wanted=wanted,
            attempt=self._aftermath.attempt,
            retry_at_ns=retry_at_ns,
        )
        self._changed()
