"""ClientProtocol: the client's end of a DXLink connection, without a socket, a loop or a clock.

``start()`` begins a connection, ``receive()`` takes one text frame, ``data_to_send()`` gives the
frames to write, ``next_deadline()`` and ``tick()`` keep the time that the caller passes in.

The handshake is strict, because early messages have been seen to be lost or refused: SETUP, wait for
the server's SETUP and its first AUTH_STATE, AUTH, wait for AUTHORIZED, then channels. What readers want
outlives connections; after a restart the desired set is sent as it is then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import count

from tastytrade.dxlink.frame import Frame, beginning_of_feed_data, channel_of_feed_data
from tastytrade.dxlink.liveness import KEEPALIVE_TIMEOUT, QUIET_GRACE, Liveness
from tastytrade.dxlink.meaning import Meaning, meaning_of, unknown_channel
from tastytrade.dxlink.messages import (
    CONNECTION,
    AnyMessage,
    Auth,
    AuthState,
    Error,
    FeedData,
    Keepalive,
    Message,
    Setup,
    Unknown,
    Unreadable,
    decode,
    encode,
    shorten,
)
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.dxlink.subscriber import PACE, RATE_COOLDOWN, Subscriber
from tastytrade.errors import (
    ConnectFailed,
    FeedStalled,
    FeedUnauthorized,
    ProtocolError,
    TooManySessions,
)

VERSION = "0.1-tastytrade-marketdata/0.1"
STEP_TIMEOUT = 10.0
MAX_MALFORMED = 10
"""Unreadable messages within ten seconds after which the connection is given up."""

JOINED_BYTES = 1 << 15
"""So much text of one channel makes one frame at most, where it comes together in smaller messages."""

Received = AnyMessage | Unknown | Unreadable | Frame


class Step(Enum):
    """Where the handshake stands; the value names what is waited for."""

    IDLE = "start"
    SETUP = "SETUP"
    AUTH_STATE = "its first AUTH_STATE"
    AUTHORIZATION = "AUTH_STATE AUTHORIZED"
    READY = "nothing"
    RENEWAL = "AUTH_STATE AUTHORIZED for a new token"


class ClientProtocol(Subscriber):
    """One client's side of DXLink over any number of connections, one at a time."""

    def __init__(
        self,
        plans: Sequence[ChannelPlan] | None = None,
        *,
        step_timeout: float = STEP_TIMEOUT,
        quiet_grace: float = QUIET_GRACE,
        rate_cooldown: float = RATE_COOLDOWN,
        pace: float = PACE,
        epochs: Iterator[int] | None = None,
    ) -> None:
        super().__init__(plans, self._put, step_timeout=step_timeout, rate_cooldown=rate_cooldown, pace=pace)
        self.step = Step.IDLE
        self.epoch = 0
        """Number of the connection that is authorized, of all that were; 0 before the first."""
        self.wants_token = False
        """Whether the server has let the token expire and waits for ``authenticate()``."""
        self.malformed = 0
        self.unknown = 0
        self.server_version = ""
        self._token: str | None = None
        self._outbox: list[bytes] = []
        self._epochs = count(1) if epochs is None else epochs
        self._quiet_grace = quiet_grace
        self._renewal_due: float | None = None
        self._step_due = 0.0
        self._liveness = Liveness(0.0, grace=quiet_grace)
        self._malformed_at: deque[float] = deque(maxlen=MAX_MALFORMED)

    @property
    def is_ready(self) -> bool:
        return self.step is Step.READY

    # The connection.

    def start(self, *, token: str | None, now: float) -> None:
        """A new connection is open: forget the old one, say SETUP."""
        self.restart(now)
        self._outbox = []
        self._token = token
        self.wants_token = False
        self._renewal_due = None
        self._liveness = Liveness(now, grace=self._quiet_grace)
        self._malformed_at.clear()
        self._enter(Step.SETUP, now)
        self._send(Setup(CONNECTION, VERSION, KEEPALIVE_TIMEOUT, KEEPALIVE_TIMEOUT))

    def authenticate(self, token: str, *, now: float) -> None:
        """Give the server a new token on the live connection; the next connection begins with it."""
        self._token = token
        if self.is_ready or self.wants_token:
            self.wants_token = False
            self._step_due = self._renewal_due = now + self._step_timeout
            self._send(Auth(CONNECTION, token))

    def pause(self, *, reading: bool, now: float) -> None:
        """Nobody reads (or somebody does again): what does not come meanwhile is no silence."""
        self._liveness.heard_at = now if reading else float("inf")

    def receive_all(self, texts: Sequence[bytes], *, now: float, received_ns: int = 0) -> Iterator[Received]:
        """Take the messages that came together, as ``receive()`` does each: one is acted upon when the one
        before has been given. FEED_DATA of one channel in a row are one Frame."""
        self._liveness.heard_at = now
        run: list[bytes] = []
        number, beginning, room = 0, b"", 0
        for text in texts:
            if run:
                room -= len(text)
                if room > 0 and text.startswith(beginning):
                    run.append(text)
                    continue
                yield from self._data(run, number, received_ns)
                run = []
            found = channel_of_feed_data(text)
            if found is None or not self.is_ready:
                yield from self.receive(text, now=now, received_ns=received_ns)
            else:
                number, run, room = found, [text], JOINED_BYTES - len(text)
                beginning = beginning_of_feed_data(found)
        if run:
            yield from self._data(run, number, received_ns)

    def receive(self, text: bytes, *, now: float, received_ns: int = 0) -> list[Received]:
        """Take one message; gives what it was, for whoever watches, with FEED_DATA as a Frame.

        Raises ProtocolError when the peer does not speak DXLink or breaks the handshake, and
        FeedUnauthorized when it refuses the token. Anything else malformed is counted and skipped.
        """
        self._liveness.heard_at = now
        number = channel_of_feed_data(text)
        if number is not None and self.is_ready:
            return self._data([text], number, received_ns)
        try:
            message = decode(text)
        except ProtocolError as error:
            return [self._unreadable(error, now)]
        if isinstance(message, FeedData):
            return self._data([text], message.channel, received_ns)
        if isinstance(message, Error):  # whoever watches may log it
            message = Error(message.channel, message.error, self._without_token(message.message))
        if isinstance(message, Unknown):
            self.unknown += 1
        elif message.channel == CONNECTION:
            self._on_connection(message, now)
        else:
            self.on_channel(message, now)
        return [message]

    def data_to_send(self, now: float) -> list[bytes]:
        """The text frames to write now, in order."""
        if self.is_ready:
            self.advance(now)
        outbox, self._outbox = self._outbox, []
        if outbox:
            self._liveness.sent_at = now
        return outbox

    def next_deadline(self) -> float:
        """When ``tick()`` (and ``data_to_send()`` after it) should be called at the latest."""
        due = [self._liveness.dead_at, self._liveness.speak_at if self.is_ready else self._step_due]
        if self._renewal_due is not None:
            due.append(self._renewal_due)
        if self.is_ready:
            due.append(super().next_deadline())
        return min(due)

    @property
    def dead_at(self) -> float:
        """When a server that stays silent counts as dead."""
        return self._liveness.dead_at

    def tick(self, now: float) -> None:
        """Act on deadlines that have passed.

        Raises ConnectFailed naming the step that a server let pass, FeedStalled when nothing came for
        longer than the server's keepalive promises. What we send ourselves never counts as life.
        """
        is_late = self._renewal_due is not None and now >= self._renewal_due
        if is_late or (not self.is_ready and now >= self._step_due):
            raise self._step_failed((Step.RENEWAL if is_late else self.step).value)
        if now >= self._liveness.dead_at:
            raise FeedStalled(
                f"nothing arrived from the DXLink server for {now - self._liveness.heard_at:.0f} s"
                f" (it promised a sign of life every {self._liveness.quiet_limit:g} s)"
            )
        self.check(now)
        if self.is_ready and now >= self._liveness.speak_at:
            self._send(Keepalive(CONNECTION))

    # One message.

    def _data(self, texts: list[bytes], number: int, received_ns: int) -> list[Received]:
        channel = self.by_number.get(number)
        if channel is None:
            self.stray += len(texts)
            return []
        frame = Frame(texts, channel.layout, channel=number, epoch=self.epoch, received_ns=received_ns)
        frame.contract = channel.plan.contract
        frame.unanswered = channel.wanted.unanswered
        return [frame]

    def _on_connection(self, message: AnyMessage, now: float) -> None:
        match message:
            case Setup():
                self._on_setup(message, now)
            case AuthState():
                self._on_auth_state(message, now)
            case Error():
                self._on_connection_error(message, now)
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
            self._on_authorized(now)
        elif self.step is Step.AUTH_STATE:  # the server's first word: it wants a token
            if self._token is None:
                raise FeedUnauthorized(
                    "this DXLink server wants a token: pass token=..., or a session that gets one"
                )
            self._send(Auth(CONNECTION, self._token))
            self._enter(Step.AUTHORIZATION, now)
        else:
            self._on_refused_token("AUTH_STATE UNAUTHORIZED", now)

    def _on_authorized(self, now: float) -> None:
        if self.step is Step.RENEWAL:
            # Data had stopped, and nobody has recorded whether it comes again by itself.
            self.ask_again()
        elif not self.is_ready:
            self.epoch = next(self._epochs)
        self._renewal_due = None
        self._enter(Step.READY, now)

    def _on_refused_token(self, said: str, now: float) -> None:
        """The token was good until now and has expired; or it was refused, in the handshake or after."""
        if self.is_ready and self._renewal_due is None:
            self.wants_token = True
            self._enter(Step.RENEWAL, now)
            return
        raise FeedUnauthorized(f"the DXLink server refused the quote token; a new one is needed ({said})")

    def _on_connection_error(self, error: Error, now: float) -> None:
        text = f"{error.error}: {shorten(error.message, 300)}"
        meaning = meaning_of(error)
        if meaning is Meaning.LOST_CHANNEL and unknown_channel(error) not in self.by_number:
            return  # what we said last on a channel that the server was closing
        if meaning is Meaning.SESSIONS:
            raise TooManySessions(
                f"the DXLink server says that the account has too many connections ({text}); close other "
                "programs that use it: those that ended without a word are forgotten after some minutes"
            )
        if meaning is Meaning.TOKEN:
            self._on_refused_token(text, now)
        elif meaning in {Meaning.GIVEN_UP, Meaning.LOST_CHANNEL} or not self.is_ready:
            during = "" if self.is_ready else f" while we waited for {self.step.value}"
            versions = f"; we speak {VERSION}, it {self.server_version or 'did not say what'}"
            raise ProtocolError(f"the DXLink server gave up{during} ({text}{versions})", kind=error.error)

    def _enter(self, step: Step, now: float) -> None:
        self.step = step
        self._step_due = now + self._step_timeout

    def _put(self, message: Message) -> None:
        self._outbox.append(encode(message))

    def _unreadable(self, error: ProtocolError, now: float) -> Unreadable:
        self.malformed += 1
        self._malformed_at.append(now)
        burst = len(self._malformed_at) == MAX_MALFORMED and now - self._malformed_at[0] <= 10.0
        if burst or not self.is_ready:
            raise ProtocolError(shorten(self._without_token(str(error)), 300))
        return Unreadable(self._without_token(str(error)))

    def _without_token(self, text: str) -> str:
        return text.replace(self._token, "<token>") if self._token else text

    def _step_failed(self, step: str) -> ConnectFailed:
        return ConnectFailed(
            f"the server did not send {step} within {self._step_timeout:g} s;"
            " is this the address of a DXLink server?",
            step=step,
        )
