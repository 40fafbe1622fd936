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
from tastytrade.reading.continuity import Symbol
from tastytrade.reading.overflow import Overflow


class Given(Struct, frozen=True):
    """What history has of a symbol, for a gap; ``rows`` is None where it is not known."""

    gap: int
    symbol: Symbol
    rows: EventBatch[Any] | None
    is_whole: bool


Item = Frame | Gap | Given | EventBatch[Any]


class Backlog:
    """``open`` gives the reader's events in a frame, and counts them as received.

    limit_bytes   text that may wait
    limit_events  events that may wait; None: any number. With a limit every frame is decoded as it comes
    """

    def __init__(
        self,
        open: Callable[[Frame], list[EventBatch[Any]]],  # noqa: A002 - what is done to a frame
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
        self.waiting_events = 0
        """Counted only where there is a limit of them."""
        self.conflated = 0
        self.dropped = 0
        self.dropped_frames = 0
        self.types: tuple[str, ...] = ()
        self._is_given_up = False
        """Whether nobody waits for the reader any more, who was waited for too long."""
        self._open = open
        self._next_gap = next_gap
        self._items: deque[Item] = deque()
        self._newest = Conflated()
        self._lost: Gap | None = None

    def __bool__(self) -> bool:
        return bool(self._items or self._lost or self._newest)

    def __len__(self) -> int:
        """Frames that wait."""
        return sum(isinstance(item, Frame) for item in self._items)

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
        return next((item.received_ns for item in self._items if isinstance(item, Frame)), None)

    def frames(self) -> Iterator[Frame]:
        """The frames that wait, oldest first."""
        return (item for item in self._items if isinstance(item, Frame))

    @property
    def kept(self) -> int:
        """Events that wait because they are the newest of their symbols."""
        return len(self._newest)

    def put(self, frame: Frame) -> Gap | None:
        """Take a frame in; over a limit the policy decides. Gives the gap that this made or made longer.

        Raises SlowReader where the policy is to fail.
        """
        self._items.append(frame)
        self._count(frame, 1)
        if not self.is_full or self.is_waited_for:
            return None
        if self.overflow is Overflow.FAIL:
            raise self._too_slow()
        return self.make_room()

    def put_other(self, item: Gap | Given) -> None:
        """Take in what is no frame: it is small, and never dropped."""
        self._items.append(item)

    def take(self) -> Item:
        """What comes next. Raises IndexError when nothing waits."""
        if self._newest:
            self._items.extendleft(reversed([*self._newest.drain()]))
        if self._lost is not None:
            lost, self._lost = self._lost, None
            return lost
        item = self._items.popleft()
        if isinstance(item, Frame):
            self._count(item, -1)
            self._is_given_up = False
        return item

    def give_up(self) -> Gap | None:
        """It has held up its connection for long enough: until it reads again, its oldest go."""
        self._is_given_up = True
        return self.make_room()

    def make_room(self) -> Gap | None:
        """Let the oldest go until what waits is within the limits; gives the gap that this makes."""
        others: list[Item] = []
        while self.is_full and self._items:
            item = self._items.popleft()
            if not isinstance(item, Frame):
                others.append(item)
                continue
            if self.dropped_frames + len(self._items) == 0 and not others:  # too large all by itself
                self._items.append(item)
                break
            self._count(item, -1)
            if self.overflow is Overflow.CONFLATE:
                self.conflated += sum(map(self._newest.add, self._open(item)))
            else:
                self._drop(item)
        self._items.extendleft(reversed(others))
        return self._lost

    def _drop(self, frame: Frame) -> None:
        rows = sum(map(len, self._open(frame)))
        self.dropped += rows
        self.dropped_frames += 1
        until = next(self.frames(), frame)
        lost = self._lost or Gap(
            number=self._next_gap(),
            reason=GapReason.OVERFLOW,
            scope=GapScope.CONNECTION,
            event_types=self.types,
            from_ns=frame.received_ns,
            detected_ns=until.received_ns,
            epoch_before=frame.epoch,
            lost_count=0,
        )
        count = (lost.lost_count or 0) + rows
        self._lost = replace(lost, to_ns=until.received_ns, epoch_after=until.epoch, lost_count=count)

    def _count(self, frame: Frame, sign: int) -> None:
        self.waiting_bytes += sign * frame.size_bytes
        if self.limit_events is not None:
            self.waiting_events += sign * sum(map(len, frame.decode().batches))

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
