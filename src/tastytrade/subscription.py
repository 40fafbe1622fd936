"""Subscription: one reader's view of a source. A bounded buffer of undecoded frames, and how to read it.

Frames wait as bytes. The reader who pulls decodes; other readers of the same frame get the same
batches. Reading costs no turn of the event loop per event, only one when there is nothing to read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from enum import Enum
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.dxlink.compact import Decoded
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.wanted import Key
from tastytrade.errors import SlowReader
from tastytrade.source import Gap, GapReason

E = TypeVar("E", bound=Event)

DEFAULT_LIMIT_BYTES = 8 << 20
"""About 100,000 quotes as text."""

MAX_GAPS = 1000

_FRAMES_PER_TURN = 64


class Overflow(Enum):
    """What happens when a reader falls behind its limit."""

    DROP_OLDEST = "drop oldest"
    """The oldest frames go; a Gap in ``subscription.gaps`` says from when to when."""
    FAIL = "fail"
    """Reading raises SlowReader."""


class Subscription(Generic[E]):
    """The events of some types and symbols, for one reader.

    ``async for event in subscription`` gives events, ``subscription.batches()`` gives them by column.
    Use it in ``async with``, or call ``close()``: then what nobody else wants is unsubscribed.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        decode: Callable[[Frame], Decoded],
        release: Callable[[Subscription[Any]], None],
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> None:
        self._entries = {_place(entry): entry for entry in entries}
        self.limit_bytes = limit_bytes
        self.overflow = overflow
        self.gaps: list[Gap] = []
        self.delivered = 0
        """Events handed to the reader."""
        self.dropped_frames = 0
        self._symbols, self._sources = _wanted_by_type(self._entries.values())
        self._decode = decode
        self._release = release
        self._frames: deque[Frame] = deque()
        self._batches: deque[EventBatch[E]] = deque()
        self._begun: tuple[EventBatch[E], Iterator[E]] | None = None
        self._waiting_bytes = 0
        self._ready = asyncio.Event()
        self._ended = False
        self._error: Exception | None = None

    # The reader's side.

    def __aiter__(self) -> AsyncIterator[E]:
        return self.events()

    async def events(self, *, duration: float | None = None) -> AsyncGenerator[E, None]:
        """Every event, one by one; for ``duration`` seconds, or until closed."""
        async for batch in self.batches(duration=duration):
            events = iter(batch)
            self._begun = (batch, events)
            for event in events:
                yield event

    async def batches(self, *, duration: float | None = None) -> AsyncGenerator[EventBatch[E], None]:
        """Every event, by column, as they come; for ``duration`` seconds, or until closed.

        Ends quietly when the time is over, or when the subscription is closed and what had arrived
        by then has been read. Raises SlowReader or the source's error where there is one to know about.
        Whoever leaves the loop and comes back goes on where it was left: no event is lost in between.
        """
        loop = asyncio.get_running_loop()
        deadline = None if duration is None else loop.time() + duration
        turns = 0
        self._take_up_again()
        while True:
            if deadline is not None and loop.time() >= deadline:
                return
            if self._batches:
                batch = self._batches.popleft()
                self.delivered += len(batch)
                yield batch
                continue
            if not self._frames:
                turns = 0
                if not await self._wait(deadline):
                    return
                continue
            self._batches.extend(self._next_batches())
            turns += 1
            if turns == _FRAMES_PER_TURN:  # a long backlog must not keep the loop from reading the socket
                turns = 0
                await asyncio.sleep(0)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it is subscribed to."""
        return tuple(self._entries.values())

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will arrive; what has arrived can still be read."""
        return self._ended

    @property
    def waiting_bytes(self) -> int:
        """Size of what has arrived and not been read, as text."""
        return self._waiting_bytes

    def close(self) -> None:
        """End the subscription; the reader gets what has arrived and then the end. May be called twice."""
        if not self._ended:
            self._ended = True
            self._release(self)
            self._ready.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        types = ", ".join(self._symbols)
        return f"<Subscription to {len(self.entries)} of {types}: {self.delivered} delivered>"

    # The source's side.

    def change(self, *, add: Iterable[Entry] = (), remove: Iterable[Entry] = ()) -> None:
        """Be interested in more, or in less, from the next read on; of a history in its newest start."""
        for entry in remove:
            self._entries.pop(_place(entry), None)
        self._entries |= {_place(entry): entry for entry in add}
        self._symbols, self._sources = _wanted_by_type(self._entries.values())

    def put(self, frame: Frame) -> None:
        """Take a frame in. Never blocks; over the limit the overflow policy decides."""
        if self._ended:
            return
        self._frames.append(frame)
        self._waiting_bytes += frame.size_bytes
        if self._waiting_bytes > self.limit_bytes:
            self._overflow()
        self._ready.set()

    def add_gap(self, gap: Gap) -> None:
        """Note that something may be missing. Past the limit the last record is made longer instead."""
        if len(self.gaps) < MAX_GAPS:
            self.gaps.append(gap)
            return
        last = self.gaps[-1]
        self.gaps[-1] = Gap(gap.reason, last.from_ns, gap.to_ns, last.epoch_before, gap.epoch_after)

    def end(self, error: Exception | None = None) -> None:
        """The source is over: the reader gets what has arrived, then the end or the error."""
        self._ended = True
        self._error = self._error or error
        self._ready.set()

    def _overflow(self) -> None:
        if self.overflow is Overflow.FAIL:
            self.end(
                SlowReader(
                    f"this reader fell {self._waiting_bytes / 1e6:.1f} MB behind the feed (limit"
                    f" {self.limit_bytes / 1e6:.1f} MB); read faster, raise limit_bytes, or choose"
                    " overflow=Overflow.DROP_OLDEST"
                )
            )
            self._release(self)
            return
        if len(self._frames) == 1:  # larger than the limit by itself: nothing older could go
            return
        # Half of the limit goes at once: one long gap says more than a thousand short ones.
        first = self._frames[0]
        while self._waiting_bytes > self.limit_bytes // 2 and len(self._frames) > 1:
            dropped = self._frames.popleft()
            self._waiting_bytes -= dropped.size_bytes
            self.dropped_frames += 1
        upto = self._frames[0]
        self.add_gap(Gap(GapReason.OVERFLOW, first.received_ns, upto.received_ns, first.epoch, upto.epoch))

    async def _wait(self, deadline: float | None) -> bool:
        """Wait until there is a frame. False when the time is over or nothing will come any more."""
        if self._ended:
            if self._error is not None:
                raise self._error
            return False
        self._ready.clear()
        try:
            async with asyncio.timeout_at(deadline):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    def _take_up_again(self) -> None:
        """Put back what was left of the batch whose events somebody stopped reading."""
        begun, self._begun = self._begun, None
        if begun is None:
            return
        batch, events = begun
        rest = len(list(events))
        if rest:
            self.delivered -= rest
            self._batches.appendleft(batch.rows(range(len(batch) - rest, len(batch))))

    def _next_batches(self) -> Iterable[EventBatch[E]]:
        frame = self._frames.popleft()
        self._waiting_bytes -= frame.size_bytes
        for batch in self._decode(frame).batches:
            name = batch.event_class.__name__
            wanted = self._symbols.get(name)
            if wanted is None or wanted.isdisjoint(batch.symbols):
                continue
            chosen = batch.of_symbols(wanted)
            sources = self._sources.get(name)
            if sources is not None:
                chosen = _of_sources(chosen, sources)
            if len(chosen):
                yield chosen  # type: ignore[misc]  # the entries' types are the classes E stands for


def _place(entry: Entry) -> tuple[Key, bool]:
    """What an entry is one of: a history and the newest value of a symbol are two things."""
    return entry.key, entry.from_time is None


def _wanted_by_type(entries: Iterable[Entry]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Of each event type the symbols, and the order sources where every entry names one."""
    symbols: dict[str, set[str]] = {}
    sources: dict[str, set[str | None]] = {}
    for entry in entries:
        symbols.setdefault(entry.type, set()).add(entry.symbol)
        sources.setdefault(entry.type, set()).add(entry.source)
    return symbols, {name: {one for one in some if one} for name, some in sources.items() if None not in some}


def _of_sources(batch: EventBatch[Any], sources: set[str]) -> EventBatch[Any]:
    """The events from some order sources; one that does not say where it is from counts as well."""
    column = batch.columns.get("source", ())
    if all(not source or source in sources for source in column):
        return batch
    return batch.rows(at for at, source in enumerate(column) if not source or source in sources)
