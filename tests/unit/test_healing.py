"""Gaps in prints are filled from history, asked of a feed that is played by hand."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest

from tastytrade.dxfeed import EventFlags, TimeAndSale
from tastytrade.dxfeed.gap import Gap, Healed
from tastytrade.dxlink.frame import Frame, numbers_of
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import StreamClosed
from tastytrade.healing import AT_ONCE, Healing
from tastytrade.subscription import Subscription
from tests.integration.waiting import until
from tests.unit.oneshot.hand_feed import HandFeed
from tests.unit.reading.frames import at, gap, prints

BEGIN, END, SNIP = EventFlags.SNAPSHOT_BEGIN, EventFlags.SNAPSHOT_END, EventFlags.SNAPSHOT_SNIP


def printed(second: int, flags: int = 0, symbol: str = "A") -> TimeAndSale:
    return TimeAndSale(
        symbol, eventFlags=int(flags), index=at(second), time=second * 1000, price=float(second)
    )


class Feed(HandFeed):
    """Answers each question with the prints of ``history``, newest first, the last with ``end``."""

    histories_room: Any = None

    def __init__(self, *history: int, end: int = END) -> None:
        super().__init__(self._tell)
        self.history = history
        self.end = end
        self.since: list[int | None] = []
        self.failure: Exception | None = None

    def subscribe(self, *args: Any, **options: Any) -> Subscription[Any]:
        if self.failure is not None:
            raise self.failure
        self.since.append(options.get("from_time"))
        return super().subscribe(*args, **options)

    def _tell(self, _: HandFeed, subscription: Subscription[Any]) -> None:
        (entry,) = subscription.entries
        first, *rest = self.history
        rows = [printed(first, BEGIN, entry.symbol), *(printed(one, 0, entry.symbol) for one in rest)]
        last = rows.pop()
        flags = last.eventFlags | self.end
        self.send(*rows, printed(last.index >> 32, flags, entry.symbol))


class Rig:
    """A reader of prints, and what heals it."""

    def __init__(self, feed: Feed, *symbols: str) -> None:
        self.feed = feed
        self.frames = count(1)
        self.healing = Healing(feed, lambda rows: numbers_of(next(self.frames), 0, rows))  # type: ignore[arg-type]  # a feed played by hand
        self.reader: Subscription[Any] = Subscription(
            [Entry("TimeAndSale", symbol) for symbol in symbols or ("A",)],
            decode=Frame.decode,
            release=lambda _: None,
            heal=self.healing.heal,
        )
        self.got: list[float] = []
        self.numbers: list[int] = []
        self.gaps: list[Gap] = []

    def put(self, *seconds: int, symbol: str = "A") -> None:
        self.reader.put(prints(*seconds, symbol=symbol, number=next(self.frames)))

    async def read(self) -> None:
        async for record in self.reader.records():
            if isinstance(record, Gap):
                self.gaps.append(record)
            else:
                self.got += record.columns["price"]
                self.numbers += record.numbers

    async def read_until_healed(self) -> None:
        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(self.read())
            await until(lambda: not self.healing._missing and bool(self.gaps))
            reading.cancel()


async def test_prints_that_were_missed_come_from_history_and_the_gap_is_told_again() -> None:
    rig = Rig(Feed(6, 5, 4, 3, 2))
    rig.put(1, 2)
    lost = gap("TimeAndSale", from_s=3, to_s=5)
    rig.reader.add_gap(lost)
    rig.put(6)
    await rig.read_until_healed()

    assert sorted(rig.got) == [1, 2, 3, 4, 5, 6]
    assert [(one.number, one.healed, one.healed_rows) for one in rig.gaps] == [
        (lost.number, Healed.NONE, 0),
        (lost.number, Healed.FULL, 3),
    ]
    assert rig.feed.since == [2000]
    assert rig.feed.open == []


async def test_ingest_numbers_rise_over_what_history_gave() -> None:
    rig = Rig(Feed(5, 4, 3, 1))
    rig.put(1)
    rig.reader.add_gap(gap("TimeAndSale", from_s=2, to_s=6))
    await rig.read_until_healed()

    assert rig.numbers == sorted(set(rig.numbers))
    assert len(rig.numbers) == 4


async def test_a_history_that_was_cut_heals_in_part() -> None:
    rig = Rig(Feed(5, 4, 1, end=SNIP))
    rig.put(1)
    rig.reader.add_gap(gap("TimeAndSale", from_s=2, to_s=6))
    await rig.read_until_healed()

    assert rig.gaps[-1].healed is Healed.PARTIAL


async def test_a_source_that_is_over_heals_nothing_and_says_nothing() -> None:
    feed = Feed(5)
    feed.failure = StreamClosed("closed")
    rig = Rig(feed)
    rig.put(1)
    rig.reader.add_gap(gap("TimeAndSale", from_s=2, to_s=6))
    await rig.read_until_healed()

    assert [one.healed for one in rig.gaps] == [Healed.NONE]


async def test_two_gaps_are_healed_by_one_question() -> None:
    rig = Rig(Feed(9, 8, 7, 6, 5, 4, 3, 2, 1))
    rig.put(1)
    first = gap("TimeAndSale", from_s=2, to_s=4)
    second = gap("TimeAndSale", from_s=6, to_s=8)
    rig.reader.add_gap(first)
    rig.put(5)
    rig.reader.add_gap(second)
    rig.put(9)
    await rig.read_until_healed()

    assert sorted(rig.got) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert rig.feed.since == [1000]
    assert {one.number for one in rig.gaps if one.healed is Healed.FULL} == {first.number, second.number}


async def test_symbols_are_asked_for_some_at_a_time() -> None:
    symbols = [f"S{number}" for number in range(3 * AT_ONCE)]
    rig = Rig(Feed(5, 4, 1), *symbols)
    rig.put(1, symbol=symbols[0])
    rig.reader.add_gap(gap("TimeAndSale", from_s=2, to_s=6))
    await rig.read_until_healed()

    assert sorted(rig.feed.asked) == sorted(symbols)
    assert rig.feed.most_open <= AT_ONCE
    assert rig.gaps[-1].healed_rows == 2 * len(symbols)


async def test_what_is_wanted_no_more_is_not_asked_for() -> None:
    rig = Rig(Feed(5, 4, 1), "A", "B")
    rig.put(1)
    rig.reader.add_gap(gap("TimeAndSale", from_s=2, to_s=6))
    reading = asyncio.create_task(rig.read())
    await until(lambda: bool(rig.healing._missing))
    rig.reader.change(remove=[Entry("TimeAndSale", "B")])
    await until(lambda: not rig.healing._missing)
    reading.cancel()
    await asyncio.wait([reading])

    assert set(rig.feed.asked) == {"A"}


async def test_closing_gives_up_what_has_not_come_yet() -> None:
    rig = Rig(Feed(5))
    rig.feed._answer = None
    rig.put(1)
    rig.reader.add_gap(gap("TimeAndSale", from_s=2, to_s=6))
    reading = asyncio.create_task(rig.read())
    await until(lambda: bool(rig.feed.open))
    await rig.healing.aclose()
    reading.cancel()
    await asyncio.wait([reading])

    assert rig.feed.open == []
    assert rig.healing._missing == {}


@pytest.mark.parametrize("times", [1, 2])
async def test_closing_where_nothing_is_healed_is_nothing(times: int) -> None:
    rig = Rig(Feed(5))
    for _ in range(times):
        await rig.healing.aclose()

    assert rig.feed.asked == []
