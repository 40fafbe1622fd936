"""A reader's gaps, policies and books: what a Subscription does with what its backlog and history say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade.books import Books
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, Healed
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import ConfigurationError
from tastytrade.reading.newest import Symbol
from tastytrade.subscription import Overflow, Subscription
from tests.unit.reading.frames import SECOND, frame, gap, prints, quote

QUOTE, PRINTS = Entry("Quote", "A"), Entry("TimeAndSale", "A")
SIZE = quote(1.0).size_bytes


class Source:
    """Numbers frames as a source does, and notes what is to be healed."""

    def __init__(self) -> None:
        self.books = Books()
        self.to_heal: list[tuple[int, dict[Symbol, int]]] = []

    def subscribe(self, *entries: Entry, **options: Any) -> Subscription[Any]:
        return Subscription(
            entries or [QUOTE],
            decode=self.books.decode,
            release=lambda _: None,
            heal=lambda _, lost, since: self.to_heal.append((lost.number, since)),
            **options,
        )

    def put(self, subscription: Subscription[Any], *frames: Frame) -> None:
        for one in frames:
            self.books.enter(one)
            subscription.put(one)


@pytest.fixture
def source() -> Source:
    return Source()


async def records(subscription: Subscription[Any]) -> list[Any]:
    """Gaps as they are, batches as lists of their events."""
    subscription.close()
    return [record if isinstance(record, Gap) else list(record) async for record in subscription.records()]


async def test_gaps_stand_between_the_events_where_they_belong(source: Source) -> None:
    subscription = source.subscribe()
    opened = gap()
    ended = replace(opened, to_ns=SECOND, epoch_after=2)
    source.put(subscription, quote(1.0))
    subscription.add_gap(opened)
    subscription.add_gap(ended)
    source.put(subscription, quote(2.0))
    found = await records(subscription)

    assert [one if isinstance(one, Gap) else one[0].bidPrice for one in found] == [1.0, opened, ended, 2.0]
    assert subscription.gaps == [ended]


async def test_who_reads_events_or_batches_sees_no_gaps(source: Source) -> None:
    subscription = source.subscribe()
    subscription.add_gap(gap())
    source.put(subscription, quote(1.0))
    subscription.close()

    assert [type(one) async for one in subscription.batches()] == [EventBatch]


async def test_an_overflow_stands_before_the_oldest_that_stayed(source: Source) -> None:
    subscription = source.subscribe(limit_bytes=2 * SIZE, overflow=Overflow.DROP_OLDEST)
    source.put(subscription, *(quote(float(number), at_ns=number) for number in range(5)))
    lost, *rest = await records(subscription)

    assert (lost.reason, lost.event_types, lost.lost_count) == (GapReason.OVERFLOW, ("Quote",), 3)
    assert [one[0].bidPrice for one in rest] == [3.0, 4.0]
    assert subscription.gaps == [lost]


async def test_rows_that_cannot_be_read_leave_a_gap_in_their_place(source: Source) -> None:
    subscription = source.subscribe()
    source.put(subscription, quote(1.0), frame("Quote", ["A", {}], at_ns=7), quote(2.0))
    found = await records(subscription)

    assert [one if isinstance(one, Gap) else "event" for one in found] == [
        "event",
        subscription.gaps[0],
        "event",
    ]
    assert (subscription.gaps[0].reason, subscription.gaps[0].from_ns) == (GapReason.DECODE_ERROR, 7)


async def test_a_gap_in_prints_is_to_be_healed_when_the_reader_comes_to_its_end(source: Source) -> None:
    subscription = source.subscribe(PRINTS)
    opened = gap("TimeAndSale", from_s=3)
    source.put(subscription, prints(2))
    subscription.add_gap(opened)
    subscription.add_gap(replace(opened, to_ns=5 * SECOND))
    reading = subscription.records()
    before = [await anext(reading) for _ in range(2)], list(source.to_heal)
    await anext(reading)

    assert before[1] == []
    assert source.to_heal == [(opened.number, {("TimeAndSale", "A"): 2000})]


async def test_what_history_gives_comes_between_and_the_gap_is_told_again_as_healed(source: Source) -> None:
    subscription = source.subscribe(PRINTS)
    lost = gap("TimeAndSale", from_s=3, to_s=5)
    source.put(subscription, prints(2))
    subscription.add_gap(lost)
    source.put(subscription, prints(6))
    (rows,) = prints(5, 4, 2).decode().batches
    subscription.give(lost, ("TimeAndSale", "A"), rows, is_whole=True)
    source.put(subscription, prints(7))
    found = await records(subscription)
    healed = replace(lost, healed=Healed.FULL, healed_rows=2)

    assert [one if isinstance(one, Gap) else [int(event.price) for event in one] for one in found] == [
        [2],
        lost,
        [6],
        [5, 4],
        healed,
        [7],
    ]
    assert subscription.gaps == [healed]
    assert subscription.ledger().balance == 0
    assert subscription.ledger().received == 5


async def test_prints_that_came_twice_are_in_the_books_as_repeated(source: Source) -> None:
    subscription = source.subscribe(PRINTS)
    lost = gap("TimeAndSale", from_s=3, to_s=5)
    source.put(subscription, prints(2))
    subscription.add_gap(lost)
    (rows,) = prints(6, 5, 4).decode().batches
    subscription.give(lost, ("TimeAndSale", "A"), rows, is_whole=True)
    source.put(subscription, prints(6))
    await records(subscription)
    ledger = subscription.ledger()

    assert (ledger.received, ledger.delivered, ledger.dropped["repeated"]) == (5, 4, 1)
    assert ledger.balance == 0


async def test_whoever_gives_can_wait_until_it_was_read(source: Source) -> None:
    subscription = source.subscribe(PRINTS)
    subscription.give(gap("TimeAndSale"), ("TimeAndSale", "A"), None, is_whole=False)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(subscription.drained())
        await asyncio.sleep(0)
        before = waiting.done()
        async for _ in subscription.batches(duration=0.02):
            pass

    assert (before, waiting.done()) == (False, True)


async def test_nobody_waits_for_a_reader_that_has_closed(source: Source) -> None:
    subscription = source.subscribe(PRINTS)
    subscription.give(gap("TimeAndSale"), ("TimeAndSale", "A"), None, is_whole=False)
    async with asyncio.timeout(1), asyncio.TaskGroup() as tasks:
        tasks.create_task(subscription.drained())
        await asyncio.sleep(0)
        subscription.close()

    assert subscription.is_closed


async def test_after_its_end_a_reader_is_told_of_no_more_gaps(source: Source) -> None:
    subscription = source.subscribe()
    subscription.close()
    subscription.add_gap(gap())

    assert subscription.gaps == []


async def test_a_full_reader_who_blocks_is_waited_for_until_it_reads_or_is_given_up(source: Source) -> None:
    subscription = source.subscribe(limit_bytes=SIZE, overflow=Overflow.BLOCK)
    source.put(subscription, quote(1.0))
    before = subscription.is_blocking
    source.put(subscription, quote(2.0))
    full = subscription.is_blocking
    subscription.give_up()

    assert (before, full, subscription.is_blocking) == (False, True, False)
    assert subscription.gaps[0].lost_count == 1


async def test_a_reader_who_was_given_up_loses_its_oldest_until_it_reads_again(source: Source) -> None:
    subscription = source.subscribe(limit_bytes=SIZE, overflow=Overflow.BLOCK)
    source.put(subscription, quote(1.0), quote(2.0))
    subscription.give_up()
    source.put(subscription, quote(3.0))
    given_up = subscription.is_blocking
    reading = subscription.batches()
    await anext(reading)
    source.put(subscription, quote(4.0), quote(5.0))

    assert (given_up, subscription.is_blocking) == (False, True)
    assert [one.lost_count for one in subscription.gaps] == [2]


async def test_the_books_say_where_everything_went(source: Source) -> None:
    subscription = source.subscribe(limit_bytes=2 * SIZE, overflow=Overflow.DROP_OLDEST, name="mine")
    source.put(subscription, *(quote(float(number), symbol) for number, symbol in enumerate("AABAA")))
    reading = subscription.batches()
    await anext(reading)
    ledger = subscription.ledger()

    assert (ledger.name, ledger.received, ledger.delivered, ledger.queued) == ("mine", 4, 1, 1)
    assert ledger.dropped == {"overflow": 2, "repeated": 0}
    assert ledger.balance == 0


async def test_stats_say_what_waits_and_for_how_long(source: Source) -> None:
    subscription = source.subscribe()
    empty = subscription.stats()
    source.put(subscription, quote(1.0, at_ns=1))
    stats = subscription.stats()

    assert (empty.waiting_frames, empty.oldest_s) == (0, 0.0)
    assert (stats.name, stats.waiting_frames, stats.waiting_bytes) == ("Quote of 1", 1, SIZE)
    assert stats.oldest_s > 1e6


async def test_a_name_says_which_reader_it_is(source: Source) -> None:
    assert source.subscribe(name="mine").name == "mine"
    assert source.subscribe(QUOTE, PRINTS).name == "Quote, TimeAndSale of 2"


async def test_a_limit_of_events_counts_the_readers_own(source: Source) -> None:
    subscription = source.subscribe(limit_events=2, overflow=Overflow.FAIL)
    source.put(subscription, frame("Quote", ["A", 1.0, *["B", 2.0] * 50]))
    subscription.close()

    assert [event.bidPrice async for event in subscription] == [1.0]


async def test_a_reader_of_last_values_cannot_be_extended_by_what_must_come_whole(source: Source) -> None:
    subscription = source.subscribe(overflow=Overflow.CONFLATE)

    with pytest.raises(ConfigurationError, match="TimeAndSale cannot be conflated"):
        subscription.change(add=[PRINTS])
