"""How long a history is waited for, in what turn, and what is left when somebody gives up."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tastytrade.dxfeed import Candle
from tastytrade.dxfeed.flags import EventFlags
from tastytrade.errors import StreamClosed
from tastytrade.oneshot.history import Range, histories
from tastytrade.oneshot.progress import Progress
from tastytrade.oneshot.room import Room
from tastytrade.oneshot.snapshot import Status
from tastytrade.source import State, StateChange
from tastytrade.subscription import Subscription
from tests.unit.oneshot.asking import BEGIN, END, MINUTE, START, ask, candle, says
from tests.unit.oneshot.hand_feed import HandFeed


@pytest.mark.parametrize("flags", [BEGIN, EventFlags.TX_PENDING])
async def test_a_whole_history_waits_for_nothing_that_follows_in_its_frame(flags: EventFlags) -> None:
    feed = says([candle(2, BEGIN), candle(0, END), candle(3, flags)])
    began = asyncio.get_running_loop().time()
    found = await ask(feed, silence=30)

    assert [event.time for event in found] == [START, START + 2 * MINUTE]
    assert asyncio.get_running_loop().time() - began < 5


async def test_a_loop_that_was_busy_elsewhere_loses_no_rows() -> None:
    feed = HandFeed()

    def busy(told: Progress) -> None:
        if told.rows == 1:
            time.sleep(0.3)  # and what came meanwhile is read from the socket when the loop goes on
            loop.call_soon(feed.send, candle(1, BEGIN, symbol="B{=m}"), candle(0, END, symbol="B{=m}"))
            loop.call_soon(feed.send, candle(0, END, symbol="A{=m}"))

    loop = asyncio.get_running_loop()
    loop.call_later(0.01, feed.send, candle(1, BEGIN, symbol="A{=m}"))
    names = {"A": "A{=m}", "B": "B{=m}"}
    found = await histories(feed, Candle, names, Range(START), room=Room(2), timeout=0.2, progress=busy)

    assert found.status == {"A": Status.OK, "B": Status.OK}


async def test_whoever_is_told_of_progress_may_end_it_with_an_error() -> None:
    def refuse(told: Progress) -> None:
        if told.rows:
            raise LookupError("by hand")

    feed = says([candle(2, BEGIN), candle(1)])
    with pytest.raises(LookupError, match="by hand"):
        await histories(feed, Candle, {"A": "SPY{=m}"}, Range(START), room=Room(1), progress=refuse)

    assert feed.open == []


async def test_who_gives_up_leaves_no_subscription_and_no_place_taken() -> None:
    feed, room = HandFeed(), Room(2)
    names = {name: f"{name}{{=m}}" for name in "ABCDE"}
    for turns in range(8):
        asking = asyncio.create_task(histories(feed, Candle, names, Range(START), room=room))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])

    assert feed.open == []
    async with asyncio.timeout(1), room.place(), room.place():
        pass


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


async def test_patience_begins_when_the_server_has_been_asked() -> None:
    def answer(feed: HandFeed, _subscription: Subscription[Any]) -> None:
        feed.not_sent = frozenset({"SPY{=m}"})
        loop = asyncio.get_running_loop()
        loop.call_later(0.3, setattr, feed, "not_sent", frozenset())
        loop.call_later(0.35, feed.send, candle(0, BEGIN | END))

    assert (await ask(HandFeed(answer), silence=0.1)).status == {"SPY{=1m}": Status.OK}


@pytest.mark.parametrize(("names", "status"), [("AB", Status.OK), ("BA", Status.SILENT)])
async def test_who_is_asked_for_later_is_waited_for_while_rows_of_those_before_come(
    names: str, status: Status
) -> None:
    feed, loop = HandFeed(), asyncio.get_running_loop()
    loop.call_later(0.01, feed.send, candle(20, BEGIN, symbol="A{=m}"))
    for minute in range(1, 12):
        loop.call_later(0.05 * minute, feed.send, candle(20 - minute, symbol="A{=m}"))
    loop.call_later(0.6, feed.send, candle(0, END, symbol="A{=m}"))
    loop.call_later(0.65, feed.send, candle(0, BEGIN | END, symbol="B{=m}"))
    found = await ask(feed, *(f"{name}{{=m}}" for name in names), silence=0.2)

    assert found.status == {"A{=m}": Status.OK, "B{=m}": status}


async def test_a_feed_that_is_closed_ends_the_question_at_once() -> None:
    feed = HandFeed(lambda _feed, subscription: subscription.end())
    feed.not_sent = frozenset({"SPY{=m}"})
    began = asyncio.get_running_loop().time()
    found = await ask(feed, silence=30)

    assert found.status == {"SPY{=1m}": Status.NOT_ASKED}
    assert asyncio.get_running_loop().time() - began < 1


async def test_patience_begins_anew_when_a_feed_that_was_down_has_asked_again() -> None:
    feed, loop = HandFeed(), asyncio.get_running_loop()
    feed.state = StateChange(State.BACKOFF, "by hand", 0)
    loop.call_later(0.35, setattr, feed, "state", StateChange(State.LIVE, "by hand", 0))
    loop.call_later(0.6, feed.send, candle(0, BEGIN | END))

    assert (await ask(feed, silence=0.5)).status == {"SPY{=1m}": Status.OK}


async def test_an_error_between_two_looks_is_raised_too() -> None:
    feed = says([candle(9, BEGIN), candle(8, END)])
    asyncio.get_running_loop().call_later(0.1, lambda: feed.open[0].end(StreamClosed("by hand")))

    with pytest.raises(StreamClosed, match="by hand"):
        await ask(feed, silence=30)


async def test_a_feed_that_is_down_was_not_asked() -> None:
    feed = HandFeed()
    feed.state = StateChange(State.CONNECTING, "by hand", 0)

    assert (await ask(feed)).status == {"SPY{=1m}": Status.NOT_ASKED}


async def test_an_error_of_the_feed_is_raised_as_it_is() -> None:
    feed = HandFeed(lambda _feed, subscription: subscription.end(StreamClosed("by hand")))

    with pytest.raises(StreamClosed, match="by hand"):
        await ask(feed, "A{=m}", "B{=m}")
