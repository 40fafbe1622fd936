from __future__ import annotations

from pathlib import Path

from tastytrade.store import Pace
from tests.unit.store.made import quotes, writer


def test_what_is_worth_a_file_is_for_the_caller_to_say(tmp_path: Path) -> None:
    moved = {}
    for rows in (10, 11):
        with writer(tmp_path / str(rows), pace=Pace(move_rows=rows)) as store:
            store.append(quotes(0, 10))
            store.commit()
            moved[rows] = store.move()

    assert moved == {10: 10, 11: 0}


def test_few_rows_are_moved_after_their_time(tmp_path: Path) -> None:
    with writer(tmp_path, pace=Pace(move_after=0.0)) as store:
        store.append(quotes(0, 1))
        store.commit()
        moved = store.move()

    assert moved == 1
