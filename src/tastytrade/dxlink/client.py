"""ClientProtocol: the client's end of a DXLink connection, without a socket, a loop or a clock.

``start()`` begins a connection, ``receive()`` takes one text frame, ``data_to_send()`` gives the
frames to write, ``next_deadline()`` and ``tick()`` keep the time that the caller passes in.

The handshake is strict, because early messages have been seen to be lost or refused: SETUP, wait for
the server's SETUP and its first AUTH_STATE, AUTH, wait for AUTHORIZED, then channels. What readers want
outlives connections; after a restart the desired set is sent as it is then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import Enum

from tastytrade.dxlink.channel import Channel, Opening
from tastytrade.dxlink.frame import Frame, channel_of_feed_data
from tastytrade.dxlink.liveness import KEEPALIVE_TIMEOUT, Liveness
from tastytrade.dxlink.messages import (
    CONNECTION,
    AnyMessage,
    Auth,
    AuthState,
    ChannelClosed,
    ChannelOpened,
    ChannelRequest,
    Entry,
    Error,
    ErrorKind,
    FeedConfig,
    FeedData,
    Keepalive,
    Message,
    Setup,
    Unknown,
    decode,
    encode,
    shorten,
)
from tastytrade.dxlink.plan import ChannelPlan, contract_plans
from tastytrade.errors import ConfigurationError, ConnectFailed, FeedStalled, FeedUnauthorized, ProtocolError

VERSION = "0.1-tastytrade-marketdata/0.1"
STEP_TIMEOUT = 10.0
PACE = 0.2
"""Seconds between subscription messages of 500 entries; servers answer faster ones with errors."""
RATE_COOLDOWN = 10.0
MAX_MALFORMED = 10
"""Unreadable messages within ten seconds after which the connection is given up."""

Received = AnyMessage | Unknown | Frame


class Step(Enum):
    """Where the handshake stands; the value names what is waited for."""

    IDLE = "start"
    SETUP = "SETUP"
    AUTH_STATE = "its first AUTH_STATE"
    AUTHORIZATION = "AUTH_STATE AUTHORIZED"
    READY = "nothing"


class ClientProtocol:
    """One client's side of DXLink over any number of connections, one at a time."""

    def __init__(
        self,
        plans: Sequence[ChannelPlan] | None = None,
        *,
        step_timeout: float = STEP_TIMEOUT,
        pace: float = PACE,
    ) -> None:
        self.channels = [Channel(plan) for plan in (contract_plans() if plans is None else plans)]
        self.step = Step.IDLE
        self.epoch = 0
        """Connections that were authorized so far: the number of the one that is."""
        self.stray = 0
        """Messages for channels that are not open: counted and ignored."""
        self.malformed = 0
        self.unknown = 0
        self.server_version = ""
        self.by_number: dict[int, Channel] = {}
        """The channels of this connection by their numbers."""
        self._token: str | None = None
        self._open_all = False
        self._outbox: list[bytes] = []
        self._last_number = -1
        self._step_timeout = step_timeout
        self._pace = pace
        self._step_due = 0.0
        self._next_chunk_at = 0.0
        self._turn = 0
        self._liveness = Liveness(0.0)
        self._malformed_at: deque[float] = deque(maxlen=MAX_MALFORMED)

    # What readers want: legal at any time, connected or not.

    def channel_for(self, entry: Entry) -> Channel:
        """The channel a subscription belongs to. Raises ConfigurationError when no plan takes it."""
        for channel in self.channels:
            if channel.plan.takes(entry):
                return channel
        raise ConfigurationError(f"no channel of this connection takes {entry.type}")

    def want(self, entry: Entry, *, again: bool = False) -> None:
        """Desire a subscription; ``again`` asks for its current value or snapshot once more."""
        self.channel_for(entry).wanted.want(entry, again=again)

    def unwant(self, entry: Entry) -> None:
        """Give a subscription up."""
        self.channel_for(entry).wanted.unwant(entry.key)

    def open_all(self) -> None:
        """Open every planned channel now, instead of each when something is first wanted on it."""
        self._open_all = True

    @property
    def is_ready(self) -> bool:
        return self.step is Step.READY

    @property
    def is_settled(self) -> bool:
        """Whether the server has been told everything that is desired."""
        return self.is_ready and all(channel.wanted.is_settled for channel in self.channels)

    @property
    def is_asked(self) -> bool:
        """Whether the server has been asked for everything that is desired."""
        return self.is_ready and all(channel.wanted.is_asked for channel in self.channels)

    @property
    def progress(self) -> tuple[int, int]:
        """Subscriptions told to the server, and desired."""
        sent = sum(len(channel.wanted.sent) for channel in self.channels)
        return sent, sum(len(channel.wanted.desired) for channel in self.channels)

    # The connection.

    def start(self, *, token: str | None, now: float) -> None:
        """A new connection is open: forget the old one, say SETUP."""
        for channel in self.channels:
            channel.restart()
        self.by_number = {}
        self._last_number = -1
        self._outbox = []
        self._token = token
        self._next_chunk_at = now
        self._liveness = Liveness(now)
        self._malformed_at.clear()
        self._enter(Step.SETUP, now)
        self._send(Setup(CONNECTION, VERSION, KEEPALIVE_TIMEOUT, KEEPALIVE_TIMEOUT))

    def authenticate(self, token: str) -> None:
        """Renew the token on the live connection; used by the next connection otherwise."""
        self._token = token
        if self.is_ready:
            self._send(Auth(CONNECTION, token))

    def receive(self, text: bytes, *, now: float, received_ns: int = 0) -> list[Received]:
        """Take one text frame; gives what it was, for whoever watches, with FEED_DATA as a Frame.

        Raises ProtocolError when the peer does not speak DXLink or breaks the handshake, and
        FeedUnauthorized when it refuses the token. Anything else malformed is counted and skipped.
        """
        self._liveness.heard_at = now
        number = channel_of_feed_data(text)
        if number is not None and self.is_ready:
            return self._data(text, number, received_ns)
        try:
            message = decode(text)
        except ProtocolError as error:
            self._count_malformed(error, now)
            return []
        if isinstance(message, FeedData):
            return self._data(text, message.channel, received_ns)
        if isinstance(message, Error):  # whoever watches may log it
            message = Error(message.channel, message.error, self._without_token(message.message))
        if isinstance(message, Unknown):
            self.unknown += 1
        elif message.channel == CONNECTION:
            self._on_connection(message, now)
        else:
            self._on_channel(message, now)
        return [message]

    def data_to_send(self, now: float) -> list[bytes]:
        """The text frames to write now, in order."""
        if self.is_ready:
            # Channels take turns: many subscriptions on one must not keep the others waiting.
            turn = self._turn
            for place in range(len(self.channels)):
                number = (turn + place) % len(self.channels)
                if self._advance(self.channels[number], now):
                    self._turn = number + 1
        outbox, self._outbox = self._outbox, []
        if outbox:
            self._liveness.sent_at = now
        return outbox

    def next_deadline(self) -> float:
        """When ``tick()`` (and ``data_to_send()`` after it) should be called at the latest."""
        due = [self._liveness.dead_at, self._liveness.speak_at if self.is_ready else self._step_due]
        for channel in self.channels:
            if channel.opening is Opening.REQUESTED:
                due.append(channel.opened_by)
            elif channel.opening is Opening.OPEN and not channel.wanted.is_settled:
                due.append(max(self._next_chunk_at, channel.quiet_until))
        return min(due)

    def tick(self, now: float) -> None:
        """Act on deadlines that have passed.

        Raises ConnectFailed naming the step that a server let pass, FeedStalled when nothing came for
        longer than the server's keepalive promises. What we send ourselves never counts as life.
        """
        if not self.is_ready and now >= self._step_due:
            raise self._step_failed(self.step.value)
        if now >= self._liveness.dead_at:
            raise FeedStalled(
                f"nothing arrived from the DXLink server for {now - self._liveness.heard_at:.0f} s"
                f" (it promised a sign of life every {self._liveness.quiet_limit:g} s)"
            )
        for channel in self.channels:
            if channel.opening is Opening.REQUESTED and now >= channel.opened_by:
                raise self._step_failed(f"CHANNEL_OPENED of channel {channel.number}")
        if self.is_ready and now >= self._liveness.speak_at:
            self._send(Keepalive(CONNECTION))

    # One message.

    def _data(self, text: bytes, number: int, received_ns: int) -> list[Received]:
        channel = self.by_number.get(number)
        if channel is None:
            self.stray += 1
            return []
        return [Frame(text, channel.layout, channel=number, epoch=self.epoch, received_ns=received_ns)]

    def _on_connection(self, message: AnyMessage, now: float) -> None:
        match message:
            case Setup():
                self._on_setup(message, now)
            case AuthState():
                self._on_auth_state(message, now)
            case Error():
                self._on_connection_error(message)
            case _:
                pass

    def _on_setup(self, message: Setup, now: float) -> None:
        self.server_version = message.version
        self._liveness.agree(message.keepalive_timeout, message.accept_keepalive_timeout)
        if self.step is Step.SETUP:
            self._enter(Step.AUTH_STATE, now)

    def _on_auth_state(self, message: AuthState, now: float) -> None:
        if self.step is Step.SETUP:
            raise ProtocolError("the server sent AUTH_STATE before its SETUP; this is not DXLink's handshake")
        if message.state == "AUTHORIZED":
            self.epoch += not self.is_ready
            self._enter(Step.READY, now)
        elif self.step is Step.AUTH_STATE:  # the server's first word: it wants a token
            if self._token is None:
                raise FeedUnauthorized(
                    "this DXLink server wants a token: pass token=..., or a session that gets one"
                )
            self._send(Auth(CONNECTION, self._token))
            self._enter(Step.AUTHORIZATION, now)
        else:
            raise FeedUnauthorized("the DXLink server refused the quote token; a new one is needed")

    def _on_connection_error(self, error: Error) -> None:
        text = f"{error.error}: {shorten(error.message, 300)}"
        if error.error == ErrorKind.UNAUTHORIZED:
            raise FeedUnauthorized(f"the DXLink server refused us ({text})")
        fatal = error.error in {ErrorKind.TIMEOUT, ErrorKind.UNSUPPORTED_PROTOCOL}
        if fatal or not self.is_ready:
            raise ProtocolError(f"the DXLink server gave up while we waited for {self.step.value} ({text})")

    def _on_channel(self, message: AnyMessage, now: float) -> None:
        channel = self.by_number.get(message.channel)
        if channel is None:
            self.stray += 1
            return
        match message:
            case ChannelOpened():
                channel.opening = Opening.OPEN
            case ChannelClosed():
                del self.by_number[channel.number]
                channel.restart()
            case FeedConfig():
                self._send_any(channel.apply(message))
            case Error() if "subscription size" in message.message:
                channel.refusals += 1
            case Error() if "rate is too high" in message.message:
                channel.quiet_until = now + RATE_COOLDOWN
                channel.wanted.send_again()
            case _:
                pass

    # What to say next.

    def _advance(self, channel: Channel, now: float) -> bool:
        """Say what there is to say on a channel now; whether subscriptions were among it."""
        if channel.opening is Opening.CLOSED:
            if channel.wanted.desired or self._open_all:
                self._request(channel, now)
            return False
        if channel.opening is Opening.REQUESTED:
            return False
        has_sent = False
        if channel.wanted.pending_types or self._open_all:
            self._send_any(channel.next_setup())
        while now >= max(self._next_chunk_at, channel.quiet_until):
            message = channel.wanted.next_message(channel.number)
            if message is None:
                break
            entries = len(message.add or ()) + len(message.remove or ())
            self._send(message)
            self._next_chunk_at = now + self._pace * entries / 500
            has_sent = True
        return has_sent

    def _request(self, channel: Channel, now: float) -> None:
        # Clients open odd numbers only, and none twice on a connection.
        self._last_number += 2
        channel.number = self._last_number
        channel.opening = Opening.REQUESTED
        channel.opened_by = now + self._step_timeout
        self.by_number[channel.number] = channel
        self._send(ChannelRequest(channel.number, "FEED", {"contract": channel.plan.contract.value}))

    def _enter(self, step: Step, now: float) -> None:
        self.step = step
        self._step_due = now + self._step_timeout

    def _send(self, message: Message) -> None:
        self._outbox.append(encode(message))

    def _send_any(self, message: Message | None) -> None:
        if message is not None:
            self._send(message)

    def _count_malformed(self, error: ProtocolError, now: float) -> None:
        self.malformed += 1
        self._malformed_at.append(now)
        burst = len(self._malformed_at) == MAX_MALFORMED and now - self._malformed_at[0] <= 10.0
        if burst or not self.is_ready:
            raise ProtocolError(shorten(self._without_token(str(error)), 300))

    def _without_token(self, text: str) -> str:
        return text.replace(self._token, "<token>") if self._token else text

    def _step_failed(self, step: str) -> ConnectFailed:
        return ConnectFailed(
            f"the server did not send {step} within {self._step_timeout:g} s;"
            " is this the address of a DXLink server?",
            step=step,
        )
