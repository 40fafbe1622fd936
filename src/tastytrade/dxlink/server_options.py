"""How a DXLink server behaves where real hosts differ, or where nobody has recorded what they do.

The defaults reproduce what has been observed of tastytrade's host; where no observation is public the
default is a guess, and says so.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class ServerOptions(Struct, frozen=True, kw_only=True):
    """Switches of a ServerProtocol. Times in seconds, sizes as named.

    version                what SETUP says
    keepalive_timeout      announced for both sides; 60 observed
    wants_token            False: AUTHORIZED follows SETUP at once, as on dxFeed's public demo
    early_auth             an AUTH that came before our first AUTH_STATE went out: usually tolerated,
                           sometimes refused with an exception's text; both observed
    refusal                how a bad token is answered; all three forms have been observed
    silence                how a client that says nothing is dropped: close 1000 "Bye" (observed, no
                           ERROR before it) or ERROR TIMEOUT first (the specification's example)
    step_timeout           how long SETUP may take; guess
    max_frame_bytes        client frames above it are refused; 65,536 observed
    oversize               ERROR INVALID_MESSAGE and the frame is ignored, or close 1009; both observed
    subscription_limit     entries a connection; 25,000 measured
    rate_burst, rate       entries at once, and regained per second. A limit exists (errors at 6,700 to
                           15,000 in a burst, paced clients at 2,500 a second pass); the figures are a guess
    candle_limit           active Candle entries a channel; one client had 80 and failed at 100, one at 20
    default_aggregation    seconds, on channels without a wish; guess
    mixed_types            several event types in one COMPACT frame: the specification shows it, public
                           recordings of tastytrade do not
    auto_candle_history    False: AUTO answers a candle history with the empty snapshot; observed once
    keepalives             False: say nothing when there is nothing to deliver
    column_order           as asked for (observed), or in reverse: the protocol promises neither
    dropped_columns        columns this server does not know and drops without a word, as observed for "VWAP"
    extra_columns          columns nobody asked for, at the end of every type's, without values; a guess
    config_repeats         how often each FEED_CONFIG is sent; two and three observed at start-up
    history_limit          rows of a snapshot; 8,000 candles observed. That SNIP marks the cut is a guess
    session_limit          authorized connections a user may have; none: as many as wanted. A limit has been
                           observed, its figure is not published
    session_refusal        how one more is refused: ERROR UNAUTHORIZED and close, or close 1000 "Bye" before
                           AUTH is answered; both observed
    reauthentication       a new token on a connection whose token had expired, never recorded: data resumes;
                           or AUTHORIZED, but data does not; or the channels are gone. All three are guesses
    """

    version: str = "1.0-sim-0.1"
    keepalive_timeout: float = 60.0
    wants_token: bool = True
    early_auth: Literal["accept", "refuse"] = "accept"
    refusal: Literal["auth_state", "error", "close"] = "error"
    silence: Literal["close", "error"] = "close"
    step_timeout: float = 10.0
    max_frame_bytes: int = 65_536
    oversize: Literal["error", "close"] = "error"
    subscription_limit: int = 25_000
    rate_burst: int = 10_000
    rate: float = 2_500.0
    candle_limit: int = 100
    default_aggregation: float = 0.1
    mixed_types: bool = False
    auto_candle_history: bool = True
    keepalives: bool = True
    column_order: Literal["asked", "reversed"] = "asked"
    dropped_columns: frozenset[str] = frozenset()
    extra_columns: tuple[str, ...] = ()
    config_repeats: int = 1
    history_limit: int = 8_000
    session_limit: int | None = None
    session_refusal: Literal["error", "close"] = "error"
    reauthentication: Literal["resumes", "silent", "channels_lost"] = "resumes"
