from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade.dxlink.compact import Quarantined
from tastytrade.dxlink.frame import Frame
from tastytrade.ledger import MAX_QUARANTINED, Counts, Ledger, ReaderLedger
from tests.unit.reading.frames import frame

READER = ReaderLedger(
    name="mine",
    received=10,
    delivered=4,
    conflated=3,
    dropped={"overflow": 1, "repeated": 1},
    queued=1,
)


def ledger(**changed: Any) -> Ledger:
    fields: dict[str, Any] = {
        "frames": 2,
        "bytes": 100,
        "received": {"Quote": 5, "Trade": 2},
        "readable": {"Quote": 4, "Trade": 2},
        "quarantined": {"Quote": 1},
        "unclaimed": 0,
        "malformed": 0,
        "unknown": 0,
        "stray": 0,
        "last_quarantined": (),
        "readers": (READER,),
    }
    return Ledger(**fields | changed)


def count(counts: Counts, one: Frame) -> int:
    return counts.count(one, one.decode())


def test_books_in_which_everything_is_accounted_for_balance() -> None:
    assert READER.balance == 0
    assert ledger().balance == 0


@pytest.mark.parametrize(
    ("name", "by"), [("received", 1), ("delivered", -1), ("conflated", -1), ("queued", -1)]
)
def test_what_is_unaccounted_for_at_a_reader_is_the_balance(name: str, by: int) -> None:
    assert replace(READER, **{name: getattr(READER, name) + 2}).balance == 2 * by


def test_what_is_missing_here_does_not_make_up_for_what_is_too_much_there() -> None:
    more, less = replace(READER, received=12), replace(READER, received=8)

    assert ledger(readers=(more, less)).balance == 4
    assert ledger(received={"Quote": 6, "Trade": 2}, readers=(less,)).balance == 3


def test_rows_are_counted_by_event_type() -> None:
    counts = Counts()
    rows = count(counts, frame("Quote", ["A", 1.0, "B", 2.0], "Trade", ["A", 3.0]))
    rows += count(counts, frame("Quote", ["A", 4.0]))

    assert rows == counts.rows == 4
    assert counts.received == counts.readable == {"Quote": 3, "Trade": 1}
    assert counts.quarantined == {}


def test_rows_that_cannot_be_read_are_counted_beside_the_others() -> None:
    counts = Counts()
    count(counts, frame("Quote", ["A", 1.0, "B", {}]))
    bad = counts.last_quarantined[0]

    assert (counts.received, counts.readable, counts.quarantined) == (
        {"Quote": 2},
        {"Quote": 1},
        {"Quote": 1},
    )
    assert isinstance(bad, Quarantined)


def test_the_newest_reasons_are_kept_and_no_more() -> None:
    counts = Counts()
    for number in range(MAX_QUARANTINED + 5):
        count(counts, frame("Quote", [f"S{number}", {}]))

    assert len(counts.last_quarantined) == MAX_QUARANTINED
    assert f"S{MAX_QUARANTINED + 4}" in repr(counts.last_quarantined[-1].raw)
    assert counts.quarantined.total() == MAX_QUARANTINED + 5


def test_who_has_come_is_unanswered_no_more() -> None:
    one = frame("Quote", ["A", 1.0])
    waiting = {"Quote": {"A", "B"}, "Trade": {"A"}}
    one.unanswered = waiting
    count(Counts(), one)

    assert waiting == {"Quote": {"B"}, "Trade": {"A"}}


def test_a_frame_is_marked_as_counted() -> None:
    one = frame("Quote", ["A", 1.0])
    count(Counts(), one)

    assert one.is_counted
