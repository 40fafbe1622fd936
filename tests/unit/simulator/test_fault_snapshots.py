from __future__ import annotations

from typing import Any

import pytest

from tastytrade.dxfeed import Candle, EventBatch
from tastytrade.dxlink.messages import Entry
from tastytrade.simulator.fault_kinds import Resnapshot
from tastytrade.simulator.fault_snapshots import SENTINEL_INDEX, unusual_snapshot

ENTRY = Entry("Candle", "A{=m}", None, 1)
ROWS = EventBatch.from_events([Candle("A{=m}", index=number, time=number) for number in (2, 3, 4, 5)])


def snapshot(rows: EventBatch[Candle] | None = ROWS, **fault: Any) -> list[tuple[int, int]]:
    """Index and flags of each row."""
    batches = unusual_snapshot(Resnapshot(**fault), Candle, ENTRY, rows, is_cut=False)
    return [
        row
        for batch in batches
        for row in zip(batch.columns["index"], batch.columns["eventFlags"], strict=True)
    ]


@pytest.mark.parametrize(
    ("fault", "flags"),
    [
        ({}, [4, 0, 0, 0, 10]),
        ({"pending": True}, [5, 1, 1, 1, 10]),
        ({"pending": True, "sentinel": True}, [5, 1, 1, 1, 11, 2]),
        ({"pending": True, "unfinished": True}, [5, 1]),
        ({"early_row": True}, [0, 4, 0, 0, 0, 10]),
        ({"empty": True}, [14]),
        ({"empty": True, "early_row": True, "sentinel": True}, [14, 2]),
        ({"unfinished": True}, [4, 0]),
    ],
)
def test_a_snapshot_comes_in_every_form(fault: dict[str, Any], flags: list[int]) -> None:
    assert [flag for _, flag in snapshot(**fault)] == flags


def test_an_early_row_is_the_newest_and_the_sentinel_lies_beyond_all() -> None:
    rows = snapshot(early_row=True, sentinel=True)

    assert [index for index, _ in rows[:3]] == [5, 5, 4]
    assert rows[-1] == (SENTINEL_INDEX, 2)


def test_nothing_is_unfinished_about_no_rows() -> None:
    assert [flag for _, flag in snapshot(None, unfinished=True, early_row=True)] == [14]


def test_a_row_alone_does_not_end_its_unfinished_snapshot() -> None:
    assert [flag for _, flag in snapshot(ROWS.rows([0]), unfinished=True)] == [4]
