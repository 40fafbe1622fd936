"""Books: how much came, how fast, and where it went; of one source with all its readers."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any, Protocol

from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.compact import Decoded, Quarantined
from tastytrade.dxlink.frame import Frame, numbers_of
from tastytrade.ledger import Counts, Ledger
from tastytrade.meter import Histogram, LoopStats, Rates, Stats
from tastytrade.rest.refusal import printable
from tastytrade.subscription import Subscription

log = logging.getLogger(__name__)

DECODED_KEPT = 64
"""Frames whose events are kept for readers in step."""
TOLD = 100
"""Event types that are told apart in warnings; a peer may make names up."""


class Audience(Protocol):
    """Whoever knows all readers of a source."""

    def everyone(self) -> dict[Subscription[Any], None]: ...


class Books:
    """Frames are entered when they come, and their rows when they are decoded first."""

    def __init__(self) -> None:
        self._counts = Counts()
        self._frames, self._rows = Rates(), Rates()
        self._numbers = count(1)
        self._told: set[str] = set()
        self._decoded: deque[Decoded] = deque(maxlen=DECODED_KEPT)

    def enter(self, frame: Frame) -> None:
        """A frame has come: give it its number."""
        frame.number = next(self._numbers)
        self._counts.frames += 1
        self._counts.bytes += frame.size_bytes
        self._frames.count(1, frame.size_bytes, time.monotonic())

    def unclaimed(self, frame: Frame) -> None:
        """Nobody reads it any more: what it holds is counted."""
        before = self._counts.rows
        self.decode(frame)
        self._counts.unclaimed += self._counts.rows - before

    def numbers(self, rows: int) -> range:
        """Ingest numbers for events that did not come in a frame."""
        return numbers_of(next(self._numbers), 0, rows)

    def decode(self, frame: Frame) -> Decoded:
        """What a frame holds."""
        decoded = frame.decode()
        if not frame.is_counted:
            rows = self._counts.count(frame, decoded)
            self._rows.count(rows, 0, time.monotonic())
            if frame.is_shared:
                self._decoded.append(decoded)
            for bad in decoded.quarantined:
                self._tell(bad)
        return decoded

    def _tell(self, bad: Quarantined) -> None:
        """Once for an event type aloud: a service may have changed; all of them are counted."""
        is_known = bad.event_type in self._told or len(self._told) >= TOLD
        level = logging.DEBUG if is_known else logging.WARNING
        if not is_known:
            self._told.add(bad.event_type)
        name = printable(bad.event_type, limit=40) if bad.event_type else "a message"
        log.log(
            level, "%d rows of %s could not be read: %s", bad.rows, name, printable(bad.reason, limit=200)
        )

    def ledger(self, audience: Audience, protocols: Sequence[ClientProtocol]) -> Ledger:
        """Where everything has gone until now."""
        readers = tuple(reader.ledger() for reader in audience.everyone())
        counts = self._counts
        return Ledger(
            frames=counts.frames,
            bytes=counts.bytes,
            received=dict(counts.received),
            readable=dict(counts.readable),
            quarantined=dict(counts.quarantined),
            unclaimed=counts.unclaimed,
            malformed=sum(one.malformed for one in protocols),
            unknown=sum(one.unknown for one in protocols),
            stray=sum(one.stray for one in protocols),
            last_quarantined=tuple(counts.last_quarantined),
            readers=readers,
        )

    def stats(self, audience: Audience, loop: LoopStats) -> Stats:
        """Rates of the last ten seconds, and how late and how full the readers are."""
        now = time.monotonic()
        frames, size_bytes = self._frames.per_second(now)
        lag = Histogram()
        readers = audience.everyone()
        for reader in readers:
            lag.merge(reader.lag)
        return Stats(
            frames_per_second=frames,
            bytes_per_second=size_bytes,
            events_per_second=self._rows.per_second(now)[0],
            lag=lag.lags(),
            readers=tuple(reader.stats() for reader in readers),
            loop=loop,
        )
