"""Histories: flags, versions, losses amid them, and what heals a gap: D8 to D12 of the fault catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade import Candle
from tastytrade.dxfeed import Event, EventBatch, EventFlags, TimeAndSale, index_of
from tastytrade.dxfeed.gap import Gap, GapReason, Healed
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.snapshot import Change, IndexedEvents
from tastytrade.subscription import Subscription
from tests.integration.catalogue.feed_server import FeedServer, Link
from tests.integration.catalogue.reading import (
    Records,
    events_in,
    events_until,
    feed,
    records_until,
    values_of,
)

DAY = "SPY{=d}"
BEGIN, END, SNIP = EventFlags.SNAPSHOT_BEGIN, EventFlags.SNAPSHOT_END, EventFlags.SNAPSHOT_SNIP
REMOVE, PENDING = EventFlags.REMOVE_EVENT, EventFlags.TX_PENDING
START_MS = 1_700_000_000_000


def candle(number: int, flags: int = 0, close: float = 1.0) -> Candle:
    """The so-many-th candle of a series."""
    moment = START_MS + number * 60_000
    return Candle(DAY, eventFlags=int(flags), index=index_of(moment), time=moment, close=close)


def sale(number: int, flags: int = 0) -> TimeAndSale:
    """The so-many-th print of a tape."""
    moment = START_MS + number * 1000
    return TimeAndSale("SPY", eventFlags=int(flags), index=index_of(moment), time=moment, size=float(number))


def snapshot(events: Sequence[Any], last: EventFlags = END) -> list[Any]:
    """The events newest first, with the flags of a snapshot."""
    flags = [0] * len(events)
    flags[0] |= BEGIN
    flags[-1] |= last
    return [replace(one, eventFlags=int(flag)) for one, flag in zip(events[::-1], flags, strict=True)]


def numbers_of(events: Iterable[Any]) -> list[int]:
    """Which candles or prints these are."""
    return [(event.time - START_MS) // (60_000 if isinstance(event, Candle) else 1000) for event in events]


def view_of(events: Iterable[Event]) -> IndexedEvents[Any]:
    """What is known after these."""
    view = IndexedEvents[Any]()
    for event in events:
        view.apply(event)
    return view


async def read_of(rows: Sequence[Event]) -> list[Any]:
    """What a reader of a history gets when the server says this."""
    async with FeedServer() as server, feed(server) as streamer:
        candles = streamer.subscribe(Candle, [DAY], from_time=START_MS)
        link = await (await server.link()).wants(DAY)
        await link.give(*rows, contract=Contract.HISTORY)
        return await events_until(candles, len(rows))


async def test_d8_a_row_that_is_removed_says_so_and_is_gone_from_what_is_known() -> None:
    gone = replace(candle(2), eventFlags=int(REMOVE), close=99.0)
    read = await read_of([*snapshot([candle(1), candle(2), candle(3)]), gone])

    assert read[-1].eventFlags & REMOVE
    assert numbers_of(view_of(read).events.values()) == [3, 1]


@pytest.mark.parametrize(
    ("rows", "complete", "cut", "known"),
    [
        (snapshot([candle(1), candle(2)]), True, False, [2, 1]),
        (snapshot([candle(1), candle(2)], SNIP), True, True, [2, 1]),
        (snapshot([candle(1), candle(2)])[:1], False, False, []),
        ([candle(0, BEGIN | END | REMOVE)], True, False, []),
        ([candle(9), *snapshot([candle(1), candle(2)])], True, False, [2, 1]),
        ([candle(2, BEGIN | PENDING), candle(1, END | PENDING)], False, False, []),
        ([candle(2, BEGIN | PENDING), candle(1, END | PENDING), candle(1)], True, False, [2, 1]),
        ([*snapshot([candle(1)]), candle(2, PENDING), candle(3)], True, False, [1, 2, 3]),
        ([*snapshot([candle(1)]), candle(2, PENDING)], True, False, [1]),
        ([*snapshot([candle(1)]), *snapshot([candle(5), candle(6)])[:1]], True, False, [1]),
    ],
    ids=["whole", "cut", "begun", "empty", "early row", "pending", "told", "transaction", "half", "again"],
)
async def test_d9_a_snapshot_is_known_when_it_is_whole(
    rows: list[Candle], complete: bool, cut: bool, known: list[int]
) -> None:
    view = view_of(await read_of(rows))

    assert (view.is_complete, view.is_cut) == (complete, cut)
    assert numbers_of(view.events.values()) == known


async def test_d9_the_virtual_row_that_ends_a_transaction_is_no_event() -> None:
    sentinel = Candle(DAY, eventFlags=int(REMOVE), index=SENTINEL_INDEX, time=2_147_483_648_023)
    view = view_of(await read_of([*snapshot([candle(1)]), sentinel]))

    assert numbers_of(view.events.values()) == [1]


async def test_d10_a_thousand_versions_of_one_candle_are_all_delivered_and_one_is_known() -> None:
    versions = [candle(2, close=float(price)) for price in range(1000)]
    read = await read_of([*snapshot([candle(1), candle(2)]), *versions])
    view = view_of(read)

    assert values_of(read[2:], "close") == [float(price) for price in range(1000)]
    assert numbers_of(view.events.values()) == [2, 1]
    assert view.events[candle(2).index].close == 999.0


async def test_d11_a_snapshot_that_a_loss_cuts_short_is_asked_for_again_and_never_passes_for_whole() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        candles = streamer.subscribe(Candle, [DAY], from_time=START_MS)
        link = await (await server.link()).wants(DAY)
        whole = snapshot([candle(number) for number in range(6)])
        await link.give(*whole[:3], contract=Contract.HISTORY)
        before = await events_until(candles, 3)
        link.abort()
        link = await (await server.link(2)).wants(DAY)
        asked = link.entries(Contract.HISTORY)[DAY].from_time
        await link.give(*whole, contract=Contract.HISTORY)
        after = await events_until(candles, 6)
        await records_until(candles, lambda _: candles.gaps[0].healed is not Healed.NONE)

    view = view_of(before)
    (gap,) = candles.gaps
    assert asked == START_MS
    assert view.is_complete is False
    view.restart()
    assert [view.apply(event) for event in after] == [None] * 5 + [Change.SNAPSHOT]
    assert numbers_of(view.events.values()) == [5, 4, 3, 2, 1, 0]
    assert (gap.reason, gap.is_open, gap.healed) == (GapReason.DISCONNECT, False, Healed.FULL)


# D12: after a loss.


class Tape:
    """A server's memory of prints: answers who asks for a history."""

    def __init__(self, last: EventFlags = END) -> None:
        self.sales: list[TimeAndSale] = []
        self.asked: list[int | None] = []
        self._last = last

    async def answer(self, link: Link, contract: Contract, entries: list[Entry]) -> None:
        for entry in entries:
            if contract is not Contract.HISTORY:
                continue
            self.asked.append(entry.from_time)
            rows = [one for one in self.sales if one.time >= (entry.from_time or 0)]
            if rows:
                await link.give(*snapshot(rows, self._last), contract=contract)
            else:
                await link.give(sale(0, BEGIN | END | REMOVE), contract=contract)


async def healed(subscription: Subscription[Any]) -> tuple[list[Any], Gap]:
    """What a reader gets until the gap says how far it was healed."""
    records: Records = await records_until(
        subscription,
        lambda found: isinstance(found[-1], Gap) and found[-1].healed is not Healed.NONE,
    )
    return events_in(records), subscription.gaps[0]


@pytest.mark.parametrize("early", [True, False], ids=["live rows come before the history", "after it"])
async def test_d12_prints_that_were_missed_are_filled_from_history_without_a_duplicate(early: bool) -> None:
    tape = Tape()
    async with FeedServer(answer=tape.answer) as server, feed(server) as streamer:
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        tape.sales = [sale(number) for number in range(1, 4)]
        await link.give(*tape.sales)
        before = await events_until(prints, 3)
        link.abort()
        tape.sales += [sale(number) for number in range(4, 9)]
        link = await (await server.link(2)).wants("SPY")
        if early:
            await link.give(sale(7), sale(8))  # of what history has, the stream has these too
        after, gap = await healed(prints)
        if not early:
            await link.give(sale(7), sale(8))
        await link.give(sale(9))
        while 9 not in numbers_of(after):
            after += await events_until(prints, 1)
        ledger = prints.ledger()

    read = numbers_of(before + after)
    assert sorted(read) == list(range(1, 10))
    assert tape.asked == [sale(3).time]
    assert (gap.reason, gap.healed, gap.healed_rows) == (GapReason.DISCONNECT, Healed.FULL, 3 if early else 5)
    assert ledger.balance == 0


async def test_d12_a_history_that_was_cut_heals_in_part() -> None:
    tape = Tape(SNIP)
    async with FeedServer(answer=tape.answer) as server, feed(server) as streamer:
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(sale(1))
        await events_until(prints, 1)
        link.abort()
        tape.sales = [sale(number) for number in range(5, 9)]  # 2 to 4 are nowhere any more
        await server.link(2)
        after, gap = await healed(prints)

    assert numbers_of(after) == [5, 6, 7, 8]
    assert (gap.healed, gap.healed_rows) == (Healed.PARTIAL, 4)


async def test_d12_where_nothing_was_missed_the_gap_is_healed_by_nothing() -> None:
    tape = Tape()
    async with FeedServer(answer=tape.answer) as server, feed(server) as streamer:
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        tape.sales = [sale(1)]
        await link.give(sale(1))
        await events_until(prints, 1)
        link.abort()
        await server.link(2)
        after, gap = await healed(prints)

    assert after == []
    assert (gap.healed, gap.healed_rows) == (Healed.FULL, 0)


async def test_d12_two_losses_in_a_row_are_healed_without_a_duplicate() -> None:
    tape = Tape()
    async with FeedServer(answer=tape.answer) as server, feed(server) as streamer:
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        tape.sales = [sale(1)]
        await link.give(sale(1))
        read = await events_until(prints, 1)
        for number in (2, 3):
            link.abort()
            tape.sales.append(sale(number))
            link = await (await server.link(number)).wants("SPY")
        records = await records_until(
            prints,
            lambda _: len(prints.gaps) == 2 and all(gap.healed is not Healed.NONE for gap in prints.gaps),
        )
        read += events_in(records)

    assert sorted(numbers_of(read)) == [1, 2, 3]
    assert [gap.is_open for gap in prints.gaps] == [False, False]


async def test_d12_candles_go_on_from_their_newest_and_begin_no_second_snapshot() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        candles = streamer.subscribe(Candle, [DAY], from_time=START_MS)
        link = await (await server.link()).wants(DAY)
        await link.give(*snapshot([candle(number) for number in range(5)]), contract=Contract.HISTORY)
        before = await events_until(candles, 5)
        link.abort()
        link = await (await server.link(2)).wants(DAY)
        asked = link.entries(Contract.HISTORY)[DAY].from_time
        since = [candle(4, close=2.0), candle(5), candle(6)]
        await link.give(*snapshot(since), contract=Contract.HISTORY)
        after, gap = await healed(candles)
        await link.give(candle(6, close=3.0), contract=Contract.HISTORY)
        after += await events_until(candles, 1)

    assert asked == candle(4).time
    assert numbers_of(after) == [6, 5, 4, 6]
    assert values_of(after, "eventFlags") == [0, 0, 0, 0]
    view = view_of(before + after)
    assert sorted(numbers_of(view.events.values())) == list(range(7))
    assert (view.events[candle(4).index].close, view.events[candle(6).index].close) == (2.0, 3.0)
    assert (gap.healed, gap.healed_rows) == (Healed.FULL, 2)
    assert view.is_complete


async def test_d12_candles_whose_continuation_is_cut_are_healed_in_part() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        candles = streamer.subscribe(Candle, [DAY], from_time=START_MS)
        link = await (await server.link()).wants(DAY)
        await link.give(*snapshot([candle(1)]), contract=Contract.HISTORY)
        await events_until(candles, 1)
        link.abort()
        link = await (await server.link(2)).wants(DAY)
        await link.give(*snapshot([candle(8), candle(9)], SNIP), contract=Contract.HISTORY)
        _, gap = await healed(candles)

    assert (gap.healed, gap.healed_rows) == (Healed.PARTIAL, 2)


def batches_of(records: Records) -> list[EventBatch[Any]]:
    return [record for record in records if isinstance(record, EventBatch)]


async def test_d12_history_that_is_put_in_has_numbers_of_its_own() -> None:
    tape = Tape()
    async with FeedServer(answer=tape.answer) as server, feed(server) as streamer:
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(sale(1))
        records = await records_until(prints, lambda found: len(events_in(found)) == 1)
        link.abort()
        tape.sales = [sale(2), sale(3)]
        link = await (await server.link(2)).wants("SPY")
        await link.give(sale(4))
        records += await records_until(prints, lambda found: len(events_in(found)) == 3)

    numbers = [number for batch in batches_of(records) for number in batch.numbers]
    assert len(set(numbers)) == 4
