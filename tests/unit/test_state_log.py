from __future__ import annotations

import asyncio

import pytest

from tastytrade.source import State, StateChange
from tastytrade.state_log import REMEMBERED, StateLog


def change(state: State, reason: str = "", at_ns: int = 0) -> StateChange:
    return StateChange(state, reason, at_ns)


@pytest.fixture
def states() -> StateLog:
    return StateLog(change(State.CONNECTING))


async def seen(states: StateLog) -> list[tuple[State, str]]:
    return [(one.state, one.reason) async for one in states.watch()]


async def watched(states: StateLog, *changes: StateChange) -> list[tuple[State, str]]:
    """What somebody sees who watches while these are entered, and the source ends."""
    async with asyncio.timeout(2), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(seen(states))
        await asyncio.sleep(0)
        for one in (*changes, change(State.CLOSED)):
            states.enter(one)
    return watching.result()


async def test_who_watches_sees_the_state_there_is_and_then_each_change_until_the_end(
    states: StateLog,
) -> None:
    found = await watched(states, change(State.LIVE, "well"), change(State.BACKOFF, "lost"))

    assert found == [
        (State.CONNECTING, ""),
        (State.LIVE, "well"),
        (State.BACKOFF, "lost"),
        (State.CLOSED, ""),
    ]


async def test_the_same_state_for_the_same_reason_is_no_change(states: StateLog) -> None:
    states.enter(change(State.LIVE, "well", 1))
    states.enter(change(State.LIVE, "well", 2))

    assert states.current.at_ns == 1
    assert len(await watched(states, change(State.LIVE, "well", 3))) == 2


async def test_another_reason_is_a_change(states: StateLog) -> None:
    states.enter(change(State.CONNECTING, "next step"))

    assert states.current.reason == "next step"


async def test_of_a_count_that_goes_on_only_the_newest_waits(states: StateLog) -> None:
    counts = [change(State.RESTORING, f"{number} of 9") for number in range(9)]
    found = await watched(states, change(State.LIVE), *counts, change(State.LIVE))

    assert found[1:-1] == [(State.LIVE, ""), (State.RESTORING, "8 of 9"), (State.LIVE, "")]


@pytest.mark.parametrize("state", [State.CLOSED, State.FAILED])
async def test_who_comes_after_the_end_sees_the_end(states: StateLog, state: State) -> None:
    states.enter(change(state, "over"))

    assert await seen(states) == [(state, "over")]


async def test_two_who_watch_see_the_same(states: StateLog) -> None:
    async with asyncio.TaskGroup() as tasks:
        watching = [tasks.create_task(seen(states)) for _ in range(2)]
        await asyncio.sleep(0)
        states.enter(change(State.LIVE))
        states.enter(change(State.CLOSED))

    assert watching[0].result() == watching[1].result()


async def test_who_does_not_look_misses_the_oldest_only(states: StateLog) -> None:
    watching = states.watch()
    await anext(watching)
    for number in range(REMEMBERED + 5):
        states.enter(change(State.LIVE, str(number)))
    states.enter(change(State.CLOSED))
    rest = [one.reason async for one in watching]

    assert len(rest) == REMEMBERED
    assert rest[-2:] == [str(REMEMBERED + 4), ""]


async def test_who_stops_watching_is_forgotten(states: StateLog) -> None:
    watching = states.watch()
    await anext(watching)
    before = len(states._watchers)
    await watching.aclose()

    assert (before, len(states._watchers)) == (1, 0)
