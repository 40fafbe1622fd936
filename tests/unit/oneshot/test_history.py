from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tastytrade.dxfeed import Candle, Event, Series, TimeAndSale, index_of
from tastytrade.dxfeed.flags import EMPTY_SNAPSHOT, EventFlags
from tastytrade.errors import ConfigurationError, StreamClosed
from tastytrade.oneshot.history import Progress, Range, histories, range_of
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.source import State, StateChange
from tastytrade.subscription import Subscription
from tests.unit.oneshot.hand_feed import HandFeed

MINUTE = 60_000
START = 1_736_778_600_000
BEGIN, END, REMOVE = EventFlags.SNAPSHOT_BEGIN, EventFlags.SNAPSHOT_END, EventFlags.REMOVE_EVENT


def candle(minutes: float, flags: int = 0, close: float = 1.0, symbol: str = "SPY{=m}") -> Candle:
    time = START + int(minutes * MINUTE)
    return Candle(symbol, eventFlags=int(flags), index=index_of(time), time=time, close=close)


async def ask(
    feed: HandFeed,
    *symbols: str,
    within: Range | None = None,
    event_class: type[Event] = Candle,
    silence: float = 0.2,
    at_once: int = 16,
    told: list[Progress] | None = None,
) -> Snapshot[Any]:
    return await histories(
        feed,
        event_class,
        {symbol: symbol for symbol in symbols or ("SPY{=1m}",)},
        within or Range(START),
        room=asyncio.Semaphore(at_once),
        timeout=silence,
        progress=None if told is None else told.append,
    )


def says(*frames: list[Event]) -> HandFeed:
    """A feed that sends these frames to whoever comes."""

    def answer(feed: HandFeed, _subscription: Subscription[Any]) -> None:
        for frame in frames:
            feed.send(*frame)

    return HandFeed(answer)


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


async def test_few_histories_are_asked_for_at_a_time_and_each_is_given_up() -> None:
    def answer(feed: HandFeed, subscription: Subscription[Any]) -> None:
        for entry in subscription.entries:
            feed.send(candle(0, BEGIN | END, symbol=entry.symbol))

    feed = HandFeed(answer)
    found = await ask(feed, *(f"S{number}{{=m}}" for number in range(50)), at_once=4)

    assert len(found) == 50
    assert feed.most_open == 4
    assert feed.open == []


async def test_progress_goes_from_nothing_to_everything() -> None:
    told: list[Progress] = []
    await ask(says([candle(2, BEGIN), candle(1)], [candle(0, END)]), told=told)

    assert told[0] == Progress(0, 1, 0)
    assert told[-1] == Progress(1, 1, 3)


async def test_a_feed_that_is_down_was_not_asked() -> None:
    feed = HandFeed()
    feed.state = StateChange(State.CONNECTING, "by hand", 0)

    assert (await ask(feed)).status == {"SPY{=1m}": Status.NOT_ASKED}


async def test_an_error_of_the_feed_is_raised_as_it_is() -> None:
    feed = HandFeed(lambda _feed, subscription: subscription.end(StreamClosed("by hand")))

    with pytest.raises(StreamClosed, match="by hand"):
        await ask(feed, "A{=m}", "B{=m}")


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


def test_a_range_is_in_milliseconds_of_any_zone() -> None:
    start = datetime(2025, 1, 13, 9, 30, tzinfo=timezone(timedelta(hours=-5)))

    assert range_of(start, None) == Range(START, None)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (datetime(2025, 1, 13), None, "has no time zone; write"),  # noqa: DTZ001 - what it is about
        (datetime(2025, 1, 13, tzinfo=UTC), datetime(2025, 1, 14), "end 2025-01-14T00:00:00 has no"),  # noqa: DTZ001
        (datetime.now(UTC) + timedelta(days=1), None, "is in the future"),
        (datetime(2025, 1, 13, tzinfo=UTC), datetime(2025, 1, 12, tzinfo=UTC), "is before start"),
        ("2025-01-13", None, "must be a datetime with a time zone"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused(start: Any, end: Any, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        range_of(start, end)
