from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from tastytrade.dxfeed import Profile, Quote, Summary
from tastytrade.oneshot.current import PART, current_values, is_blank
from tastytrade.oneshot.progress import Progress
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.source import State, StateChange
from tastytrade.subscription import Subscription
from tests.unit.oneshot.hand_feed import HandFeed


async def ask(
    feed: HandFeed,
    names: Sequence[str],
    *,
    limit: float | None = 0.2,
    parts: int = 20,
    patience: float = 3.0,
) -> Snapshot[Quote]:
    room = asyncio.Semaphore(parts)
    return await current_values(feed, Quote, names, timeout=limit, room=room, patience=patience)


def bid(symbol: str, price: float = 1.0) -> Quote:
    return Quote(symbol, bidPrice=price)


def everything(feed: HandFeed, subscription: Subscription[Any]) -> None:
    feed.send(*(bid(entry.symbol) for entry in subscription.entries))


async def test_it_ends_as_soon_as_every_symbol_has_answered() -> None:
    began = asyncio.get_running_loop().time()
    found = await ask(HandFeed(everything), ["SPX", "SPY"], limit=30)

    assert set(found.status.values()) == {Status.OK}
    assert asyncio.get_running_loop().time() - began < 5


@pytest.mark.parametrize("limit", [30.0, None])
@pytest.mark.parametrize("not_sent", [frozenset(), frozenset({"A"})])
async def test_a_feed_that_is_closed_ends_the_question_at_once(
    limit: float | None, not_sent: frozenset[str]
) -> None:
    feed = HandFeed(lambda _feed, subscription: subscription.end())
    feed.not_sent = not_sent
    began = asyncio.get_running_loop().time()
    found = await ask(feed, ["A"], limit=limit)

    assert len(found) == 0
    assert asyncio.get_running_loop().time() - began < 1


async def test_events_come_in_the_order_asked() -> None:
    feed = HandFeed(lambda feed, _: feed.send(bid("B"), bid("C"), bid("A")))
    found = await ask(feed, ["A", "B", "C"])

    assert [event.eventSymbol for event in found] == ["A", "B", "C"]


async def test_of_several_events_in_a_frame_the_newest_counts() -> None:
    feed = HandFeed(lambda feed, _: feed.send(bid("A", 1.0), bid("A", 2.0)))
    found = await ask(feed, ["A"])

    assert [event.bidPrice for event in found] == [2.0]
    assert found.table["bidPrice"].to_list() == [2.0]


async def test_a_silent_symbol_is_not_called_anything_more_than_silent() -> None:
    feed = HandFeed(lambda feed, _: feed.send(bid("A")))
    found = await ask(feed, ["A", "NOPE"])

    assert found.status == {"A": Status.OK, "NOPE": Status.SILENT}
    assert found.missing == ["NOPE"]
    assert found["NOPE"] == []


async def test_an_event_without_a_value_says_that_there_is_no_data() -> None:
    feed = HandFeed(lambda feed, _: feed.send(Quote("A", bidExchangeCode="\0")))
    found = await ask(feed, ["A"])

    assert found.status == {"A": Status.NO_DATA}
    assert found.events == []
    assert found.missing == []


async def test_what_the_server_was_not_told_of_was_not_asked() -> None:
    feed = HandFeed()
    feed.not_sent = frozenset({"B"})
    found = await ask(feed, ["A", "B"])

    assert found.status == {"A": Status.SILENT, "B": Status.NOT_ASKED}


async def test_silence_after_the_server_refused_some_is_no_word_about_the_symbol() -> None:
    def answer(feed: HandFeed, _subscription: Subscription[Any]) -> None:
        feed.refused += 1
        feed.send(bid("A"))

    found = await ask(HandFeed(answer), ["A", "B"])

    assert found.status == {"A": Status.OK, "B": Status.REFUSED}
    assert found.missing == ["B"]


async def test_progress_counts_symbols_that_were_answered_and_those_given_up() -> None:
    told: list[Progress] = []
    room = asyncio.Semaphore(1)
    feed = HandFeed(lambda feed, _: feed.send(bid("A"), bid("A"), bid("B")))
    await current_values(feed, Quote, ["A", "B", "C"], timeout=0.1, room=room, progress=told.append)

    assert told == [Progress(0, 3, 0), Progress(2, 3, 3), Progress(3, 3, 3)]


async def test_silence_of_a_feed_that_is_down_means_nothing() -> None:
    feed = HandFeed()
    feed.state = StateChange(State.BACKOFF, "by hand", 0)
    found = await ask(feed, ["A"])

    assert found.status == {"A": Status.NOT_ASKED}


async def test_a_symbol_is_answered_in_the_spelling_it_was_asked_in() -> None:
    feed = HandFeed(everything)
    found = await ask(feed, ["SPY{=1d}", "SPY{=d}"])

    assert feed.asked == ["SPY{=d}"]
    assert list(found.status) == ["SPY{=1d}", "SPY{=d}"]
    assert len(found["SPY{=1d}"]) == len(found["SPY{=d}"]) == 1


async def test_more_symbols_than_a_part_holds_are_asked_for_in_parts() -> None:
    names = [f"S{number}" for number in range(2 * PART + 1)]
    feed = HandFeed(everything)
    found = await ask(feed, names, limit=5, parts=1)

    assert len(found) == len(names)
    assert feed.most_open == 1
    assert feed.open == []


async def test_parts_that_got_no_room_in_time_were_not_asked() -> None:
    names = [f"S{number}" for number in range(PART + 1)]
    found = await ask(HandFeed(), names, limit=0.05, parts=1)

    assert found.status["S0"] is Status.SILENT
    assert found.status[names[-1]] is Status.NOT_ASKED


async def test_the_table_has_the_time_each_event_was_received() -> None:
    def answer(feed: HandFeed, _subscription: Subscription[Any]) -> None:
        feed.send(bid("A"), received_ns=7)
        feed.send(bid("B"), received_ns=9)

    found = await ask(HandFeed(answer), ["A", "B"])

    assert found.table["timestamp"].dt.timestamp("ns").to_list() == [7, 9]


async def test_without_a_timeout_patience_begins_when_the_server_was_asked() -> None:
    now = asyncio.get_running_loop().time
    feed = HandFeed()
    feed.not_sent = frozenset({"A"})
    began = now()

    def ask_at_last() -> None:
        feed.not_sent = frozenset()

    asyncio.get_running_loop().call_later(0.5, ask_at_last)
    found = await ask(feed, ["A"], limit=None, patience=0.3)

    assert found.status == {"A": Status.SILENT}
    assert 0.8 <= now() - began < 3


async def test_without_a_timeout_a_feed_that_stays_down_is_given_up() -> None:
    feed = HandFeed()
    feed.state = StateChange(State.BACKOFF, "by hand", 0)
    found = await ask(feed, ["A"], limit=None, patience=0.1)

    assert found.status == {"A": Status.NOT_ASKED}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Quote("A"), True),
        (Quote("A", bidTime=5), True),
        (Quote("A", bidPrice=0.0), False),
        (Profile("A"), True),
        (Profile("A", description="Something"), False),
        (Summary("A", dayId=20_000), True),
        (Summary("A", openInterest=5.0), False),
    ],
)
def test_an_event_is_blank_when_it_has_no_number_and_no_text(event: Any, expected: bool) -> None:
    assert is_blank(event) is expected
