from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tastytrade.dxfeed import Candle, Event, Order, Series, TimeAndSale, index_of
from tastytrade.dxfeed.flags import EMPTY_SNAPSHOT, EventFlags
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.oneshot.history import Range, histories
from tastytrade.oneshot.room import Room
from tastytrade.oneshot.snapshot import Status
from tastytrade.subscription import Subscription
from tests.unit.oneshot.asking import BEGIN, END, MINUTE, REMOVE, START, ask, candle, says
from tests.unit.oneshot.hand_feed import HandFeed


async def test_a_history_is_ascending_and_ends_without_waiting() -> None:
    feed = says([candle(2, BEGIN), candle(1)], [candle(0, END)])
    began = asyncio.get_running_loop().time()
    found = await ask(feed, silence=30)

    assert found.status == {"SPY{=1m}": Status.OK}
    assert [event.time for event in found] == [START, START + MINUTE, START + 2 * MINUTE]
    assert asyncio.get_running_loop().time() - began < 5
    assert feed.open == []


async def test_a_corrected_row_counts_once_with_its_last_value() -> None:
    found = await ask(says([candle(1, BEGIN), candle(0, close=1.0), candle(0, END, close=2.0)]))

    assert [event.close for event in found] == [2.0, 1.0]


async def test_rows_before_the_snapshot_are_no_part_of_it() -> None:
    found = await ask(says([candle(9)], [candle(1, BEGIN), candle(0, END)]))

    assert [event.time for event in found] == [START, START + MINUTE]


async def test_a_history_that_does_not_end_is_incomplete_and_shows_nothing() -> None:
    found = await ask(says([candle(2, BEGIN), candle(1)]))

    assert found.status == {"SPY{=1m}": Status.INCOMPLETE}
    assert found.events == []


async def test_updates_alone_never_make_a_history() -> None:
    found = await ask(says([candle(2)], [candle(2, close=3.0)]))

    assert found.status == {"SPY{=1m}": Status.SILENT}
    assert found.events == []


async def test_silence_is_not_taken_for_an_empty_history() -> None:
    assert (await ask(HandFeed())).status == {"SPY{=1m}": Status.SILENT}


async def test_an_explicit_empty_history_says_no_data() -> None:
    found = await ask(says([candle(0, EMPTY_SNAPSHOT)]))

    assert found.status == {"SPY{=1m}": Status.NO_DATA}


async def test_nothing_within_the_range_says_no_data() -> None:
    feed = says([candle(5, BEGIN), candle(0, END | REMOVE)])
    found = await ask(feed, within=Range(START, START + MINUTE))

    assert found.status == {"SPY{=1m}": Status.NO_DATA}


async def test_a_history_the_server_snipped_is_cut() -> None:
    found = await ask(says([candle(9, BEGIN), candle(8, EventFlags.SNAPSHOT_SNIP)]))

    assert found.status == {"SPY{=1m}": Status.CUT}
    assert len(found) == 2


async def test_a_history_that_ends_later_than_asked_for_is_cut() -> None:
    found = await ask(says([candle(9, BEGIN), candle(8, END)]))

    assert found.status == {"SPY{=1m}": Status.CUT}


async def test_an_end_on_the_border_of_a_candle_is_no_cut() -> None:
    found = await ask(says([candle(2, BEGIN), candle(0.9, END | REMOVE)]))

    assert found.status == {"SPY{=1m}": Status.OK}


async def test_a_snapshot_for_another_reader_who_asked_for_less_is_not_ours() -> None:
    feed = says([candle(9, BEGIN), candle(8, END)], [candle(9, BEGIN), candle(0, END)])
    found = await ask(feed)

    assert found.status == {"SPY{=1m}": Status.OK}
    assert [event.time for event in found] == [START, START + 9 * MINUTE]


async def test_an_empty_snapshot_for_another_reader_is_not_ours_either() -> None:
    feed = says([candle(9, EMPTY_SNAPSHOT)], [candle(9, BEGIN), candle(0, END)])
    found = await ask(feed)

    assert [event.time for event in found] == [START, START + 9 * MINUTE]


async def test_an_empty_history_whose_end_is_later_than_asked_for_says_no_data() -> None:
    assert (await ask(says([candle(9, EMPTY_SNAPSHOT)]))).status == {"SPY{=1m}": Status.NO_DATA}


async def test_an_end_within_the_first_candle_may_be_another_readers_too() -> None:
    feed = says([candle(9, BEGIN), candle(0.5, END | REMOVE)], [candle(9, BEGIN), candle(0, END)])
    found = await ask(feed)

    assert [event.time for event in found] == [START, START + 9 * MINUTE]


async def test_a_second_snapshot_that_does_not_end_is_incomplete() -> None:
    found = await ask(says([candle(9, BEGIN), candle(8, END)], [candle(9, BEGIN), candle(0)]))

    assert found.status == {"SPY{=1m}": Status.INCOMPLETE}
    assert found.events == []


async def test_a_transaction_is_awaited_before_a_history_is_whole() -> None:
    pending = EventFlags.TX_PENDING
    rows: list[Event] = [candle(2, BEGIN | pending), candle(1, pending), candle(0, END | pending, close=1.0)]
    found = await ask(says(rows, [candle(0, close=2.0)]))

    assert [event.close for event in found] == [2.0, 1.0, 1.0]


async def test_a_virtual_row_ends_a_transaction_and_is_no_candle() -> None:
    sentinel = Candle("SPY{=m}", eventFlags=int(REMOVE), index=SENTINEL_INDEX)
    rows: list[Event] = [candle(1, BEGIN), candle(0, END | EventFlags.TX_PENDING), sentinel]
    found = await ask(says(rows), silence=30)

    assert [event.time for event in found] == [START, START + MINUTE]


async def test_a_virtual_row_that_ends_a_snapshot_says_nothing_about_its_start() -> None:
    sentinel = Candle("SPY{=m}", eventFlags=int(END | REMOVE), index=SENTINEL_INDEX)
    found = await ask(says([candle(9, BEGIN), candle(8), sentinel]), silence=30)

    assert found.status == {"SPY{=1m}": Status.OK}
    assert len(found) == 2


async def test_rows_outside_the_range_are_left_out() -> None:
    feed = says([candle(3, BEGIN), candle(2), candle(1), candle(0), candle(-5, END)])
    found = await ask(feed, within=Range(START + MINUTE, START + 2 * MINUTE))

    assert [event.time for event in found] == [START + MINUTE, START + 2 * MINUTE]


async def test_a_new_connection_begins_the_history_anew() -> None:
    def answer(feed: HandFeed, _subscription: Subscription[Any]) -> None:
        feed.send(candle(9, BEGIN), candle(8), epoch=1)
        feed.send(candle(7), candle(0, END), epoch=2)  # an end that belongs to no beginning
        feed.send(candle(2, BEGIN), candle(0, END), epoch=2)

    found = await ask(HandFeed(answer))

    assert [event.time for event in found] == [START, START + 2 * MINUTE]


async def test_a_set_without_times_is_whole_as_it_is() -> None:
    rows = [Series("SPX", eventFlags=int(flags), index=index) for index, flags in ((9, BEGIN), (4, 0))]
    end = Series("SPX", eventFlags=int(END | REMOVE), index=0)
    found = await ask(says([*rows, end]), "SPX", within=Range(), event_class=Series)

    assert [event.index for event in found] == [4, 9]


async def test_prints_of_a_millisecond_are_ordered_by_sequence() -> None:
    rows = [
        TimeAndSale("SPY", eventFlags=int(flags), index=index_of(START, sequence), time=START)
        for sequence, flags in ((2, BEGIN), (1, 0), (0, END))
    ]
    found = await ask(says(list(rows)), "SPY", event_class=TimeAndSale)

    assert [event.index & 3 for event in found] == [0, 1, 2]


@pytest.mark.parametrize("source", ["NTV", "DEX"])
async def test_a_set_is_of_one_order_source(source: str) -> None:
    rows = [
        Order("SPY", source="NTV", eventFlags=int(BEGIN), index=7),
        Order("SPY", source="DEX", eventFlags=int(BEGIN), index=8),
        Order("SPY", source="NTV", eventFlags=int(END), index=6),
        Order("SPY", source="DEX", eventFlags=int(END), index=5),
    ]
    found = await histories(
        says(list(rows)),
        Order,
        {"SPY": "SPY"},
        Range(),
        room=Room(1),
        source=source,
        timeout=0.2,
    )

    assert [(event.source, event.index) for event in found] == (
        [("NTV", 6), ("NTV", 7)] if source == "NTV" else [("DEX", 5), ("DEX", 8)]
    )
