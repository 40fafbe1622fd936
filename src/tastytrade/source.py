"""What every source of events is, and how it tells the truth about itself: states, gaps, the ledger.

A live Streamer is an EventSource; whatever gives batches later in the same way (a replay, a bus) is one too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from enum import Enum
from typing import Any, Protocol

from msgspec import Struct

from tastytrade.dxfeed import Event, EventBatch, EventType
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope, Healed
from tastytrade.dxlink.messages import Entry
from tastytrade.ledger import Ledger

__all__ = [
    "EventSource",
    "EventTypes",
    "Gap",
    "GapReason",
    "GapScope",
    "Healed",
    "Ledger",
    "Reader",
    "State",
    "StateChange",
]


class State(Enum):
    """Where a source stands."""

    CONNECTING = "connecting"
    """A connection is being opened; the reason says which step."""
    AUTHENTICATING = "authenticating"
    RESTORING = "restoring"
    """The server is being told what is wanted: so many of so many."""
    LIVE = "live"
    """The server has read everything that is wanted, and has been heard lately."""
    DEGRADED = "degraded"
    """As LIVE, but something is not as it should be; the reason says what."""
    STALLED = "stalled"
    """Nothing has come for longer than the server promises; the connection is given up."""
    BACKOFF = "backoff"
    """The next attempt waits."""
    CLOSED = "closed"
    FAILED = "failed"
    """The feed is over for good; the reason says why."""

    @property
    def is_up(self) -> bool:
        """Whether a server listens to us and data can come."""
        return self in {State.RESTORING, State.LIVE, State.DEGRADED}


class StateChange(Struct, frozen=True):
    """A state with its reason in words, and when it began (Unix nanoseconds, UTC).

    sent, wanted   subscriptions the server has been told, and wanted
    attempt        how many times in a row a connection has failed
    retry_at_ns    when the next attempt will be made, while one waits
    """

    state: State
    reason: str
    at_ns: int
    sent: int = 0
    wanted: int = 0
    attempt: int = 0
    retry_at_ns: int | None = None


EventTypes = type[Event] | EventType | str | Iterable[type[Event] | EventType | str]


class Reader(Protocol):
    """One reader's view of a source."""

    @property
    def entries(self) -> tuple[Entry, ...]: ...

    @property
    def gaps(self) -> list[Gap]: ...

    def batches(self, *, duration: float | None = None) -> AsyncIterator[EventBatch[Any]]: ...

    def records(self, *, duration: float | None = None) -> AsyncIterator[EventBatch[Any] | Gap]: ...

    def close(self) -> None: ...


class EventSource(Protocol):
    """Anything that readers can subscribe to.

    origin       "live", or what it is a replay of
    feed_level   "api" (real time), "demo" (delayed), "simulated"; None where nobody said
    """

    @property
    def origin(self) -> str: ...

    @property
    def feed_level(self) -> str | None: ...

    @property
    def state(self) -> StateChange: ...

    async def restored(self, *, timeout: float | None = None) -> bool: ...

    def ledger(self) -> Ledger: ...

    @property
    def subscribe(self) -> Callable[..., Reader]:
        """Takes event types and symbols, and where it has them the options of ``Streamer.subscribe``."""
