"""Backlog: what has arrived for one reader and has not been read, within limits and by a policy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.dxlink.frame import Frame
from tastytrade.errors import SlowReader
from tastytrade.reading.conflation import Conflated
from tastytrade.reading.newest import Symbol
from tastytrade.reading.overflow import Overflow


class Given(Struct, frozen=True):
    """What history has of a symbol, for a gap; ``rows`` is None where it is not known."""

    gap: int
    symbol: Symbol
    rows: EventBatch[Any] | None
    is_whole: bool


Item = Frame | Gap | Given | EventBatch[Any]


class Backlog:
    """``open`` gives the reader's events in a frame and counts them as received; ``rows`` counts them only.

    limit_bytes   text that may wait
    limit_events  events that may wait; None: any number. With a limit every frame is decoded as it comes
    """

    def __init__(
        self,
        open: Callable[[Frame], list[EventBatch[Any]]],  # noqa: A002 - what is done to a frame
        rows: Callable[[Frame], int],
        *,
        limit_bytes: int,
        limit_events: int | None,
        overflow: Overflow,
        next_gap: Callable[[], int],
    ) -> None:
        self.limit_bytes = limit_bytes
        self.limit_events = limit_events
        self.overflow = overflow
        self.waiting_bytes = 0
        self.conflated = 0
        self.dropped = 0
        self.types: tuple[str, ...] = ()
        self._open = open
        self._rows = rows
        self._next_gap = next_gap
        self._items: deque[Item] = deque()
        self._frames = 0
        self._events: deque[int] = deque()
        """Of each frame how many events it has for the reader, where there is a limit of them."""
        self.waiting_events = 0
        self._newest = Conflated()
        self._ready: deque[Item] = deque()
        """What comes before everything else: what was conflated, once the reader has begun to take it."""
        self._lost: Gap | None = None
        self._is_given_up = False
        """Whether nobody waits for the reader any more, who was waited for too long."""

    def __bool__(self) -> bool:
        return bool(self._items or self._ready or self._lost or self._newest)

    def __len__(self) -> int:
        """Frames that wait."""
        return self._frames

    @property
    def is_full(self) -> bool:
        """Whether more waits than may."""
        return self.waiting_bytes > self.limit_bytes or (
            self.limit_events is not None and self.waiting_events > self.limit_events
        )

    @property
    def is_waited_for(self) -> bool:
        """Whether the connection has to wait until there is room."""
        return self.overflow is Overflow.BLOCK and self.is_full and not self._is_given_up

    @property
    def oldest_ns(self) -> int | None:
        """When the oldest of what waits was received; None when nothing does."""
        return next((frame.received_ns for frame in self.frames()), None)

    def frames(self) -> Iterator[Frame]:
        """The frames that wait, oldest first."""
        return (item for item in self._items if isinstance(item, Frame))

    @property
    def kept(self) -> int:
        """Events that wait because they are the newest of their symbols."""
        ready = (len(item) for item in self._ready if isinstance(item, EventBatch))
        return len(self._newest) + sum(ready)

    def put(self, frame: Frame) -> Gap | None:
        """Take a frame in; over a limit the policy decides. Gives the gap that this made or made longer.

        Raises SlowReader where the policy is to fail.
        """
        self._items.append(frame)
        self._frames += 1
        self.waiting_bytes += frame.size_bytes
        if self.limit_events is not None:
            self._events.append(self._rows(frame))
            self.waiting_events += self._events[-1]
        if not self.is_full or self.is_waited_for:
            return None
        if self.overflow is not Overflow.FAIL:
            return self.make_room()
        if self._frames > 1:  # of one alone nobody can say that it was read too slowly
            raise self._too_slow()
        return None

    def put_other(self, item: Gap | Given) -> None:
        """Take in what is no frame: it is small, and never dropped."""
        self._items.append(item)

    def take(self) -> Item:
        """What comes next. Raises IndexError when nothing waits."""
        if self._newest and not self._ready:
            self._ready.extend(self._newest.drain())
        if self._ready:
            return self._ready.popleft()
        if self._lost is not None:
            lost, self._lost = self._lost, None
            return lost
        self._is_given_up = False
        return self._pop()

    def give_up(self) -> Gap | None:
        """It has held up its connection for long enough: until it reads again, its oldest go."""
        self._is_given_up = True
        return self.make_room()

    def make_room(self) -> Gap | None:
        """Let the oldest go until what waits is within the limits; gives the gap that this makes.

        One frame that is too large all by itself stays. Gaps come before what is conflated, so that none
        comes after an event that it precedes.
        """
        others: list[Item] = []
        while self.is_full and (self._frames > 1 or (self._frames and self.overflow is Overflow.CONFLATE)):
            item = self._pop()
            if not isinstance(item, Frame):
                others.append(item)
            elif self.overflow is Overflow.CONFLATE:
                self.conflated += sum(map(self._newest.add, self._open(item)))
            else:
                self._drop(item)
        if self.overflow is Overflow.CONFLATE:
            self._ready.extend(others)
        else:
            self._items.extendleft(reversed(others))
        return self._lost

    def _pop(self) -> Item:
        item = self._items.popleft()
        if isinstance(item, Frame):
            self._frames -= 1
            self.waiting_bytes -= item.size_bytes
            if self.limit_events is not None:
                self.waiting_events -= self._events.popleft()
        return item

    def _drop(self, frame: Frame) -> None:
        rows = sum(map(len, self._open(frame)))
        self.dropped += rows
        until = next(self.frames(), frame)
        lost = self._lost or Gap(
            number=self._next_gap(),
            reason=GapReason.OVERFLOW,
            scope=GapScope.READER,
            event_types=self.types,
            from_ns=frame.received_ns,
            detected_ns=until.received_ns,
            epoch_before=frame.epoch,
            lost_count=0,
        )
        count = (lost.lost_count or 0) + rows
        self._lost = replace(lost, to_ns=until.received_ns, epoch_after=until.epoch, lost_count=count)

    def _too_slow(self) -> SlowReader:
        frames = list(self.frames())
        seconds = (frames[-1].received_ns - frames[0].received_ns) / 1e9
        limit = f"{self.limit_bytes / 1e6:.1f} MB" + (
            "" if self.limit_events is None else f", {self.limit_events:,} events"
        )
        return SlowReader(
            f"this reader fell {len(frames):,} messages ({self.waiting_bytes / 1e6:.1f} MB, {seconds:.1f} s) "
            f"behind the feed (limit {limit}); read faster, raise limit_bytes, or choose a policy: "
            "overflow=Overflow.DROP_OLDEST (with a Gap), Overflow.BLOCK (the connection waits) or, for last "
            "values, Overflow.CONFLATE"
        )


def rows_of(batches: Iterable[EventBatch[Any]]) -> int:
    """How many events there are in some batches."""
    return sum(map(len, batches))
