from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from tastytrade.books import Books
from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import FeedStalled, SlowReader
from tastytrade.source import GapReason
from tastytrade.subscription import Overflow, Subscription
from tests.unit.reading.frames import frame, quote

A_AND_B = (Entry("Quote", "A"), Entry("Quote", "B"))


class Source:
    """The other side of subscriptions: decodes frames and notes who has left."""

    def __init__(self) -> None:
        self.released: list[Subscription[Any]] = []
        self.decode = Books().decode

    def subscribe(self, entries: Sequence[Entry] = A_AND_B, **options: Any) -> Subscription[Any]:
        return Subscription(entries, decode=self.decode, release=self.released.append, **options)


@pytest.fixture
def source() -> Source:
    return Source()


async def prices(subscription: Subscription[Any], **options: Any) -> list[float]:
    return [event.bidPrice async for event in subscription.events(**options)]


async def test_a_reader_gets_what_came_in_order_and_then_the_end(source: Source) -> None:
    subscription = source.subscribe()
    for price in (1.0, 2.0, 3.0):
        subscription.put(quote(price))
    subscription.close()

    assert await prices(subscription) == [1.0, 2.0, 3.0]
    assert subscription.delivered == 3


async def test_who_leaves_the_loop_and_comes_back_has_lost_nothing(source: Source) -> None:
    subscription = source.subscribe()
    subscription.put(frame("Quote", ["A", 1.0, "A", 2.0, "A", 3.0], "Quote", ["B", 4.0], at_ns=9))
    subscription.put(quote(5.0))
    subscription.close()
    found = []
    async for event in subscription:
        found.append(event.bidPrice)
        break
    async for batch in subscription.batches():
        assert batch.received_ns == 9
        found += batch.columns["bidPrice"]
        break

    assert found + await prices(subscription) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert subscription.delivered == 5


async def test_batches_and_events_are_the_same_events(source: Source) -> None:
    by_column, one_by_one = source.subscribe(), source.subscribe()
    for subscription in (by_column, one_by_one):
        subscription.put(frame("Quote", ["A", 1.0, "B", 2.0]))
        subscription.close()
    batches = [batch async for batch in by_column.batches()]

    assert [type(batch) for batch in batches] == [EventBatch]
    assert list(batches[0]) == [event async for event in one_by_one]


async def test_a_reader_gets_its_own_types_and_symbols_only(source: Source) -> None:
    subscription = source.subscribe([Entry("Quote", "A"), Entry("Trade", "B")])
    subscription.put(frame("Quote", ["A", 1.0, "B", 2.0], "Trade", ["A", 3.0, "B", 4.0]))
    subscription.put(frame("Trade", ["A", 5.0]))
    subscription.close()

    assert [event async for event in subscription] == [Quote("A", bidPrice=1.0), Trade("B", price=4.0)]


async def test_a_reader_of_an_order_source_gets_its_orders_only(source: Source) -> None:
    of_one = source.subscribe([Entry("Order", "A", "NTV"), Entry("Quote", "A")])
    of_all = source.subscribe([Entry("Order", "A", "NTV"), Entry("Order", "A")])
    for subscription in (of_one, of_all):
        subscription.put(frame("Order", ["A", "NTV", 1, "A", "DEX", 2, "A", "", 3], "Quote", ["A", 4.0]))
        subscription.put(frame("Order", ["A", "DEX", 5]))
        subscription.close()

    assert [getattr(event, "index", None) async for event in of_one] == [1, 3, None]
    assert [event.index async for event in of_all] == [1, 2, 3, 5]


async def test_two_readers_of_a_frame_share_what_it_decodes_to(source: Source) -> None:
    one, two = source.subscribe(), source.subscribe()
    shared = quote(1.0)
    shared.is_shared = True
    for subscription in (one, two):
        subscription.put(shared)
        subscription.close()
    (first,) = [batch async for batch in one.batches()]
    (second,) = [batch async for batch in two.batches()]

    assert first is second


async def test_a_waiting_reader_is_woken(source: Source) -> None:
    subscription = source.subscribe()
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(prices(subscription))
        await asyncio.sleep(0)
        subscription.put(quote(1.0))
        await asyncio.sleep(0)
        subscription.put(quote(2.0))
        subscription.close()

    assert reading.result() == [1.0, 2.0]


async def test_a_duration_ends_reading_when_nothing_comes(source: Source) -> None:
    subscription = source.subscribe()
    subscription.put(quote(1.0))

    assert await prices(subscription, duration=0.2) == [1.0]


async def test_reading_goes_on_after_a_duration(source: Source) -> None:
    subscription = source.subscribe()
    before = await prices(subscription, duration=0.01)
    subscription.put(quote(1.0))

    assert before == []
    assert await prices(subscription, duration=0.2) == [1.0]


async def test_a_duration_ends_reading_however_much_comes(source: Source) -> None:
    subscription = source.subscribe()
    subscription.put(quote(1.0))
    async for _ in subscription.batches(duration=0.02):
        subscription.put(quote(1.0))
        subscription.put(quote(2.0))
        await asyncio.sleep(0)

    assert subscription.waiting_bytes > 0


async def test_a_reader_with_work_to_do_lets_others_have_their_turn(source: Source) -> None:
    subscription = source.subscribe()
    for number in range(60):
        subscription.put(quote(float(number)))
    subscription.close()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    neighbour = asyncio.create_task(others())
    read = 0
    async for _ in subscription:
        read += 1
        until = time.monotonic() + 0.001
        while time.monotonic() < until:
            pass
    neighbour.cancel()

    assert read == 60
    assert turns >= 5


async def test_what_waits_is_counted_in_bytes_of_text(source: Source) -> None:
    subscription = source.subscribe()
    subscription.put(quote(1.0))
    waiting = subscription.waiting_bytes
    subscription.close()
    await prices(subscription)

    assert waiting == quote(1.0).size_bytes
    assert subscription.waiting_bytes == 0


async def test_over_the_limit_the_oldest_go_and_one_gap_tells_from_when_to_when(
    source: Source,
) -> None:
    subscription = source.subscribe(limit_bytes=5 * quote(1.0).size_bytes, overflow=Overflow.DROP_OLDEST)
    for number in range(10):
        subscription.put(quote(float(number), at_ns=1000 + number, epoch=1 + number // 5))
    subscription.close()
    (lost,) = subscription.gaps

    assert (lost.reason, lost.from_ns, lost.to_ns) == (GapReason.OVERFLOW, 1000, 1005)
    assert (lost.epoch_before, lost.epoch_after, lost.lost_count) == (1, 2, 5)
    assert await prices(subscription) == [5.0, 6.0, 7.0, 8.0, 9.0]


async def test_what_waits_never_exceeds_the_limit(source: Source) -> None:
    size = quote(1.0).size_bytes
    subscription = source.subscribe(limit_bytes=5 * size + 1, overflow=Overflow.DROP_OLDEST)
    highest = 0
    for number in range(1000):
        subscription.put(quote(float(number % 10)))
        highest = max(highest, subscription.waiting_bytes)
    subscription.close()
    read = await prices(subscription)

    assert highest <= 5 * size + 1
    assert subscription.ledger().dropped["overflow"] + len(read) == 1000


async def test_where_nothing_was_dropped_there_is_no_gap(source: Source) -> None:
    subscription = source.subscribe(limit_bytes=100, overflow=Overflow.DROP_OLDEST)
    subscription.put(frame("Quote", ["A", 1.0] * 50))
    subscription.close()

    assert await prices(subscription) == [1.0] * 50
    assert (subscription.gaps, subscription.ledger().balance) == ([], 0)


async def test_a_reader_that_keeps_up_has_no_gap(source: Source) -> None:
    subscription = source.subscribe(limit_bytes=2 * quote(1.0).size_bytes)
    events = subscription.events()
    read = []
    for number in range(20):
        subscription.put(quote(float(number)))
        read.append((await anext(events)).bidPrice)

    assert read == [float(number) for number in range(20)]
    assert subscription.gaps == []


async def test_a_reader_that_must_not_lose_anything_gets_what_fits_and_then_fails(source: Source) -> None:
    subscription = source.subscribe(limit_bytes=100, overflow=Overflow.FAIL)
    for number in range(10):
        subscription.put(quote(float(number)))

    with pytest.raises(SlowReader, match="read faster, raise limit_bytes, or choose"):
        await prices(subscription)
    with pytest.raises(SlowReader):
        await prices(subscription)
    assert source.released == [subscription]
    assert subscription.gaps == []
    assert subscription.delivered == 2


async def test_closing_releases_once_and_nothing_more_is_taken_in(source: Source) -> None:
    subscription = source.subscribe()
    subscription.put(quote(1.0))
    subscription.close()
    subscription.close()
    subscription.put(quote(2.0))

    assert source.released == [subscription]
    assert await prices(subscription) == [1.0]
    assert await prices(subscription) == []


async def test_leaving_the_block_closes(source: Source) -> None:
    async with source.subscribe() as subscription:
        assert source.released == []

    assert source.released == [subscription]


async def test_a_source_that_ends_ends_the_readers_after_what_had_come(source: Source) -> None:
    subscription = source.subscribe()
    subscription.put(quote(1.0))
    subscription.end()

    assert await prices(subscription) == [1.0]
    assert source.released == []


async def test_a_source_that_fails_tells_the_reader_after_what_had_come(source: Source) -> None:
    subscription = source.subscribe()
    subscription.put(quote(1.0))
    subscription.end(FeedStalled("nothing arrived"))
    events = subscription.events()

    assert (await anext(events)).bidPrice == 1.0
    with pytest.raises(FeedStalled, match="nothing arrived"):
        await anext(events)


async def test_a_waiting_reader_is_told_of_the_end_at_once(source: Source) -> None:
    subscription = source.subscribe()
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(prices(subscription))
        await asyncio.sleep(0)
        subscription.close()

    assert reading.result() == []


async def test_a_subscription_says_what_it_is_to(source: Source) -> None:
    subscription = source.subscribe([*A_AND_B, Entry("Trade", "A")], overflow=Overflow.FAIL)

    assert repr(subscription) == "<Subscription 'Quote, Trade of 3': 0 delivered, overflow fail>"


async def test_a_history_from_another_start_takes_the_place_of_the_one_before(source: Source) -> None:
    newest = Entry("Candle", "SPY{=d}")
    first, second = (Entry("Candle", "SPY{=d}", from_time=since) for since in (2_000, 1_000))
    subscription = source.subscribe([newest, first])
    subscription.change(add=[second])
    after_adding = subscription.entries
    subscription.change(remove=[second])

    assert after_adding == (newest, second)
    assert subscription.entries == (newest,)
