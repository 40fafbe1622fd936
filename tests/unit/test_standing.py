from __future__ import annotations

import pytest

from tastytrade.source import State, StateChange
from tastytrade.standing import standing_of

LIVE = StateChange(State.LIVE, "all is well", 3, sent=10, wanted=10)
RESTORING = StateChange(State.RESTORING, "1 of 5", 5, sent=1, wanted=5)
BACKOFF = StateChange(State.BACKOFF, "the line broke", 7, sent=0, wanted=20, attempt=2, retry_at_ns=99)


@pytest.mark.parametrize("one", [LIVE, RESTORING, BACKOFF])
def test_of_one_connection_it_is_its_own(one: StateChange) -> None:
    assert standing_of([one]) is one


def test_where_all_are_live_so_are_they_together() -> None:
    together = standing_of([LIVE, LIVE])

    assert (together.state, together.sent, together.wanted) == (State.LIVE, 20, 20)
    assert "over 2 connections" in together.reason


def test_where_one_is_being_restored_they_are_restored() -> None:
    together = standing_of([LIVE, RESTORING])

    assert together == StateChange(
        State.RESTORING, "11 of 15 subscribed over 2 connections", 5, sent=11, wanted=15
    )


@pytest.mark.parametrize("down", [State.BACKOFF, State.CONNECTING, State.AUTHENTICATING, State.STALLED])
def test_where_only_some_are_up_part_of_the_data_flows(down: State) -> None:
    together = standing_of([LIVE, StateChange(down, "waits", 9)])

    assert together.state is State.DEGRADED
    assert together.reason == f"connection 2 {down.value}: waits"
    assert together.at_ns == 9


def test_where_one_is_degraded_they_are_and_it_is_said_which() -> None:
    together = standing_of([StateChange(State.DEGRADED, "no room", 1), RESTORING])

    assert (together.state, together.reason) == (State.DEGRADED, "connection 1 degraded: no room")


@pytest.mark.parametrize("reverse", [False, True])
def test_where_none_is_up_it_is_the_first_ones(reverse: bool) -> None:
    connecting = StateChange(State.CONNECTING, "opens", 1, wanted=1)
    lines = [BACKOFF, connecting]
    together = standing_of(lines[::-1] if reverse else lines)

    assert together.state is (State.CONNECTING if reverse else State.BACKOFF)
    assert (together.sent, together.wanted) == (0, 21)
    assert together.retry_at_ns == (None if reverse else 99)
