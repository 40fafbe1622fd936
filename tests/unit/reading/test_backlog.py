from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.dxlink.frame import Frame
from tastytrade.errors import SlowReader
from tastytrade.reading.backlog import Backlog, Given, rows_of
from tastytrade.reading.overflow import Overflow
from tests.unit.reading.frames import frame, gap, quote

SIZE = quote(1.0).size_bytes


class Room(Backlog):
    """A backlog with room for so many quotes; what is opened is noted."""

    def __init__(
        self, quotes: int = 4, overflow: Overflow = Overflow.DROP_OLDEST, *, limit_events: int | None = None
    ) -> None:
        self.opened: list[Frame] = []
        super().__init__(
            self._note,
            lambda one: rows_of(one.decode().batches),
            limit_bytes=quotes * SIZE,
            limit_events=limit_events,
            overflow=overflow,
            next_gap=count(1).__next__,
        )
        self.types = ("Quote",)

    def _note(self, one: Frame) -> list[EventBatch[Any]]:
        self.opened.append(one)
        return list(one.decode().batches)

    def fill(self, *prices: int, symbol: str = "A") -> list[Gap | None]:
        return [self.put(quote(float(price % 10), symbol, at_ns=price, number=price + 1)) for price in prices]

    def all(self) -> list[Any]:
        """Prices of the events, and gaps, in the order they are given out."""
        found: list[Any] = []
        while self:
            item = self.take()
            batches = item.decode().batches if isinstance(item, Frame) else [item]
            for one in batches:
                found += one.columns["bidPrice"] if isinstance(one, EventBatch) else [one]
        return found


def events(of: list[Any]) -> list[Any]:
    return [one for one in of if isinstance(one, float)]


def test_what_was_put_in_comes_out_in_order() -> None:
    room = Room()
    known = gap()
    room.fill(1, 2)
    room.put_other(known)
    room.fill(3)

    assert room.all() == [1.0, 2.0, known, 3.0]
    assert not room


def test_what_waits_is_counted_in_frames_and_bytes() -> None:
    room = Room()
    room.fill(1, 2)
    room.put_other(gap())
    waiting = (len(room), room.waiting_bytes, room.oldest_ns)
    room.all()

    assert waiting == (2, 2 * SIZE, 1)
    assert (len(room), room.waiting_bytes, room.oldest_ns) == (0, 0, None)


def test_nothing_is_decoded_by_waiting() -> None:
    room = Room()
    room.fill(1, 2, 3, 4)

    assert room.opened == []


def test_a_stall_is_one_gap_from_the_first_that_went_to_the_first_that_stayed() -> None:
    room = Room()
    room.fill(*range(1, 9))
    lost, *rest = room.all()

    assert lost == Gap(
        number=1,
        reason=GapReason.OVERFLOW,
        scope=GapScope.READER,
        event_types=("Quote",),
        from_ns=1,
        to_ns=5,
        detected_ns=2,
        epoch_before=1,
        epoch_after=1,
        lost_count=4,
    )
    assert rest == [5.0, 6.0, 7.0, 8.0]
    assert room.dropped == 4


def test_the_second_stall_is_another_gap() -> None:
    room = Room()
    room.fill(*range(1, 6))
    first = room.take()
    room.fill(6, 7)
    second = room.take()

    assert isinstance(first, Gap)
    assert isinstance(second, Gap)
    assert (first.number, first.lost_count, second.number, second.lost_count) == (1, 1, 2, 2)
    assert (first.to_ns, second.from_ns, second.to_ns) == (2, 2, 4)


def test_putting_in_tells_of_the_gap_as_it_grows() -> None:
    room = Room()
    told = room.fill(*range(1, 7))

    assert told[:4] == [None] * 4
    assert [(one.number, one.lost_count) for one in told[4:] if one] == [(1, 1), (1, 2)]


def test_what_is_no_frame_is_never_dropped() -> None:
    room = Room()
    known, given = gap(number=77), Given(77, ("Quote", "A"), None, is_whole=True)
    room.fill(1)
    room.put_other(known)
    room.put_other(given)
    room.fill(*range(2, 10))
    items = room.all()

    assert items[1:3] == [known, given]
    assert events(items) == [6.0, 7.0, 8.0, 9.0]


@pytest.mark.parametrize("before", [0, 1, 9])
def test_a_frame_larger_than_the_limit_is_delivered_when_it_is_alone(before: int) -> None:
    room = Room(1)
    for number in range(before):
        room.fill(number)
        room.all()
    large = frame("Quote", ["A", 1.0] * 20, at_ns=99)

    assert room.put(large) is None
    assert events(room.all()) == [1.0] * 20


def test_a_frame_larger_than_the_limit_is_delivered_though_there_was_a_stall_before() -> None:
    room = Room(1)
    room.fill(1, 2)
    room.all()
    room.put(frame("Quote", ["A", 1.0] * 20, at_ns=99))

    assert events(room.all()) == [1.0] * 20


def test_a_limit_of_events_counts_them_across_frames() -> None:
    room = Room(1000, limit_events=5)
    room.put(frame("Quote", ["A", 1.0, "A", 2.0, "A", 3.0], at_ns=1))
    room.put(frame("Quote", ["A", 4.0, "A", 5.0], at_ns=2))
    full = room.is_full
    told = room.put(quote(6.0, at_ns=3))

    assert (full, told is not None and told.lost_count) == (False, 3)
    assert room.waiting_events == 3
    assert events(room.all()) == [4.0, 5.0, 6.0]
    assert room.waiting_events == 0


def test_who_wants_no_loss_is_told_at_the_first_frame_too_many() -> None:
    room = Room(2, Overflow.FAIL)
    room.fill(1, 2)

    with pytest.raises(SlowReader, match=r"fell 3 messages .*overflow=Overflow.DROP_OLDEST"):
        room.fill(3)
    assert (room.dropped, room.conflated) == (0, 0)


def test_a_limit_of_events_is_named_where_there_is_one() -> None:
    room = Room(1000, Overflow.FAIL, limit_events=1)
    room.fill(1)

    with pytest.raises(SlowReader, match="1 events"):
        room.fill(2)


def test_who_blocks_loses_nothing_until_room_is_made() -> None:
    room = Room(2, Overflow.BLOCK)
    told = room.fill(1, 2, 3, 4)
    full = room.is_full
    lost = room.make_room()

    assert (told, full) == ([None] * 4, True)
    assert lost is not None
    assert lost.lost_count == 2
    assert events(room.all()) == [3.0, 4.0]


def test_of_last_values_the_newest_of_each_symbol_is_kept_before_what_waits_whole() -> None:
    room = Room(2, Overflow.CONFLATE)
    told = [gap for number, symbol in enumerate("ABABCA") for gap in room.fill(number, symbol=symbol)]
    kept = room.kept
    found = room.all()

    assert told == [None] * 6
    assert (kept, room.conflated) == (2, 2)
    assert found == [2.0, 3.0, 4.0, 5.0]


def test_ingest_numbers_rise_over_conflated_events_too() -> None:
    room = Room(1, Overflow.CONFLATE)
    room.put(frame("Quote", ["A", 1.0, "B", 2.0], number=1))
    room.put(frame("Quote", ["C", 3.0, "A", 4.0], number=2))
    room.put(frame("Quote", ["C", 5.0], number=3))
    numbers: list[int] = []
    while room:
        item = room.take()
        batches = item.decode().batches if isinstance(item, Frame) else [item]
        numbers += [number for batch in batches if isinstance(batch, EventBatch) for number in batch.numbers]

    assert numbers == sorted(numbers)
    assert len(numbers) == 4  # a frame that waits is whole


def test_a_value_conflated_later_never_overtakes_one_conflated_before() -> None:
    room = Room(1, Overflow.CONFLATE)
    room.put(frame("Quote", ["A", 1.0], number=1))
    room.put(frame("Quote", ["B", 2.0], number=2))
    room.put(frame("Quote", ["C", 3.0], number=3))
    first = room.take()
    room.put(frame("Quote", ["B", 4.0], number=4))
    room.put(frame("Quote", ["B", 5.0], number=5))

    rest = room.all()

    assert isinstance(first, EventBatch)
    assert rest[-1] == 5.0
    assert rest == sorted(rest)


def test_a_gap_stands_before_what_came_after_it_in_conflation_too() -> None:
    room = Room(1, Overflow.CONFLATE)
    known = gap()
    room.fill(1)
    room.put_other(known)
    room.fill(2, 3)
    found = room.all()

    assert found.index(known) < found.index(2.0 if 2.0 in found else 3.0)


def test_rows_are_counted_over_batches() -> None:
    batches = frame("Quote", ["A", 1.0, "B", 2.0], "Trade", ["A", 3.0]).decode().batches

    assert rows_of(batches) == 3
