"""Subscription: one reader's view of a source. A bounded buffer of undecoded frames, and how to read it.

Frames wait as bytes. The reader who pulls decodes; other readers in step get the same batches. Reading
costs no turn of the event loop per event, only one when there is nothing to read. Gaps stand between the
frames, where they belong.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from itertools import count
from typing import Any, Generic, Self, TypeVar

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxlink.compact import Decoded
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.wanted import Key
from tastytrade.errors import SlowReader
from tastytrade.ledger import ReaderLedger
from tastytrade.meter import Histogram, ReaderStats
from tastytrade.reading.backlog import Backlog, Given, rows_of
from tastytrade.reading.continuity import REPEATED, Continuity
from tastytrade.reading.known_gaps import KnownGaps
from tastytrade.reading.newest import Symbol
from tastytrade.reading.overflow import Overflow, overflow_for
from tastytrade.reading.selection import Selection, unreadable

__all__ = ["DEFAULT_LIMIT_BYTES", "Heal", "Overflow", "Subscription"]

E = TypeVar("E", bound=Event)

DEFAULT_LIMIT_BYTES = 8 << 20
"""About 100,000 quotes as text."""

_TURN = 0.005
"""Seconds that a reader with a long backlog may keep the loop from the socket, and from others."""

Heal = Callable[["Subscription[Any]", Gap, dict[Symbol, int]], None]
"""Asks for what history has: of some symbols, since when each (Unix ms), for a gap."""


class Subscription(Generic[E]):
    """The events of some types and symbols, for one reader.

    ``async for event in subscription`` gives events, ``subscription.batches()`` gives them by column,
    ``subscription.records()`` gives batches and the gaps between them. Use it in ``async with``, or call
    ``close()``: then what nobody else wants is unsubscribed.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        decode: Callable[[Frame], Decoded],
        release: Callable[[Subscription[Any]], None],
        heal: Heal | None = None,
        next_gap: Callable[[], int] | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        limit_events: int | None = None,
        overflow: Overflow | None = None,
        name: str = "",
    ) -> None:
        self._entries = {entry.place: entry for entry in entries}
        self._name = name
        self.delivered = 0
        """Events handed to the reader."""
        self._decode = decode
        self._release = release
        self._heal = heal
        self._next_gap = next_gap or count(1).__next__
        self._gaps = KnownGaps()
        self._received = 0
        self._continuity = Continuity()
        self._backlog = Backlog(
            self._open,
            self._rows,
            limit_bytes=limit_bytes,
            limit_events=limit_events,
            overflow=overflow_for(self._entries.values(), overflow),
            next_gap=self._next_gap,
        )
        self._out: deque[EventBatch[E] | Gap] = deque()
        self._begun: tuple[EventBatch[E], Iterator[E]] | None = None
        self._turn_ends = 0.0
        self.lag = Histogram()
        """How long messages had waited when they were read, in seconds."""
        self._ready = asyncio.Event()
        self._drained = asyncio.Event()
        self._ended = False
        self._error: Exception | None = None
        self._select()

    # The reader's side.

    def __aiter__(self) -> AsyncIterator[E]:
        return self.events()

    async def events(self, *, duration: float | None = None) -> AsyncGenerator[E, None]:
        """Every event, one by one; for ``duration`` seconds, or until closed."""
        deadline = self._begin(duration)
        while (record := await self._next(deadline)) is not None:
            if isinstance(record, EventBatch):
                events = iter(record)
                self._begun = (record, events)
                for event in events:
                    yield event

    async def batches(self, *, duration: float | None = None) -> AsyncGenerator[EventBatch[E], None]:
        """Every event, by column, as they come; for ``duration`` seconds, or until closed.

        Ends quietly when the time is over, or when the subscription is closed and what had arrived
        by then has been read. Raises SlowReader or the source's error where there is one to know about.
        Whoever leaves the loop and comes back goes on where it was left: no event is lost in between.
        """
        deadline = self._begin(duration)
        while (record := await self._next(deadline)) is not None:
            if isinstance(record, EventBatch):
                yield record

    async def records(self, *, duration: float | None = None) -> AsyncGenerator[EventBatch[E] | Gap, None]:
        """Batches and, between them, gaps: as they open, end and are healed. Else as ``batches()``."""
        deadline = self._begin(duration)
        while (record := await self._next(deadline)) is not None:
            yield record

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it is subscribed to."""
        return tuple(self._entries.values())

    @property
    def gaps(self) -> list[Gap]:
        """From when to when something may be missing, each as it is known now. Past 1,000 of them the
        last is made longer instead."""
        return self._gaps.all()

    @property
    def overflow(self) -> Overflow:
        """What happens when it falls behind its limits."""
        return self._backlog.overflow

    @property
    def limit_bytes(self) -> int:
        """How much text may wait for the reader."""
        return self._backlog.limit_bytes

    @property
    def limit_events(self) -> int | None:
        """How many events may wait for the reader; None: any number within ``limit_bytes``."""
        return self._backlog.limit_events

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will arrive; what has arrived can still be read."""
        return self._ended

    @property
    def name(self) -> str:
        """What it was called, else what it is of."""
        return self._name or f"{', '.join(self._selection.types)} of {len(self._entries)}"

    @property
    def waiting_bytes(self) -> int:
        """Size of what has arrived and not been read, as text."""
        return self._backlog.waiting_bytes

    def stats(self) -> ReaderStats:
        """What waits for the reader, and for how long."""
        oldest_ns = self._backlog.oldest_ns
        return ReaderStats(
            name=self.name,
            waiting_frames=len(self._backlog),
            waiting_bytes=self.waiting_bytes,
            oldest_s=0.0 if oldest_ns is None else max(0.0, (time.time_ns() - oldest_ns) / 1e9),
            delivered=self.delivered,
        )

    def ledger(self) -> ReaderLedger:
        """Where everything that came for this reader has gone. What waits is decoded to be counted."""
        waiting = sum(map(self._rows, self._backlog.frames()))
        read = sum(len(record) for record in self._out if isinstance(record, EventBatch))
        return ReaderLedger(
            name=self.name,
            received=self._received + waiting,
            delivered=self.delivered,
            conflated=self._backlog.conflated,
            dropped={"overflow": self._backlog.dropped, REPEATED: self._continuity.repeated},
            queued=waiting + read + self._backlog.kept,
        )

    def close(self) -> None:
        """End the subscription; the reader gets what has arrived and then the end. May be called twice."""
        if not self._ended:
            self._ended = True
            self._release(self)
            self._ready.set()
            self._drained.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Subscription {self.name!r}: {self.delivered} delivered, overflow {self.overflow.value}>"

    # The source's side.

    def change(self, *, add: Iterable[Entry] = (), remove: Iterable[Entry] = ()) -> None:
        """Be interested in more, or in less, from the next read on; of a history in its newest start.

        Raises ConfigurationError for what its overflow policy does not allow.
        """
        self.check(add)
        for entry in remove:
            self._entries.pop(entry.place, None)
        self._entries |= {entry.place: entry for entry in add}
        self._select()

    def check(self, entries: Iterable[Entry]) -> None:
        """Raise ConfigurationError when its overflow policy does not allow some entries."""
        overflow_for(entries, self.overflow)

    def wants(self, symbol: Symbol) -> bool:
        """Whether it is subscribed to a type and symbol."""
        return self._selection.has(symbol)

    @property
    def is_blocking(self) -> bool:
        """Whether its connection has to wait for it."""
        return self._backlog.is_waited_for and not self._ended

    def put(self, frame: Frame) -> None:
        """Take a frame in. Never blocks; over a limit the overflow policy decides."""
        if self._ended:
            return
        try:
            gap = self._backlog.put(frame)
        except SlowReader as error:
            self.end(error)
            self._release(self)
            return
        if gap is not None:
            self._gaps.note(gap)
        self._ready.set()

    def give_up(self) -> None:
        """It has held up its connection for long enough: until it reads again, its oldest go."""
        gap = self._backlog.give_up()
        if gap is not None:
            self._gaps.note(gap)

    def add_gap(self, gap: Gap) -> None:
        """Something may be missing, or a gap is known better: it stands before whatever comes next."""
        if self._ended:
            return
        self._gaps.note(gap)
        self._backlog.put_other(gap)
        self._ready.set()

    def give(self, gap: Gap, symbol: Symbol, rows: EventBatch[Any] | None, *, is_whole: bool) -> None:
        """Take in what history has of a symbol for a gap."""
        self._drained.clear()
        self._backlog.put_other(Given(gap.number, symbol, rows, is_whole))
        self._ready.set()

    async def drained(self) -> None:
        """Wait until what was given has been read, or nothing is read any more."""
        while not self._ended and self._backlog:
            self._drained.clear()
            await self._drained.wait()

    def resume_at(self, key: Key) -> int | None:
        """From when a history of it is to be asked for again after a loss (Unix ms)."""
        return self._continuity.resume_at(key[:2])

    def resume(self, key: Key, from_time: int) -> None:
        """A history of it is asked for again, from then on."""
        self._continuity.resume(key[:2], from_time)

    def end(self, error: Exception | None = None) -> None:
        """The source is over: the reader gets what has arrived, then the end or the error."""
        self._ended = True
        self._error = self._error or error
        self._ready.set()
        self._drained.set()

    # Reading.

    def _begin(self, duration: float | None) -> float | None:
        """Put back what was left of the batch whose events somebody stopped reading; when to stop."""
        self._turn_ends = time.monotonic() + _TURN
        begun, self._begun = self._begun, None
        if begun is not None:
            batch, events = begun
            rest = len(list(events))
            if rest:
                self.delivered -= rest
                self._out.appendleft(batch.rows(range(len(batch) - rest, len(batch))))
        return None if duration is None else asyncio.get_running_loop().time() + duration

    async def _next(self, deadline: float | None) -> EventBatch[E] | Gap | None:
        """The next record; None when the time is over or nothing will come any more."""
        while True:
            if deadline is not None and asyncio.get_running_loop().time() >= deadline:
                return None
            if self._out:
                record = self._out.popleft()
                if isinstance(record, EventBatch):
                    self.delivered += len(record)
                return record
            if not self._backlog:
                self._drained.set()
                if not await self._wait(deadline):
                    return None
                continue
            if time.monotonic() >= self._turn_ends:
                await asyncio.sleep(0)
                self._turn_ends = time.monotonic() + _TURN
            self._read()

    async def _wait(self, deadline: float | None) -> bool:
        """Wait until there is something. False when the time is over or nothing will come any more."""
        if self._ended:
            if self._error is not None:
                raise self._error
            return False
        self._ready.clear()
        try:
            if deadline is None:
                await self._ready.wait()
            else:
                async with asyncio.timeout_at(deadline):
                    await self._ready.wait()
        except TimeoutError:
            return False
        self._turn_ends = time.monotonic() + _TURN
        return True

    def _read(self) -> None:
        """Take the next item of the backlog and put out what it holds."""
        item = self._backlog.take()
        match item:
            case Frame():
                self.lag.add((time.time_ns() - item.received_ns) / 1e9)
                for batch in self._open(item):
                    self._put_out(self._continuity.take(batch, item.contract))
            case EventBatch():
                self._put_out(item)
            case Gap():
                self._out.append(item)
                prints = self._continuity.on_gap(item)
                if prints and self._heal is not None and not self._ended:
                    self._heal(self, item, prints)
            case Given():
                rows = self._continuity.give(item.gap, item.symbol, item.rows, is_whole=item.is_whole)
                if rows is not None:
                    self._received += len(rows)
                    self._put_out(rows)
        self._tell_healed()

    def _put_out(self, batch: EventBatch[Any]) -> None:
        if len(batch):
            self._out.append(batch)

    def _open(self, frame: Frame) -> list[EventBatch[Any]]:
        """The reader's events in a frame, counted as received; a gap where some could not be read."""
        decoded = self._decode(frame)
        batches = list(self._selection.of(decoded, frame.contract))
        self._received += rows_of(batches)
        for bad in decoded.quarantined:
            types = self._selection.concerned(bad)
            if types:
                gap = unreadable(frame, bad, types, number=self._next_gap())
                self._gaps.note(gap)
                self._out.append(gap)
        return batches

    def _rows(self, frame: Frame) -> int:
        return rows_of(self._selection.of(self._decode(frame), frame.contract))

    def _tell_healed(self) -> None:
        for gap in self._continuity.notes:
            self._gaps.note(gap)
            self._out.append(gap)
        self._continuity.notes.clear()

    def _select(self) -> None:
        self._selection = Selection(self._entries.values())
        self._backlog.types = self._selection.types
        self._continuity.follow(self._entries.values())
