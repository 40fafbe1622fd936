"""Line: the text of a wire log, one line of JSON for each message, so that zcat, jq and people can read it.

A message stands in its line as the bytes that came, where they are one line of JSON; anything else as a
string. Messages that may hold secrets are told by their type alone: who was let in, what an ERROR repeats
of what it was sent, and whatever is not known.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

import msgspec
from msgspec import Struct

from tastytrade.dxlink.frame import channel_of_feed_data
from tastytrade.dxlink.messages import (
    ChannelClosed,
    ChannelOpened,
    FeedConfig,
    FeedData,
    Keepalive,
    Setup,
    Unknown,
    decode,
)
from tastytrade.errors import ProtocolError

FORMAT = 1
UNKNOWN, UNREADABLE = "unknown", "unreadable"

_KEPT = (FeedData, FeedConfig, ChannelOpened, ChannelClosed, Setup, Keepalive)
_MESSAGE = re.compile(rb'\{"ns":(\d+),"connection":(\d+),"epoch":(\d+),"(message|again)":')
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
_any = msgspec.json.Decoder(msgspec.Raw)


class Line(Struct, omit_defaults=True):
    """Any line but those of plain messages; what it is for can be told by what is in it.

    wire_log, log, file, package   the first of a file: format, which writer's, the number of its file
    ns, connection, epoch          of a message; then ``text`` or ``base64`` has it, or ``hidden`` its type
    lost, from_ns, to_ns           so many messages were left out, and when they came
    end                            the last of a file: "file", or "log" where the writer was closed
    """

    wire_log: int | None = None
    log: str | None = None
    file: int | None = None
    package: str | None = None
    ns: int | None = None
    connection: int = 0
    epoch: int = 0
    text: str | None = None
    base64: str | None = None
    hidden: str | None = None
    channel: int | None = None
    lost: int | None = None
    from_ns: int | None = None
    to_ns: int | None = None
    end: str | None = None


_lines = msgspec.json.Decoder(Line)


def is_data(text: bytes) -> bool:
    """Whether a message is FEED_DATA at sight; any other may change how those are read."""
    return channel_of_feed_data(text) is not None


def hidden_as(text: bytes) -> tuple[str, int | None] | None:
    """Type and channel of a message whose content is not kept; None for one that is."""
    try:
        message = decode(text)
    except ProtocolError:
        return UNREADABLE, None
    if isinstance(message, Unknown):
        return UNKNOWN, message.channel
    if isinstance(message, _KEPT):
        return None
    return str(message.__struct_config__.tag), message.channel


def line_of(line: Line) -> bytes:
    """A line, with its end."""
    return msgspec.json.encode(line) + b"\n"


def beginning_of(received_ns: int, connection: int, epoch: int) -> bytes:
    """How the lines of messages begin that came together."""
    return b'{"ns":%d,"connection":%d,"epoch":%d,' % (received_ns, connection, epoch)


def message_line(beginning: bytes, text: bytes) -> bytes:
    """The line of a message that is kept."""
    if _is_one_line_of_json(text):
        return b'%b"message":%b}\n' % (beginning, text)
    try:
        return b'%b"text":%b}\n' % (beginning, msgspec.json.encode(text.decode()))
    except UnicodeError:
        return b'%b"base64":"%b"}\n' % (beginning, b64encode(text))


def repeated_line(beginning: bytes, text: bytes) -> bytes:
    """The line of what is in force where a file begins."""
    return b'%b"again":%b}\n' % (beginning, text)


def hidden_line(beginning: bytes, kind: str, channel: int | None) -> bytes:
    """The line of a message that is not kept."""
    return b'%b"hidden":"%b","channel":%b}\n' % (beginning, kind.encode(), msgspec.json.encode(channel))


def parse_message(line: bytes) -> tuple[int, int, int, bytes, bool] | None:
    """Time, connection, epoch and text of a plain message, and whether it is repeated; None for others."""
    found = _MESSAGE.match(line)
    if found is None:
        return None
    received_ns, connection, epoch, word = found.groups()
    return int(received_ns), int(connection), int(epoch), line[found.end() : -1], word == b"again"


def parse_line(line: bytes) -> Line:
    """Any other line. Raises ValueError for what is none."""
    return _lines.decode(line)


def text_in(line: Line) -> bytes | None:
    """The message that a line has as a string."""
    if line.text is not None:
        return line.text.encode()
    return None if line.base64 is None else b64decode(line.base64)


def _is_one_line_of_json(text: bytes) -> bool:
    if b"\n" in text or b"\r" in text:
        return False
    try:
        _any.decode(text)
        if not text.isascii():
            text.decode()
    except _UNREADABLE:
        return False
    return True
