"""What every source of events is, and how it tells the truth about itself: states, gaps, the ledger.

A live Streamer is an EventSource; whatever gives batches later in the same way (a replay, a bus) is one too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from enum import Enum, StrEnum
from typing import Any, Protocol

from msgspec import Struct

from tastytrade.dxfeed import Event, EventBatch, EventType
from tastytrade.dxlink.compact import Decoded, Quarantined

MAX_QUARANTINED = 100


class State(Enum):
    """Where a source stands. LIVE: everything wanted has been asked for, and data can come."""

    CONNECTING = "connecting"
    AUTHENTICATING = "authenticating"
    RESTORING = "restoring"
    LIVE = "live"
    BACKOFF = "backoff"
    CLOSED = "closed"
    FAILED = "failed"


class StateChange(Struct, frozen=True):
    """A state with its reason in words, and when it began (Unix nanoseconds, UTC)."""

    state: State
    reason: str
    at_ns: int


class GapReason(StrEnum):
    DISCONNECT = "disconnect"
    STALL = "stall"
    AUTH = "auth"
    SERVER_CHANNEL_CLOSED = "server_channel_closed"
    PROTOCOL_ERROR = "protocol_error"
    OVERFLOW = "overflow"


class Gap(Struct, frozen=True):
    """A stretch of time for which a reader cannot be shown to have everything.

    It begins at the last event received, not when the failure was noticed. Times are Unix nanoseconds,
    UTC; ``lost_count`` is None where nobody can know it.
    """

    reason: GapReason
    from_ns: int
    to_ns: int
    epoch_before: int
    epoch_after: int
    lost_count: int | None = None


class Ledger:
    """What came in and where it went, in counts: rows are events, frames are undecoded FEED_DATA.

    ``frames`` were received; ``unclaimed`` of them had no reader. Rows are counted when a frame is
    decoded, once, however many readers share it: ``rows`` were good, ``quarantined`` were not.
    ``last_quarantined`` keeps the newest of those with their reasons. Of other messages ``malformed``
    could not be read, ``unknown`` were of no known type, ``stray`` were for channels that are not open.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0
        self.unclaimed = 0
        self.malformed = 0
        self.unknown = 0
        self.stray = 0
        self.rows: Counter[str] = Counter()
        self.quarantined: Counter[str] = Counter()
        self.last_quarantined: list[Quarantined] = []

    def count(self, decoded: Decoded) -> None:
        """Enter one decoded frame."""
        for batch in decoded.batches:
            self.rows[batch.event_class.__name__] += len(batch)
        for bad in decoded.quarantined:
            self.quarantined[bad.event_type] += bad.rows
        if decoded.quarantined:
            self.last_quarantined = (self.last_quarantined + decoded.quarantined)[-MAX_QUARANTINED:]

    def __repr__(self) -> str:
        return (
            f"<Ledger frames={self.frames} rows={self.rows.total()}"
            f" quarantined={self.quarantined.total()} unclaimed={self.unclaimed}>"
        )


EventTypes = type[Event] | EventType | str | Iterable[type[Event] | EventType | str]


class Reader(Protocol):
    """One reader's view of a source."""

    gaps: list[Gap]

    def batches(self, *, duration: float | None = None) -> AsyncIterator[EventBatch[Any]]: ...

    def close(self) -> None: ...


class EventSource(Protocol):
    """Anything that readers can subscribe to."""

    @property
    def state(self) -> StateChange: ...

    @property
    def ledger(self) -> Ledger: ...

    def subscribe(self, event_types: Any, symbols: Iterable[str]) -> Reader: ...
