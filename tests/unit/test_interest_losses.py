"""Where what is wanted is kept when there are several connections, and who is told of which loss."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tastytrade.books import Books
from tastytrade.dxfeed import EventFlags
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.dxlink.channel import Channel
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.errors import ConfigurationError, TooManySubscriptions
from tastytrade.interest import HEARD_LATE_NS, Interest
from tastytrade.subscription import Overflow, Subscription
from tests.unit.reading.frames import series

BEGIN, END = int(EventFlags.SNAPSHOT_BEGIN), int(EventFlags.SNAPSHOT_END)
A, B, C = (Entry("Quote", symbol) for symbol in "ABC")
PRINTS = Entry("TimeAndSale", "A")


class Source:
    """An Interest over protocols that nobody serves, each with room for so many."""

    def __init__(self, budgets: list[int] | None = None, *, most: int = 1) -> None:
        self._budgets: Iterator[int] = iter(budgets or [])
        self.lines: list[ClientProtocol] = []
        self.interest = Interest(self.lines, grow=self.grow, most=most, next_gap=count(1).__next__)
        self.grow()

    def grow(self) -> ClientProtocol:
        line = ClientProtocol(pace=0.0)
        line.budget = next(self._budgets, line.budget)
        self.lines.append(line)
        return line

    def add(self, *entries: Entry, **options: Any) -> Subscription[Any]:
        subscription: Subscription[Any] = Subscription(
            entries, decode=Books().decode, release=self.interest.leave, **options
        )
        self.interest.add(subscription, entries)
        return subscription

    def channel(self, entry: Entry, line: int = 0) -> Channel:
        return self.lines[line].channel_for(entry)

    def lose(
        self,
        entry: Entry,
        *,
        line: int = 0,
        since_ns: int = 100,
        epoch: int = 1,
        reason: GapReason | None = None,
    ) -> None:
        self.interest.lose(
            self.channel(entry, line),
            reason or GapReason.DISCONNECT,
            since_ns=since_ns,
            epoch=epoch,
            scope=GapScope.CONNECTION,
        )

    def wanted(self) -> list[set[str]]:
        return [
            {key[1] for channel in line.channels for key in channel.wanted.desired} for line in self.lines
        ]


def candles(subscription: Subscription[Any], *rows: tuple[int, int] | int, name: str = "Candle") -> None:
    subscription.put(series(name, *rows))


async def read(subscription: Subscription[Any]) -> list[int]:
    return [event.index >> 32 async for event in subscription.events(duration=0.01)]


@pytest.fixture
def source() -> Source:
    return Source()


# Places.


def test_what_the_first_connection_has_no_room_for_goes_to_the_next() -> None:
    source = Source([2, 2], most=2)
    source.add(A, B, C)

    assert source.wanted() == [{"A", "B"}, {"C"}]


def test_what_is_wanted_already_stays_where_it_is() -> None:
    source = Source([2, 2], most=2)
    source.add(A, B)
    source.add(C, B, A)

    assert source.wanted() == [{"A", "B"}, {"C"}]


def test_room_that_was_given_up_is_used_before_another_connection() -> None:
    source = Source([2, 2], most=2)
    source.add(A, B).close()
    source.add(C)

    assert source.wanted() == [{"C"}]


def test_more_than_all_connections_hold_is_refused_and_nothing_has_changed() -> None:
    source = Source([2], most=1)
    source.add(A)

    with pytest.raises(TooManySubscriptions, match="2 subscriptions more than the 1 there are"):
        source.add(A, B, C, overflow=Overflow.BLOCK)
    assert source.wanted() == [{"A"}]
    assert source.interest.blocked(source.lines[0]) == []
    assert len(source.interest.everyone()) == 1


def test_what_no_channel_takes_is_refused_and_nothing_has_changed() -> None:
    source = Source()
    source.lines[0].channels = [Channel(ChannelPlan(Contract.TICKER, frozenset({"Quote"})))]

    with pytest.raises(ConfigurationError, match="no channel of this connection takes TimeAndSale"):
        source.add(A, PRINTS)
    assert source.wanted() == [set()]


def test_what_is_wanted_in_both_ways_takes_two_places() -> None:
    source = Source([2, 2], most=2)
    source.add(Entry("Candle", "A{=d}"), Entry("Candle", "A{=d}", from_time=0), A)

    assert source.wanted() == [{"A{=d}"}, {"A"}]
    assert source.lines[0].desired == 2


def test_giving_up_frees_the_place_on_the_connection_it_was_on() -> None:
    source = Source([1, 1], most=2)
    source.add(A)
    second = source.add(B)
    second.close()

    assert source.wanted() == [{"A"}, set()]


# Losses.


def test_a_reader_is_told_once_of_a_loss_and_once_of_its_end(source: Source) -> None:
    reader = source.add(A)
    source.lose(A, since_ns=100)
    source.lose(A, since_ns=200, reason=GapReason.STALL)
    (opened,) = reader.gaps
    source.interest.regain(source.channel(A), epoch=3)
    source.interest.regain(source.channel(A), epoch=4)
    (ended,) = reader.gaps

    assert (opened.reason, opened.from_ns, opened.is_open) == (GapReason.DISCONNECT, 100, True)
    assert (ended.number, ended.from_ns, ended.epoch_after) == (opened.number, 100, 3)
    assert ended.to_ns is not None
    assert ended.to_ns >= opened.detected_ns + HEARD_LATE_NS


def test_only_readers_of_the_channel_are_told(source: Source) -> None:
    quotes, prints, both = source.add(A), source.add(PRINTS), source.add(A, PRINTS)
    source.lose(PRINTS)

    assert quotes.gaps == []
    assert [one.event_types for one in prints.gaps] == [("TimeAndSale",)]
    assert [one.event_types for one in both.gaps] == [("TimeAndSale",)]


def test_every_reader_and_channel_has_a_gap_of_its_own(source: Source) -> None:
    readers = [source.add(A, PRINTS), source.add(A)]
    source.lose(A)
    source.lose(PRINTS)
    numbers = [one.number for reader in readers for one in reader.gaps]

    assert len(numbers) == len(set(numbers)) == 3


def test_what_was_gathered_for_a_delivery_counts_as_lost(source: Source) -> None:
    reader = source.add(A)
    source.channel(A).aggregation_period = 0.1
    source.lose(A, since_ns=1_000_000_000)

    assert reader.gaps[0].from_ns == 900_000_000


def test_who_comes_after_a_loss_has_not_lost_anything(source: Source) -> None:
    source.add(A)
    source.lose(A)
    late = source.add(A)
    source.interest.regain(source.channel(A), epoch=2)

    assert late.gaps == []


def test_who_has_left_is_told_no_more(source: Source) -> None:
    reader = source.add(A)
    source.lose(A)
    reader.close()
    source.interest.regain(source.channel(A), epoch=2)

    assert [one.is_open for one in reader.gaps] == [True]


def test_of_several_connections_a_loss_concerns_the_symbols_on_it() -> None:
    source = Source([2, 2], most=2)
    reader = source.add(A, B, C)
    source.lose(C, line=1)
    source.lose(A, line=0)

    assert [one.symbols for one in reader.gaps] == [("C",), ("A", "B")]


def test_of_several_connections_a_loss_does_not_concern_who_has_nothing_on_it() -> None:
    source = Source([1, 1], most=2)
    first, second = source.add(A), source.add(B)
    source.lose(A, line=0)

    assert (len(first.gaps), second.gaps) == (1, [])


# Histories that go on.


async def test_a_history_that_was_whole_is_asked_for_from_its_newest_event(source: Source) -> None:
    entry = Entry("Candle", "A", from_time=5000)
    reader = source.add(entry)
    candles(reader, (9, BEGIN), 8, (7, END))
    await read(reader)
    source.interest.resume(source.lines[0])
    (desired,) = source.channel(entry).wanted.desired.values()

    assert desired.from_time == 9000


async def test_a_history_that_one_reader_has_not_whole_is_asked_for_from_its_start(source: Source) -> None:
    entry = Entry("Candle", "A", from_time=5000)
    whole, half = source.add(entry), source.add(entry)
    candles(whole, (9, BEGIN), (7, END))
    candles(half, (9, BEGIN), 8)
    await read(whole)
    await read(half)
    source.interest.resume(source.lines[0])
    (desired,) = source.channel(entry).wanted.desired.values()

    assert desired.from_time == 5000


async def test_the_empty_history_of_a_symbol_is_asked_for_from_its_start(source: Source) -> None:
    entry = Entry("Candle", "A", from_time=5000)
    reader = source.add(entry)
    candles(reader, (2_000_000_000, BEGIN | END | int(EventFlags.REMOVE_EVENT)))
    await read(reader)
    source.interest.resume(source.lines[0])
    (desired,) = source.channel(entry).wanted.desired.values()

    assert desired.from_time == 5000


async def test_a_later_reader_of_a_shorter_history_takes_nothing_from_a_longer_one(source: Source) -> None:
    long, short = (Entry("TimeAndSale", "A", from_time=since) for since in (1000, 5000))
    first = source.add(long)
    source.channel(long).wanted.next_message(1)
    candles(first, (9, BEGIN), 8, name="TimeAndSale")
    source.add(short)  # what the server now sends begins again
    candles(first, (9, BEGIN), 8, 7, 6, (1, END), name="TimeAndSale")

    assert set(await read(first)) == {9, 8, 7, 6, 1}
