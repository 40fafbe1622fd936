"""Gap: a stretch of time for which a reader cannot be shown to have everything.

It stands in the reader's stream where it belongs: before the next event that it concerns. It is told
again, under the same number, when it ends and when it was healed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct


class GapReason(StrEnum):
    """Why something may be missing."""

    START = "start"
    RESTART_CLEAN = "restart_clean"
    RESTART_CRASH = "restart_crash"
    DISCONNECT = "disconnect"
    STALL = "stall"
    AUTH = "auth"
    SERVER_CHANNEL_CLOSED = "server_channel_closed"
    PROTOCOL_ERROR = "protocol_error"
    DECODE_ERROR = "decode_error"
    OVERFLOW = "overflow"
    CONFLATION_LIMIT = "conflation_limit"
    STORAGE = "storage"
    CLOCK_SUSPEND = "clock_suspend"
    SUBSCRIPTION_CHANGE = "subscription_change"


class GapScope(StrEnum):
    """What of the reader's it concerns."""

    READER = "reader"
    CONNECTION = "connection"
    CHANNEL = "channel"
    TYPE = "type"
    SYMBOLS = "symbols"


class Healed(StrEnum):
    """How much of it history has given back since."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class Gap(Struct, frozen=True, kw_only=True):
    """What may be missing, since when, and until when.

    Whatever the server produced for this reader's ``event_types`` and we do not have lies between
    ``from_ns`` and ``to_ns``: Unix nanoseconds, UTC, of our clock.

    number          one a gap; records of one number are versions of it, the last one counts
    scope           this reader alone, a connection, one channel of it, one event type, or the ``symbols``
    event_types     the types it concerns, of those that the reader wants
    symbols         the symbols it concerns; empty: all the reader's
    from_ns         receive time of the last event before it, not the time when it was noticed
    to_ns           None while it is open
    detected_ns     when it was noticed
    epoch_before, epoch_after    the connections on both sides; ``epoch_after`` is 0 while it is open
    lost_count      how many events; None where nobody can know it
    healed, healed_rows          how much history has given back, and in how many rows
    """

    number: int
    reason: GapReason
    scope: GapScope
    event_types: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    from_ns: int
    to_ns: int | None = None
    detected_ns: int
    epoch_before: int
    epoch_after: int = 0
    lost_count: int | None = None
    healed: Healed = Healed.NONE
    healed_rows: int = 0

    def __str__(self) -> str:
        types = ", ".join(self.event_types)
        of = f" of {', '.join(self.symbols)}" if self.symbols else ""
        until = "now" if self.to_ns is None else _time(self.to_ns)
        lost = "" if self.lost_count is None else f", {self.lost_count:,} events"
        healed = "" if self.healed is Healed.NONE else f"; healed: {self.healed}, {self.healed_rows:,} events"
        between = f"from {_time(self.from_ns)} to {until} UTC"
        return f"{types}{of} may be missing {between} ({self.reason}{lost}){healed}"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self.to_ns is None


def _time(at_ns: int) -> str:
    return f"{datetime.fromtimestamp(at_ns / 1e9, UTC):%H:%M:%S.%f}"[:-3]
