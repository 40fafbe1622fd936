"""Every DXLink message as a tagged Struct; ``decode(text)`` and ``encode(message)``.

``type`` and ``channel`` are written first, because the official Java client requires it; keys that
a peer adds are ignored, and a message of an unknown type is an ``Unknown``, not an error.
Source: dxFeed/dxLink asyncapi 1.0.2 and recorded frames.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tastytrade.errors import ProtocolError

CONNECTION = 0
"""The channel number that is the connection itself."""


class Contract(StrEnum):
    """How a FEED channel delivers: the server's choice, last value, snapshot and updates, or every event."""

    AUTO = "AUTO"
    TICKER = "TICKER"
    HISTORY = "HISTORY"
    STREAM = "STREAM"


class DataFormat(StrEnum):
    FULL = "FULL"
    COMPACT = "COMPACT"


class ErrorKind(StrEnum):
    """The values of ERROR.error. Others may come; they are treated as UNKNOWN."""

    UNSUPPORTED_PROTOCOL = "UNSUPPORTED_PROTOCOL"
    TIMEOUT = "TIMEOUT"
    UNAUTHORIZED = "UNAUTHORIZED"
    INVALID_MESSAGE = "INVALID_MESSAGE"
    BAD_ACTION = "BAD_ACTION"
    UNKNOWN = "UNKNOWN"


class Message(Struct, frozen=True, tag_field="type", rename="camel", omit_defaults=True):
    """One JSON object on the wire. Times are seconds unless the name says otherwise."""

    channel: int


class Setup(Message, frozen=True, tag="SETUP"):
    version: str
    keepalive_timeout: float | None = None
    accept_keepalive_timeout: float | None = None


class Auth(Message, frozen=True, tag="AUTH"):
    token: str

    def __repr__(self) -> str:
        return f"Auth(channel={self.channel}, token=<hidden>)"


class AuthState(Message, frozen=True, tag="AUTH_STATE"):
    state: str
    user_id: str | None = None


class Keepalive(Message, frozen=True, tag="KEEPALIVE"):
    pass


class Error(Message, frozen=True, tag="ERROR"):
    error: str
    message: str


class ChannelRequest(Message, frozen=True, tag="CHANNEL_REQUEST"):
    service: str
    parameters: dict[str, Any]


class ChannelOpened(Message, frozen=True, tag="CHANNEL_OPENED"):
    service: str
    parameters: dict[str, Any] = {}


class ChannelCancel(Message, frozen=True, tag="CHANNEL_CANCEL"):
    pass


class ChannelClosed(Message, frozen=True, tag="CHANNEL_CLOSED"):
    pass


class FeedSetup(Message, frozen=True, tag="FEED_SETUP"):
    """A wish; ``"NaN"`` as aggregation period asks for the server's default."""

    accept_aggregation_period: float | Literal["NaN"] | None = None
    accept_data_format: str | None = None
    accept_event_fields: dict[str, list[str]] | None = None


class FeedConfig(Message, frozen=True, tag="FEED_CONFIG"):
    """What is in force from here on; ``event_fields`` is a patch: only the types it lists change."""

    aggregation_period: float | Literal["NaN"] | None = None
    data_format: str | None = None
    event_fields: dict[str, list[str]] | None = None


class Entry(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One subscription: regular, with a ``source`` (order books) or from a time (Unix milliseconds)."""

    type: str
    symbol: str
    source: str | None = None
    from_time: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same subscription: ``from_time`` is not part of it."""
        return (self.type, self.symbol, self.source or "")

    @property
    def place(self) -> tuple[tuple[str, str, str], bool]:
        """What makes it the same wish: a history and the newest value of a symbol are two things."""
        return self.key, self.from_time is None


class FeedSubscription(Message, frozen=True, tag="FEED_SUBSCRIPTION"):
    """Applied in the order reset, remove, add."""

    add: list[Entry] | UnsetType = UNSET
    remove: list[Entry] | UnsetType = UNSET
    reset: bool | UnsetType = UNSET


class FeedData(Message, frozen=True, tag="FEED_DATA"):
    """``data`` stays as it came; the codec reads it with the columns in force."""

    data: Raw


class DomSetup(Message, frozen=True, tag="DOM_SETUP"):
    accept_aggregation_period: float | None = None
    accept_depth_limit: int | None = None
    accept_order_fields: list[str] | None = None
    accept_data_format: str | None = None


class DomConfig(Message, frozen=True, tag="DOM_CONFIG"):
    aggregation_period: float
    depth_limit: int
    order_fields: list[str]
    data_format: str


class DomSnapshot(Message, frozen=True, tag="DOM_SNAPSHOT"):
    time: int
    bids: list[dict[str, Any]]
    asks: list[dict[str, Any]]


class Unknown(Struct, frozen=True):
    """A well-formed message of a type this package does not know; ``raw`` is its text."""

    type: str
    channel: int
    raw: bytes


class Unreadable(Struct, frozen=True):
    """A message that is none of DXLink's, or breaks its rules; ``reason`` says how."""

    reason: str


AnyMessage = (
    Setup | Auth | AuthState | Keepalive | Error
    | ChannelRequest | ChannelOpened | ChannelCancel | ChannelClosed
    | FeedSetup | FeedConfig | FeedSubscription | FeedData
    | DomSetup | DomConfig | DomSnapshot
)  # fmt: skip


class _Envelope(Struct):
    type: str
    channel: int


_decoder = msgspec.json.Decoder(AnyMessage)
_envelope_decoder = msgspec.json.Decoder(_Envelope)
_encoder = msgspec.json.Encoder()
_KNOWN_TYPES = frozenset(str(cls.__struct_config__.tag) for cls in AnyMessage.__args__)


def decode(text: bytes | str) -> AnyMessage | Unknown:
    """The message in one text frame.

    Raises ProtocolError when the text is not a JSON object with ``type`` and ``channel``, or lacks
    what its type requires.
    """
    try:
        message: AnyMessage = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        reason = error
    else:
        return message
    try:
        envelope = _envelope_decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ProtocolError(f"not a DXLink message ({reason}): {shorten(text)}") from None
    if envelope.type in _KNOWN_TYPES:
        raise ProtocolError(f"malformed {envelope.type} message ({reason}): {shorten(text)}")
    raw = text.encode() if isinstance(text, str) else text
    return Unknown(envelope.type, envelope.channel, raw)


def encode(message: Message) -> bytes:
    """The message as one text frame's UTF-8 bytes."""
    return _encoder.encode(message)


def shorten(text: bytes | str, limit: int = 120) -> str:
    """A printable beginning of a peer's text, safe for a log line: no control characters."""
    shown = text[: limit * 4].decode("utf-8", "replace") if isinstance(text, bytes) else text
    return repr(shown if len(shown) <= limit else shown[:limit] + "...")
