"""What an ERROR of a DXLink server means: its kind where that says it, else the texts that real servers send.

An ERROR is information: by itself it ends neither the connection nor the channel (specification). Which
of them are the end in practice is decided here, in one place.
"""

from __future__ import annotations

import re
from enum import Enum

from tastytrade.dxlink.messages import CONNECTION, Error, ErrorKind


class Meaning(Enum):
    RATE = "subscriptions come too fast; which were not taken, it does not say"
    SIZE = "the connection holds as many subscriptions as it may"
    CANDLES = "the channel holds as many candle subscriptions as it may"
    SESSIONS = "the account has too many connections"
    TOKEN = "the token is refused, or has expired"  # noqa: S105 - no password
    LOST_CHANNEL = "the server does not know a channel"
    GIVEN_UP = "the server goes on no longer, or cannot read us"
    NOTE = "nothing that concerns the connection"


_UNKNOWN_CHANNEL = re.compile(r"Channel with id (\d+) not exists")
_TEXTS = {
    "rate is too high": Meaning.RATE,
    "size for event type 'Candle'": Meaning.CANDLES,
    "subscription size": Meaning.SIZE,
    "user sessions": Meaning.SESSIONS,
}
_KINDS: dict[str, Meaning] = {
    ErrorKind.UNAUTHORIZED: Meaning.TOKEN,
    ErrorKind.TIMEOUT: Meaning.GIVEN_UP,
    ErrorKind.UNSUPPORTED_PROTOCOL: Meaning.GIVEN_UP,
    ErrorKind.INVALID_MESSAGE: Meaning.GIVEN_UP,
}


def meaning_of(error: Error) -> Meaning:
    """What it means for the client that gets it."""
    for text, meaning in _TEXTS.items():
        if text in error.message:
            return meaning
    if error.channel == CONNECTION:
        if error.error in _KINDS:
            return _KINDS[error.error]
        if unknown_channel(error) is not None:
            return Meaning.LOST_CHANNEL
    return Meaning.NOTE


def unknown_channel(error: Error) -> int | None:
    """The number of the channel that the server says it does not know; None when it says no such thing."""
    found = _UNKNOWN_CHANNEL.fullmatch(error.message)
    return int(found[1]) if found else None
