from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from tastytrade.dxfeed import Candle, EventType, Order, Quote, Trade
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.errors import ConfigurationError, FeedStalled
from tastytrade.interest import Interest, entries_of
from tastytrade.subscription import Subscription
from tests.unit.dxlink.pair import Pair

SPX, NVDA, TRADE = Entry("Quote", "SPX"), Entry("Quote", "NVDA"), Entry("Trade", "SPX")
PRINTS = Entry("TimeAndSale", "SPX")


class Readers:
    """An Interest with a protocol that talks to a server in memory."""

    def __init__(self, plans: Iterable[ChannelPlan] | None = None, *, most: int = 1) -> None:
        self.pair = Pair(plans=None if plans is None else list(plans))
        self.lines = [self.pair.client]
        self.interest = Interest(self.lines, grow=self._grow, most=most, next_gap=count(1).__next__)
        self.pair.settle()

    def _grow(self) -> ClientProtocol:
        self.lines.append(ClientProtocol())
        return self.lines[-1]

    def add(self, *entries: Entry, **options: Any) -> Subscription[Any]:
        subscription: Subscription[Any] = Subscription(
            entries, decode=Frame.decode, release=self.interest.leave, **options
        )
        self.interest.add(subscription, subscription.entries)
        self.pair.settle()
        return subscription

    @property
    def known_to_server(self) -> set[tuple[str, str, str]]:
        return {key for channel in self.pair.server.channels.values() for key in channel.entries}

    def frame(self, number: int) -> Frame:
        text = b'{"type":"FEED_DATA","channel":%d,"data":[]}' % number
        return Frame([text], {}, channel=number, epoch=1, received_ns=0)


@pytest.fixture
def readers() -> Readers:
    return Readers()


async def test_what_two_readers_want_is_known_to_the_server_once(readers: Readers) -> None:
    readers.add(SPX, NVDA)
    readers.add(NVDA)

    assert readers.known_to_server == {SPX.key, NVDA.key}
    assert readers.pair.client.progress == (2, 2)


async def test_a_later_reader_has_the_current_value_sent_again(readers: Readers) -> None:
    readers.add(SPX)
    before = len(readers.pair.changes)
    readers.add(SPX)
    again = readers.pair.changes[before:]

    assert [change.removed for change in again if change.removed] == [[SPX]]
    assert [change.added for change in again if change.added] == [[SPX]]


async def test_who_comes_back_before_the_server_was_told_of_leaving_has_the_value_sent_again(
    readers: Readers,
) -> None:
    readers.add(SPX).close()
    before = len(readers.pair.changes)
    readers.add(SPX)
    again = readers.pair.changes[before:]

    assert [change.added for change in again if change.added] == [[SPX]]


async def test_a_later_reader_of_prints_disturbs_nobody(readers: Readers) -> None:
    readers.add(PRINTS)
    before = len(readers.pair.changes)
    readers.add(PRINTS)

    assert readers.pair.changes[before:] == []


async def test_what_is_wanted_is_given_up_with_its_last_reader(readers: Readers) -> None:
    one, two = readers.add(SPX, NVDA), readers.add(NVDA)
    one.close()
    readers.pair.settle()
    after_one = readers.known_to_server
    two.close()
    readers.pair.settle()

    assert after_one == {NVDA.key}
    assert readers.known_to_server == set()


async def test_leaving_twice_takes_nothing_from_others(readers: Readers) -> None:
    one, _two = readers.add(SPX), readers.add(SPX)
    readers.interest.leave(one)
    readers.interest.leave(one)
    readers.pair.settle()

    assert readers.known_to_server == {SPX.key}


async def test_a_frame_goes_to_every_reader_of_its_channel_and_to_no_other(readers: Readers) -> None:
    quotes, trades, prints = readers.add(SPX), readers.add(TRADE), readers.add(PRINTS)
    number = next(
        channel.number for channel in readers.pair.client.channels if SPX.key in channel.wanted.desired
    )

    assert readers.interest.route(readers.pair.client, readers.frame(number))
    assert quotes.waiting_bytes == trades.waiting_bytes > 0
    assert prints.waiting_bytes == 0


async def test_a_frame_that_nobody_reads_is_said_to_be_unclaimed(readers: Readers) -> None:
    readers.add(SPX).close()

    assert not readers.interest.route(readers.pair.client, readers.frame(1))
    assert not readers.interest.route(readers.pair.client, readers.frame(99))


@pytest.mark.parametrize("order", [sorted, lambda times: sorted(times, reverse=True)])
async def test_of_two_histories_the_longer_one_is_asked_for(
    readers: Readers, order: Callable[[list[int]], list[int]]
) -> None:
    for since in order([1_000, 2_000]):
        readers.add(Entry("Candle", "SPY{=d}", from_time=since))
    (entry,) = readers.pair.server.channels[1].entries.values()

    assert entry.from_time == 1_000


@pytest.mark.parametrize("times", [(None, 1_000), (1_000, None)])
async def test_a_history_and_the_newest_candle_of_a_symbol_are_two_things(
    readers: Readers, times: tuple[int | None, int | None]
) -> None:
    entries = [Entry("Candle", "SPY{=d}", from_time=since) for since in times]
    subscriptions = [readers.add(entry) for entry in entries]
    channels = readers.pair.server.channels.values()
    known = [entry for channel in channels for entry in channel.entries.values()]
    for subscription in subscriptions:
        subscription.close()
        readers.pair.settle()

    assert known == entries
    assert readers.known_to_server == set()


async def test_a_reader_without_a_start_does_not_shorten_anothers_history() -> None:
    readers = Readers([ChannelPlan(Contract.AUTO, frozenset({"Candle"}))])
    for since in (None, 2_000, None, 1_000):
        readers.add(Entry("Candle", "SPY{=d}", from_time=since))
    (entry,) = readers.pair.server.channels[1].entries.values()

    assert entry.from_time == 1_000


async def test_a_type_that_no_channel_takes_is_refused_and_nothing_is_wanted() -> None:
    readers = Readers([ChannelPlan(Contract.TICKER, frozenset({"Quote"}))])

    with pytest.raises(ConfigurationError, match="no channel of this connection takes Trade"):
        readers.add(SPX, TRADE)
    assert readers.pair.client.progress == (0, 0)


async def test_the_end_reaches_every_reader(readers: Readers) -> None:
    several, one = readers.add(SPX, PRINTS), readers.add(SPX)
    readers.interest.end(FeedStalled("over"))

    for subscription in (several, one):
        with pytest.raises(FeedStalled):
            await anext(subscription.batches())


@pytest.mark.parametrize("event_types", [Quote, EventType.QUOTE, "Quote", [Quote], [Quote, "Quote"]])
def test_an_event_type_may_be_named_in_several_ways(event_types: Any) -> None:
    assert entries_of(event_types, ["SPX", "NVDA", "SPX"]) == [SPX, NVDA]


def test_several_types_of_several_symbols_are_all_combinations() -> None:
    entries = entries_of((Quote, Trade), iter(["SPX", "NVDA"]))

    assert [(entry.type, entry.symbol) for entry in entries] == [
        ("Quote", "SPX"),
        ("Quote", "NVDA"),
        ("Trade", "SPX"),
        ("Trade", "NVDA"),
    ]


def test_candle_symbols_are_asked_for_as_the_server_will_spell_them() -> None:
    (entry,) = entries_of(Candle, ["SPY{=1d}"], from_time=1_735_689_600_000)

    assert entry == Entry("Candle", "SPY{=d}", from_time=1_735_689_600_000)


def test_a_start_time_is_unix_milliseconds_on_the_wire() -> None:
    (entry,) = entries_of(Candle, ["SPY{=d}"], from_time=datetime(2025, 1, 1, tzinfo=UTC))

    assert entry.from_time == 1_735_689_600_000


def test_an_order_source_goes_with_order_books() -> None:
    (entry,) = entries_of(Order, ["AAPL"], source="NTV")

    assert entry.source == "NTV"


@pytest.mark.parametrize(
    ("event_types", "options", "words"),
    [
        (Quote, {"from_time": 0}, "Quote has no history"),
        ([Candle, Quote], {"from_time": 0}, "Quote has no history"),
        (Quote, {"source": "NTV"}, "Quote has no order sources"),
        (Candle, {"source": "NTV"}, "Candle has no order sources"),
        (Candle, {"from_time": datetime(2025, 1, 1)}, r"tzinfo=UTC"),  # noqa: DTZ001 - naive on purpose
        ([], {}, "the list of event types is empty"),
        ("Quotes", {}, "unknown event type"),
        ([Quote, "Rumour"], {}, "unknown event type"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(event_types: Any, options: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        entries_of(event_types, ["SPX"], **options)


@pytest.mark.parametrize("from_time", ["2025-01-01", 1_735_689_600_000.0])
def test_a_start_time_that_is_none_is_refused(from_time: Any) -> None:
    with pytest.raises(ConfigurationError, match="from_time must be a datetime with a time zone, not"):
        entries_of(Candle, ["SPY{=d}"], from_time=from_time)


async def test_after_the_end_nothing_is_wanted(readers: Readers) -> None:
    ended = readers.add(SPX, PRINTS)
    readers.interest.end(None)
    readers.pair.settle()
    ended.close()

    assert readers.known_to_server == set()
    assert readers.pair.client.progress == (0, 0)
