from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastytrade.dxfeed import Candle, index_of
from tastytrade.dxfeed.flags import EMPTY_SNAPSHOT, EventFlags
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.dxlink.snapshot import Change, IndexedEvents
from tastytrade.errors import ProtocolError

PENDING = int(EventFlags.TX_PENDING)
REMOVE = int(EventFlags.REMOVE_EVENT)
BEGIN = int(EventFlags.SNAPSHOT_BEGIN)
END = int(EventFlags.SNAPSHOT_END)
SNIP = int(EventFlags.SNAPSHOT_SNIP)


def row(index: int, flags: int = 0, close: float = 1.0) -> Candle:
    return Candle("SPY{=d}", eventFlags=flags, index=index, close=close)


def fed(*rows: Candle) -> tuple[IndexedEvents[Candle], list[Change | None]]:
    state = IndexedEvents[Candle]()
    return state, [state.apply(one) for one in rows]


def test_a_snapshot_shows_when_its_end_has_come() -> None:
    state, changes = fed(row(3, BEGIN), row(2), row(1, END))

    assert changes == [None, None, Change.SNAPSHOT]
    assert list(state.events) == [3, 2, 1]
    assert state.is_complete
    assert not state.is_cut


def test_flags_are_not_part_of_what_is_shown() -> None:
    state, _ = fed(row(2, BEGIN), row(1, END))

    assert {event.eventFlags for event in state.events.values()} == {0}


def test_a_synthetic_last_row_is_no_event() -> None:
    state, _ = fed(row(3, BEGIN), row(2), row(1, END | REMOVE, float("nan")))

    assert list(state.events) == [3, 2]
    assert state.last_index == 1


def test_one_row_is_a_snapshot_of_one() -> None:
    state, changes = fed(row(3, BEGIN | END))

    assert changes == [Change.SNAPSHOT]
    assert list(state.events) == [3]


def test_an_explicit_empty_snapshot_is_complete() -> None:
    state, changes = fed(row(3, int(EMPTY_SNAPSHOT)))

    assert changes == [Change.SNAPSHOT]
    assert state.events == {}
    assert state.is_complete


def test_a_snipped_snapshot_is_complete_and_cut() -> None:
    state, _ = fed(row(3, BEGIN), row(2, SNIP))

    assert state.is_complete
    assert state.is_cut


def test_an_end_in_a_transaction_waits_for_the_transaction() -> None:
    state, changes = fed(row(3, BEGIN), row(2, END | PENDING), row(3, 0, 5.0))

    assert changes == [None, None, Change.SNAPSHOT]
    assert state.events[3].close == 5.0


def test_rows_before_a_begin_are_no_history() -> None:
    state, changes = fed(row(9, 0, 7.0), row(3, BEGIN), row(2))

    assert changes == [Change.UPDATE, None, None]
    assert not state.is_complete
    assert list(state.events) == [9]


def test_a_snapshot_forgets_what_was_known_before_it() -> None:
    state, _ = fed(row(9), row(3, BEGIN), row(2, END))

    assert list(state.events) == [3, 2]


def test_an_end_without_a_begin_is_no_snapshot() -> None:
    state, changes = fed(row(3), row(2, END))

    assert changes == [Change.UPDATE, Change.UPDATE]
    assert not state.is_complete


def test_a_second_begin_starts_the_snapshot_again() -> None:
    state, _ = fed(row(9, BEGIN), row(8), row(3, BEGIN), row(2, END))

    assert list(state.events) == [3, 2]


def test_a_new_snapshot_replaces_the_old_at_once() -> None:
    state, changes = fed(row(3, BEGIN | END), row(5, BEGIN), row(4, END))

    assert changes == [Change.SNAPSHOT, None, Change.SNAPSHOT]
    assert list(state.events) == [5, 4]


def test_a_later_row_of_an_index_replaces_the_earlier() -> None:
    state, _ = fed(row(3, BEGIN), row(2, END), row(3, 0, 2.5))

    assert state.events[3].close == 2.5
    assert len(state.events) == 2


def test_a_removal_takes_a_row_away_and_of_an_unknown_one_nothing() -> None:
    state, _ = fed(row(3, BEGIN), row(2, END), row(2, REMOVE), row(77, REMOVE))

    assert list(state.events) == [3]


def test_the_rows_of_a_transaction_show_together() -> None:
    state, changes = fed(row(3, BEGIN | END), row(3, PENDING, 2.0), row(4, 0, 2.0))

    assert changes[1:] == [None, Change.UPDATE]
    assert [event.close for event in state.events.values()] == [2.0, 2.0]


def test_the_sentinel_ends_a_transaction_and_shows_nothing() -> None:
    state, changes = fed(row(3, BEGIN | END), row(3, PENDING, 2.0), row(SENTINEL_INDEX, REMOVE))

    assert changes[-1] is Change.UPDATE
    assert list(state.events) == [3]
    assert state.events[3].close == 2.0


def test_a_restart_drops_what_was_half_sent() -> None:
    state = IndexedEvents[Candle]()
    for one in (row(3, BEGIN), row(2)):
        state.apply(one)
    state.restart()
    state.apply(row(1, END))

    assert not state.is_complete
    assert list(state.events) == [1]


def test_a_snapshot_without_an_end_is_refused_at_the_limit() -> None:
    state = IndexedEvents[Candle](limit=3)
    for one in (row(9, BEGIN), row(8), row(7)):
        state.apply(one)

    with pytest.raises(ProtocolError, match="without an end"):
        state.apply(row(6))


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.floats(1, 9), st.booleans(), st.booleans(), st.booleans()),
        max_size=60,
    )
)
def test_after_every_commit_the_state_is_the_servers(
    changes: list[tuple[int, float, bool, bool, bool]],
) -> None:
    """A server changes rows one by one or in transactions, and now and then sends everything again."""
    server: dict[int, float] = {}
    state = IndexedEvents[Candle]()
    for place, close, is_removal, goes_on, again in changes:
        index = index_of(place * 1000)
        if is_removal:
            server.pop(index, None)
        else:
            server[index] = close
        flags = (REMOVE if is_removal else 0) | (PENDING if goes_on else 0)
        rows = [row(index, flags, close)]
        if again:
            held = sorted(server, reverse=True)
            rows = [row(one, BEGIN * (at == 0), server[one]) for at, one in enumerate(held)]
            rows.append(row(0, REMOVE | END | (0 if held else BEGIN)))
            server.pop(0, None)
        shown = [state.apply(one) for one in rows]
        if shown[-1] is not None:
            assert {one: event.close for one, event in state.events.items()} == server
