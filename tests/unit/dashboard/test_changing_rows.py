from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tastytrade.dashboard.changing_rows import GONE, ChangingRows


def test_whoever_has_a_version_gets_what_changed_since() -> None:
    rows = ChangingRows()
    rows.put([("a", (1,)), ("b", (2,))])
    first = rows.version
    rows.put([("b", (3,))])
    second = rows.version
    rows.put([], gone=["a"])

    assert rows.since(first) == ([(3,)], ["a"])
    assert rows.since(second) == ([], ["a"])
    assert rows.since(rows.version) == ([], [])


def test_the_same_rows_again_are_no_change() -> None:
    rows = ChangingRows()
    rows.become([("a", (1, None))])
    before = rows.version

    assert not rows.become([("a", (1, None))])
    assert rows.version == before


def test_who_has_nothing_and_who_was_there_before_a_restart_needs_everything() -> None:
    rows = ChangingRows()
    rows.put([("a", (1,))])
    version = rows.version
    rows.restart()

    assert rows.is_whole(0)
    assert rows.is_whole(version)
    assert not rows.is_whole(rows.version)
    assert rows.values() == []


def test_who_is_behind_too_many_keys_that_went_needs_everything() -> None:
    rows = ChangingRows()
    rows.put((number, (number,)) for number in range(GONE + 1))
    version = rows.version
    rows.become([])

    assert rows.is_whole(version)


@given(st.lists(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 2)), max_size=12), st.data())
def test_any_client_that_takes_differences_has_the_rows(
    states: list[dict[str, int]], data: st.DataObject
) -> None:
    rows, mine, sent = ChangingRows(), {}, 0
    for state in states:
        rows.become((key, (key, value)) for key, value in state.items())
        if data.draw(st.booleans()):
            if rows.is_whole(sent):
                mine = {row[0]: row for row in rows.values()}
            else:
                changed, gone = rows.since(sent)
                mine = {key: row for key, row in mine.items() if key not in gone}
                mine |= {row[0]: row for row in changed}
            sent = rows.version
            assert mine == {key: (key, value) for key, value in state.items()}
