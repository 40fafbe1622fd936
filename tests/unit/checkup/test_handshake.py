from __future__ import annotations

from tastytrade.checkup.handshake import Handshake
from tastytrade.dxlink.messages import ChannelClosed, Error
from tastytrade.transport.wire import Arrival

SETUP = b'{"type":"SETUP","channel":0,"version":"1.0","keepaliveTimeout":60}'
LET_IN = b'{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED"}'
ASKED = b'{"type":"FEED_SUBSCRIPTION","channel":3,"add":[{"type":"Quote","symbol":"SPY"}]}'


def arrival(text: bytes, ms: float) -> Arrival:
    return Arrival([text], int(ms * 1e6) + 10**18, len(text))


def test_each_step_has_its_time_from_the_first_word() -> None:
    heard = Handshake()
    heard.sent(1, 0, arrival(SETUP, 0))
    heard.received(1, 0, arrival(SETUP, 12))
    heard.received(1, 0, arrival(b"no message", 13))
    heard.received(1, 0, arrival(LET_IN, 30.5))
    heard.received(1, 0, arrival(SETUP, 99))

    assert str(heard) == (
        "SETUP 12.0 ms, AUTH_STATE AUTHORIZED 30.5 ms; a sign of life every 60 s; server 1.0"
    )


def test_a_channel_that_is_refused_is_known_with_what_was_asked_there() -> None:
    heard = Handshake()
    heard.sent(1, 1, arrival(ASKED, 0))
    heard.take(Error(3, "BAD_ACTION", "too many"))
    heard.take(Error(0, "TIMEOUT", ""))
    heard.take(ChannelClosed(5))

    assert heard.channels == {"Quote": {3}}
    assert heard.refused == {3, 5}
