"""ServerProtocol: the server's end of a DXLink connection, without a socket, a loop or a clock.

It answers the handshake, opens channels, keeps their subscriptions within limits and encodes data in
the format and columns a channel has in force. What there is to deliver is somebody else's business:
``receive()`` says what changed, ``send()`` takes batches. Behaviour as observed of real hosts; where they
differ, ``ServerOptions`` chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET, Struct, structs

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxlink import server_texts as texts
from tastytrade.dxlink.encoding import encode_compact, encode_full
from tastytrade.dxlink.liveness import Liveness
from tastytrade.dxlink.messages import (
    CONNECTION,
    AnyMessage,
    Auth,
    AuthState,
    ChannelCancel,
    ChannelClosed,
    ChannelOpened,
    ChannelRequest,
    Contract,
    DataFormat,
    Entry,
    Error,
    ErrorKind,
    FeedConfig,
    FeedSetup,
    FeedSubscription,
    Keepalive,
    Message,
    Setup,
    Unknown,
    decode,
    encode,
)
from tastytrade.dxlink.server_channel import ServerChannel, canonical
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ProtocolError

CheckToken = Callable[[str], str | None]
"""Token -> user id, or None for a token that is not good."""


class Changed(Struct, frozen=True):
    """What one message changed on a channel: subscriptions that are new or changed, and ended ones."""

    channel: ServerChannel
    added: list[Entry]
    removed: list[Entry]


class Outgoing(Struct, frozen=True):
    """One text frame to be written; of a FEED_DATA also its channel, and how many rows it has.

    Its ``batches`` only when the protocol keeps them: they would be let go long after they were encoded.
    """

    text: bytes
    channel: int = CONNECTION
    rows: int = 0
    batches: Sequence[EventBatch[Any]] = ()


class Close(Struct, frozen=True):
    """The server wants the WebSocket closed with this code and reason."""

    code: int
    reason: str


class ServerProtocol:
    """One client's connection, from the server's side. ``closing`` is set when it should be closed.

    ``other_sessions`` counts the user's other authorized connections, for ``session_limit``.
    """

    def __init__(
        self,
        check_token: CheckToken,
        options: ServerOptions | None = None,
        *,
        now: float,
        other_sessions: Callable[[], int] = lambda: 0,
    ) -> None:
        self.options = options or ServerOptions()
        self.channels: dict[int, ServerChannel] = {}
        self.closing: Close | None = None
        self.user_id: str | None = None
        self.keeps_batches = False
        self._check_token = check_token
        self._other_sessions = other_sessions
        self._outbox: list[Outgoing] = []
        self._has_expired = False
        self._is_silent = False
        self._liveness = Liveness(now)
        self._setup_due = now + self.options.step_timeout
        self._is_set_up = False
        self._first_state_waits = False
        self._allowance = float(self.options.rate_burst)
        self._allowance_at = now

    @property
    def is_authorized(self) -> bool:
        return self.user_id is not None

    def receive(self, text: bytes | str, *, now: float) -> list[Changed]:
        """Take one text frame of the client; gives what it changed. Errors are answered, not raised."""
        self._liveness.heard_at = now
        if len(text) > self.options.max_frame_bytes:
            return self._oversize()
        try:
            message = decode(text)
        except ProtocolError as error:
            return self._error(CONNECTION, ErrorKind.INVALID_MESSAGE, str(error))
        if isinstance(message, Unknown):
            return []
        if not self._is_set_up and not isinstance(message, Setup):
            return self._error(CONNECTION, ErrorKind.BAD_ACTION, "SETUP step missing")
        if message.channel == CONNECTION:
            return self._on_connection(message)
        return self._on_channel(message, now)

    def send(self, number: int, batches: Sequence[EventBatch[Any]]) -> None:
        """Deliver batches on a channel, in one FEED_DATA, by its format and columns."""
        channel = self.channels.get(number)
        batches = [batch for batch in batches if len(batch)]
        if channel is None or not batches or self._is_silent:
            return
        layout = {name: channel.columns(name) for name in {b.event_class.__name__ for b in batches}}
        compact = channel.data_format == DataFormat.COMPACT
        data = (encode_compact if compact else encode_full)(batches, layout)
        text = b'{"type":"FEED_DATA","channel":%d,"data":%b}' % (number, data)
        rows = sum(map(len, batches))
        self._outbox.append(Outgoing(text, number, rows, batches if self.keeps_batches else ()))

    # What a server does unasked.

    def expire_token(self) -> None:
        """The client's token has come to its end: say so and deliver nothing until a new AUTH."""
        self.user_id = None
        self._has_expired = True
        self._error(CONNECTION, ErrorKind.UNAUTHORIZED, texts.TOKEN_EXPIRED)

    def close_channel(self, number: int) -> list[Changed]:
        """Close a channel unasked; its subscriptions are gone."""
        channel = self.channels.pop(number, None)
        if channel is None:
            return []
        self._send(ChannelClosed(number))
        return [Changed(channel, [], list(channel.entries.values()))]

    def turn_to(self, number: int, data_format: DataFormat) -> None:
        """Change a channel's data format unasked, as servers have been seen to do."""
        channel = self.channels[number]
        channel.data_format = data_format.value
        self._send_config(channel.config())

    def change_options(self, options: ServerOptions) -> None:
        """Behave by other switches from now on; channels whose columns change are told before their data."""
        before = {number: channel.config() for number, channel in self.channels.items()}
        self.options = options
        for number, channel in self.channels.items():
            channel.options = options
            if channel.config() != before[number]:
                self._send_config(channel.config())

    def repeat_config(self, number: int, times: int, *, with_fields: bool) -> None:
        """Send a channel's FEED_CONFIG without a reason, with its columns or without."""
        config = self.channels[number].config()
        for _ in range(times):
            self._send(config if with_fields else structs.replace(config, event_fields=None))

    def complain(self, number: int, kind: str, text: str) -> None:
        """Send an ERROR without a reason."""
        self._send(Error(number, kind, text))

    def data_to_send(self, now: float) -> list[bytes]:
        """The text frames to write now, in order."""
        outbox = self.frames_to_send()
        if outbox:
            self.wrote(now)
        return [frame.text for frame in outbox]

    def frames_to_send(self) -> list[Outgoing]:
        """The frames to write now, in order; tell ``wrote()`` when they were."""
        outbox, self._outbox = self._outbox, []
        self._first_state_waits = False
        return outbox

    def wrote(self, now: float) -> None:
        """Something was written: no KEEPALIVE is needed for a while."""
        self._liveness.sent_at = now

    def next_deadline(self) -> float:
        """When ``tick()`` should be called at the latest."""
        if not self._is_set_up:
            return self._setup_due
        return min(self._liveness.dead_at, self._liveness.speak_at)

    def tick(self, now: float) -> None:
        """Drop a client that is silent or never said SETUP; send KEEPALIVE when nothing else was sent."""
        if not self._is_set_up and now >= self._setup_due:
            self._time_out(f"No setup message received for {self.options.step_timeout:g}s", with_error=True)
        elif now >= self._liveness.dead_at:
            text = texts.SILENT.format(now - self._liveness.heard_at)
            self._time_out(text, with_error=self.options.silence == "error")
        elif self._is_set_up and now >= self._liveness.speak_at:
            self._liveness.sent_at = now
            if self.options.keepalives:
                self._send(Keepalive(CONNECTION))

    # Channel 0.

    def _on_connection(self, message: AnyMessage) -> list[Changed]:
        match message:
            case Setup():
                self._on_setup(message)
            case Auth():
                return self._on_auth(message)
            case Keepalive() | Error():
                pass
            case _:
                return self._no_channel(CONNECTION)
        return []

    def _on_setup(self, message: Setup) -> None:
        ours = self.options.keepalive_timeout
        self._liveness.agree(message.keepalive_timeout, message.accept_keepalive_timeout, ours=ours)
        self._send(Setup(CONNECTION, self.options.version, ours, ours))
        if self._is_set_up:
            return
        self._is_set_up = True
        if not self.options.wants_token:
            self.user_id = "anonymous"
        self._send(AuthState(CONNECTION, "AUTHORIZED" if self.is_authorized else "UNAUTHORIZED"))
        self._first_state_waits = True

    def _on_auth(self, message: Auth) -> list[Changed]:
        if self._first_state_waits and self.options.early_auth == "refuse":
            return self._error(CONNECTION, ErrorKind.UNKNOWN, texts.EARLY_AUTH)
        user_id = self._check_token(message.token)
        if user_id is not None and not self._may_enter():
            return []
        if user_id is not None:
            self.user_id = user_id
            self._send(AuthState(CONNECTION, "AUTHORIZED", user_id))
            return self._resume()
        if self.options.refusal == "auth_state":
            self._send(AuthState(CONNECTION, "UNAUTHORIZED"))
        elif self.options.refusal == "error":
            self._error(CONNECTION, ErrorKind.UNAUTHORIZED, texts.AUTHENTICATION_FAILED)
        else:
            self.closing = Close(1000, "Bye")
        return []

    def _may_enter(self) -> bool:
        limit = self.options.session_limit
        if limit is None or self.is_authorized or self._other_sessions() < limit:
            return True
        if self.options.session_refusal == "error":
            self._error(CONNECTION, ErrorKind.UNAUTHORIZED, texts.SESSIONS_EXCEEDED)
        self.closing = Close(1000, "Bye")
        return False

    def _resume(self) -> list[Changed]:
        """After an expired token's successor; what becomes of the data then is a switch."""
        if not self._has_expired:
            return []
        self._has_expired = False
        self._is_silent = self.options.reauthentication == "silent"
        if self.options.reauthentication != "channels_lost":
            return []
        lost, self.channels = self.channels, {}
        return [Changed(channel, [], list(channel.entries.values())) for channel in lost.values()]

    # Service channels.

    def _on_channel(self, message: AnyMessage, now: float) -> list[Changed]:
        if not self.is_authorized:
            return self._error(CONNECTION, ErrorKind.BAD_ACTION, texts.AUTH_MISSING)
        if isinstance(message, ChannelRequest):
            return self._open(message)
        channel = self.channels.get(message.channel)
        if channel is None:
            return self._no_channel(message.channel)
        match message:
            case ChannelCancel():
                del self.channels[channel.number]
                self._send(ChannelClosed(channel.number))
                return [Changed(channel, [], list(channel.entries.values()))]
            case FeedSetup():
                self._send_config(channel.set_up(message))
                return []
            case FeedSubscription():
                return self._subscribe(channel, message, now)
            case _:
                return self._error(channel.number, ErrorKind.BAD_ACTION, "not a message for a FEED channel")

    def _open(self, request: ChannelRequest) -> list[Changed]:
        number, contract = request.channel, str(request.parameters.get("contract", ""))
        if number % 2 == 0:
            return self._error(CONNECTION, ErrorKind.BAD_ACTION, texts.EVEN_CHANNEL)
        if number in self.channels:
            text = f"Channel with id {number} already exists"  # no public recording of the real text
            return self._error(CONNECTION, ErrorKind.BAD_ACTION, text)
        if request.service != "FEED" or contract not in list(Contract):
            text = f"Service {request.service} with contract {contract or 'none'} is not available"
            return self._error(CONNECTION, ErrorKind.BAD_ACTION, text)
        self.channels[number] = ServerChannel(number, Contract(contract), self.options)
        applied = {**request.parameters, "subFormat": "LIST"}
        self._send(ChannelOpened(number, request.service, applied))
        return []

    def _subscribe(self, channel: ServerChannel, message: FeedSubscription, now: float) -> list[Changed]:
        """Reset, then remove, then add; a message over a limit is refused whole and the rest stays."""
        adds = [] if message.add is UNSET else message.add
        removes = [] if message.remove is UNSET else message.remove
        refusal = self._over_limit(channel, adds, len(adds) + len(removes), message.reset is True, now)
        if refusal:
            return self._error(channel.number, ErrorKind.BAD_ACTION, refusal)
        removed = []
        if message.reset is True:
            removed, channel.entries = list(channel.entries.values()), {}
        removed += channel.remove(removes)
        added = channel.add(adds)
        config = channel.announce()
        if config is not None:
            self._send_config(config)
        return [Changed(channel, added, removed)] if added or removed else []

    def _over_limit(
        self, channel: ServerChannel, adds: list[Entry], changes: int, reset: bool, now: float
    ) -> str | None:
        options = self.options
        regained = (now - self._allowance_at) * options.rate
        self._allowance = min(options.rate_burst, self._allowance + regained)
        self._allowance_at = now
        if changes > self._allowance:
            return texts.RATE_TOO_HIGH
        keys = set(() if reset else channel.entries) | {canonical(entry).key for entry in adds}
        if sum(key[0] == "Candle" for key in keys) > options.candle_limit:
            return texts.CANDLES_TOO_BIG
        others = sum(len(other.entries) for other in self.channels.values() if other is not channel)
        if others + len(keys) > options.subscription_limit:
            return texts.SIZE_TOO_BIG
        self._allowance -= changes
        return None

    # Answers.

    def _send(self, message: Message) -> None:
        self._outbox.append(Outgoing(encode(message)))

    def _send_config(self, config: FeedConfig) -> None:
        for _ in range(self.options.config_repeats):
            self._send(config)

    def _error(self, number: int, kind: ErrorKind, text: str) -> list[Changed]:
        self._send(Error(number, kind.value, text))
        return []

    def _no_channel(self, number: int) -> list[Changed]:
        return self._error(CONNECTION, ErrorKind.BAD_ACTION, texts.NO_CHANNEL.format(number))

    def _oversize(self) -> list[Changed]:
        if self.options.oversize == "close":
            self.closing = Close(1009, "")
            return []
        text = texts.FRAME_TOO_LONG.format(self.options.max_frame_bytes)
        return self._error(CONNECTION, ErrorKind.INVALID_MESSAGE, text)

    def _time_out(self, text: str, *, with_error: bool) -> None:
        if with_error:
            self._error(CONNECTION, ErrorKind.TIMEOUT, text)
        self.closing = Close(1000, "Bye")
