"""The books of a source: what was received and where it went. They balance, or something is wrong with us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from tastytrade.dxlink.compact import Decoded, Quarantined
from tastytrade.dxlink.frame import Frame

MAX_QUARANTINED = 100


class ReaderLedger(Struct, frozen=True, kw_only=True):
    """One reader's books, in events that it is subscribed to.

    received   came for this reader
    delivered  handed to it
    conflated  replaced by newer ones of their symbols before it read them
    dropped    by reason: "overflow" (it fell behind), "repeated" (history brought them before)
    queued     wait to be read
    """

    name: str
    received: int
    delivered: int
    conflated: int
    dropped: Mapping[str, int]
    queued: int

    @property
    def balance(self) -> int:
        """What is unaccounted for: 0."""
        return self.received - self.delivered - self.conflated - sum(self.dropped.values()) - self.queued


class Ledger(Struct, frozen=True, kw_only=True):
    """A source's books at one moment. Rows are events; frames are messages with events, FEED_DATA.

    received     rows that came, by event type
    readable     of these, those that could be read
    quarantined  and those that could not; ``last_quarantined`` has the newest of them with reasons
    unclaimed    rows for which there was no reader; part of ``readable`` or ``quarantined``
    malformed, unknown, stray    other messages: not readable, of no known type, for channels not open
    """

    frames: int
    bytes: int
    received: Mapping[str, int]
    readable: Mapping[str, int]
    quarantined: Mapping[str, int]
    unclaimed: int
    malformed: int
    unknown: int
    stray: int
    last_quarantined: tuple[Quarantined, ...]
    readers: tuple[ReaderLedger, ...]

    @property
    def balance(self) -> int:
        """What is unaccounted for, at the source and at all its readers: 0."""
        rows = sum(self.received.values()) - sum(self.readable.values()) - sum(self.quarantined.values())
        return abs(rows) + sum(abs(reader.balance) for reader in self.readers)


class Counts:
    """The counters behind a Ledger. Rows are counted when a frame is decoded first, once for all readers."""

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0
        self.rows = 0
        self.unclaimed = 0
        self.received: Counter[str] = Counter()
        self.readable: Counter[str] = Counter()
        self.quarantined: Counter[str] = Counter()
        self.last_quarantined: list[Quarantined] = []

    def count(self, frame: Frame, decoded: Decoded) -> int:
        """Enter what a frame brought, and who has been answered by it; how many rows."""
        before = self.rows
        frame.is_counted = True
        for batch in decoded.batches:
            name = batch.event_class.__name__
            waiting = frame.unanswered.get(name)
            if waiting:
                waiting.difference_update(batch.symbols)
            self.readable[name] += len(batch)
            self.received[name] += len(batch)
            self.rows += len(batch)
        for bad in decoded.quarantined:
            self.quarantined[bad.event_type] += bad.rows
            self.received[bad.event_type] += bad.rows
            self.rows += bad.rows
        if decoded.quarantined:
            self.last_quarantined = (self.last_quarantined + decoded.quarantined)[-MAX_QUARANTINED:]
        return self.rows - before
