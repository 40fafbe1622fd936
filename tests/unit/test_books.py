from __future__ import annotations

import logging
from itertools import count
from typing import Any

import pytest

from tastytrade.books import DECODED_KEPT, Books
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.messages import Entry
from tastytrade.interest import Interest
from tastytrade.meter import LoopStats
from tastytrade.subscription import Subscription
from tests.unit.reading.frames import frame, quote


class Source:
    """Books with their readers, all of one channel."""

    def __init__(self) -> None:
        self.books = Books()
        self.protocol = ClientProtocol()
        self.interest = Interest([self.protocol], grow=ClientProtocol, most=1, next_gap=count(1).__next__)

    def add(self, *entries: Entry) -> Subscription[Any]:
        reader: Subscription[Any] = Subscription(
            entries, decode=self.books.decode, release=self.interest.leave
        )
        self.interest.add(reader, entries)
        return reader


@pytest.fixture
def source() -> Source:
    return Source()


def test_frames_are_numbered_as_they_come() -> None:
    books = Books()
    frames = [quote(1.0), quote(2.0)]
    for one in frames:
        books.enter(one)

    assert [one.number for one in frames] == [1, 2]


def test_what_comes_otherwise_has_numbers_between_those_of_frames() -> None:
    books = Books()
    before, after = quote(1.0), quote(2.0)
    books.enter(before)
    numbers = books.numbers(3)
    books.enter(after)
    (first,) = books.decode(before).batches
    (last,) = books.decode(after).batches

    assert len(numbers) == 3
    assert first.numbers[-1] < numbers[0] < numbers[-1] < last.numbers[0]


def test_what_a_frame_holds_is_counted_once_however_many_read_it(source: Source) -> None:
    one = quote(1.0)
    source.books.enter(one)
    for _ in range(3):
        source.books.decode(one)
    ledger = source.books.ledger(source.interest, [source.protocol])

    assert (ledger.frames, ledger.bytes, ledger.received) == (1, one.size_bytes, {"Quote": 1})


def test_readers_in_step_share_what_a_frame_holds() -> None:
    books = Books()
    frames = [quote(float(number)) for number in range(DECODED_KEPT)]
    for one in frames:
        one.is_shared = True
    first = [id(books.decode(one)) for one in frames]

    assert [id(books.decode(one)) for one in frames] == first


def test_what_nobody_reads_is_counted_as_unclaimed(source: Source) -> None:
    one = frame("Quote", ["A", 1.0, "B", {}])
    source.books.enter(one)
    source.books.unclaimed(one)
    ledger = source.books.ledger(source.interest, [source.protocol])

    assert (ledger.unclaimed, ledger.readable, ledger.quarantined) == (2, {"Quote": 1}, {"Quote": 1})
    assert ledger.balance == 0


async def test_the_ledger_has_every_reader_and_what_waits_for_it(source: Source) -> None:
    reader, other = source.add(Entry("Quote", "A")), source.add(Entry("Trade", "A"))
    one = frame("Quote", ["A", 1.0, "B", 2.0], "Trade", ["A", 3.0])
    source.books.enter(one)
    for subscription in (reader, other):
        subscription.put(one)
    async for _ in other.batches(duration=0.01):
        pass
    ledger = source.books.ledger(source.interest, [source.protocol])

    assert [(one.received, one.delivered, one.queued) for one in ledger.readers] == [(1, 0, 1), (1, 1, 0)]
    assert ledger.received == {"Quote": 2, "Trade": 1}
    assert ledger.balance == 0


def test_the_ledger_counts_the_other_messages_of_all_connections(source: Source) -> None:
    protocols = [ClientProtocol(), ClientProtocol()]
    for number, protocol in enumerate(protocols, 1):
        protocol.malformed, protocol.unknown, protocol.stray = number, 10 * number, 100 * number
    ledger = source.books.ledger(source.interest, protocols)

    assert (ledger.malformed, ledger.unknown, ledger.stray) == (3, 30, 300)


def test_what_cannot_be_read_is_logged_without_being_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "tastytrade.books")
    Books().decode(frame("Quote", ["A", {}]))

    assert "1 rows of Quote could not be read" in caplog.text


def test_stats_have_rates_and_every_reader(source: Source) -> None:
    reader = source.add(Entry("Quote", "A"))
    for number in range(100):
        one = quote(float(number))
        source.books.enter(one)
        source.books.decode(one)
        reader.put(one)
    stats = source.books.stats(source.interest, LoopStats())

    assert stats.frames_per_second > 0
    assert stats.events_per_second > 0
    assert [one.waiting_frames for one in stats.readers] == [100]
