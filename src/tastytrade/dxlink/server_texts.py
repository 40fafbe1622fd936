"""What a DXLink server says in its ERRORs: texts as recorded of real hosts, or guesses that say so."""

from __future__ import annotations

AUTH_MISSING = "AUTH step missing"
AUTHENTICATION_FAILED = "Authentication failed"
CANDLES_TOO_BIG = "Your subscription size for event type 'Candle' is too big"
EARLY_AUTH = "com.dxfeed.mdd.dxlink.auth.AuthException: Session not found: api"
EVEN_CHANNEL = "Protocol violation with an even channel usage."
FRAME_TOO_LONG = "Max frame length of {} has been exceeded"
NO_CHANNEL = "Channel with id {} not exists"
RATE_TOO_HIGH = "Your subscription rate is too high"
SESSIONS_EXCEEDED = "The number of user sessions has exceeded the configured limit"
SIZE_TOO_BIG = "Your subscription size is too big"
SILENT = "The timeout has been reached. The message was last received {:.0f} seconds ago."
"""The specification's example."""
TOKEN_EXPIRED = "Your authentication token has expired, reauthentication is required"  # noqa: S105 - a text
UNSUPPORTED = "Unsupported protocol version"
"""A guess: none has been recorded."""
