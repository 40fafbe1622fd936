"""Timeouts: every time limit and pause of the live feed, in one place."""

from __future__ import annotations

from math import isfinite

from msgspec import Struct
from msgspec.structs import asdict

from tastytrade.errors import ConfigurationError


class Timeouts(Struct, frozen=True, kw_only=True):
    """Seconds. The defaults are for the real service; tests make them smaller.

    open                name, TCP, TLS and the WebSocket upgrade together
    step                each answer of the handshake, and that to a new token
    confirm             the answer to a ping, after which what was asked for counts as heard
    close               how long a peer may take to answer our close
    quiet_grace         silence beyond what the server promised before it counts as stalled
    backoff_base, backoff_cap    pauses between attempts: at most the base before the first, then a random
                        part of a time that doubles up to the cap
    proven_healthy      how long a connection must have been live before its loss is a first one again
    busy                the shortest pause after the server said that it is busy (close 1013, HTTP 429)
    session_cool_down   after it said that there are too many sessions: nothing before makes it better
    token               age at which the token of a live connection is renewed. It lives 24 hours, and may
                        be 12 hours old when it is first used
    token_retry         between attempts to renew it while the one in use is good
    block               how long a full reader may hold up its connection (Overflow.BLOCK)
    rate                the pause after the server said that subscriptions come too fast
    """

    open: float = 10.0
    step: float = 10.0
    confirm: float = 10.0
    close: float = 1.0
    quiet_grace: float = 5.0
    backoff_base: float = 1.0
    backoff_cap: float = 60.0
    proven_healthy: float = 60.0
    busy: float = 30.0
    session_cool_down: float = 900.0
    token: float = 11 * 3600.0
    token_retry: float = 60.0
    block: float = 30.0
    rate: float = 10.0

    def __post_init__(self) -> None:
        for name, seconds in asdict(self).items():
            if not (seconds > 0 and isfinite(seconds)):
                raise ConfigurationError(f"{name} must be a positive number of seconds, not {seconds!r}")
