from __future__ import annotations

import pytest

from tastytrade.dxlink.meaning import Meaning, meaning_of
from tastytrade.dxlink.messages import Error, ErrorKind
from tastytrade.dxlink.server_texts import (
    CANDLES_TOO_BIG,
    NO_CHANNEL,
    RATE_TOO_HIGH,
    SESSIONS_EXCEEDED,
    SIZE_TOO_BIG,
    TOKEN_EXPIRED,
)


@pytest.mark.parametrize(
    ("channel", "kind", "text", "meaning"),
    [
        (1, ErrorKind.BAD_ACTION, RATE_TOO_HIGH, Meaning.RATE),
        (1, ErrorKind.BAD_ACTION, SIZE_TOO_BIG, Meaning.SIZE),
        (1, ErrorKind.BAD_ACTION, CANDLES_TOO_BIG, Meaning.CANDLES),
        (0, ErrorKind.UNAUTHORIZED, SESSIONS_EXCEEDED, Meaning.SESSIONS),
        (0, ErrorKind.UNAUTHORIZED, TOKEN_EXPIRED, Meaning.TOKEN),
        (0, ErrorKind.UNAUTHORIZED, "", Meaning.TOKEN),
        (0, ErrorKind.TIMEOUT, "", Meaning.GIVEN_UP),
        (0, ErrorKind.UNSUPPORTED_PROTOCOL, "", Meaning.GIVEN_UP),
        (0, ErrorKind.INVALID_MESSAGE, "Max frame length of 65536 has been exceeded", Meaning.GIVEN_UP),
        (0, ErrorKind.BAD_ACTION, NO_CHANNEL.format(7), Meaning.LOST_CHANNEL),
        (0, ErrorKind.BAD_ACTION, "whatever", Meaning.NOTE),
        (0, "SOMETHING_NEW", "whatever", Meaning.NOTE),
        (1, ErrorKind.UNAUTHORIZED, "not this symbol", Meaning.NOTE),
        (1, ErrorKind.TIMEOUT, "", Meaning.NOTE),
    ],
)
def test_an_error_means_what_its_text_says_and_else_its_kind(
    channel: int, kind: str, text: str, meaning: Meaning
) -> None:
    assert meaning_of(Error(channel, kind, text)) is meaning
