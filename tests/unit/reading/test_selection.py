from __future__ import annotations

from typing import Any

import pytest

from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.dxlink.compact import Quarantined
from tastytrade.dxlink.messages import Entry
from tastytrade.reading.selection import Selection, unreadable
from tests.unit.reading.frames import frame

QUOTE_A, TRADE_B = Entry("Quote", "A"), Entry("Trade", "B")


def selected(selection: Selection, *data: Any) -> list[tuple[str, list[Any]]]:
    return [(batch.event_class.__name__, batch.symbols) for batch in selection.of(frame(*data).decode())]


def test_only_the_readers_types_and_symbols_are_chosen() -> None:
    chosen = selected(
        Selection([QUOTE_A, TRADE_B]), "Quote", ["A", 1.0, "B", 2.0], "Trade", ["A", 3.0, "B", 4.0]
    )

    assert chosen == [("Quote", ["A"]), ("Trade", ["B"])]


def test_a_frame_without_anything_of_the_readers_gives_no_batch() -> None:
    assert selected(Selection([QUOTE_A]), "Quote", ["B", 1.0], "Trade", ["A", 1.0]) == []


def test_a_batch_that_is_all_the_readers_is_given_as_it_is() -> None:
    whole = frame("Quote", ["A", 1.0]).decode()
    (chosen,) = Selection([QUOTE_A]).of(whole)

    assert chosen is whole.batches[0]


def test_orders_of_other_sources_are_somebody_elses() -> None:
    selection = Selection([Entry("Order", "A", "NTV"), Entry("Order", "A", "DEX")])
    (batch,) = selection.of(frame("Order", ["A", "NTV", 1, "A", "ISE", 2, "A", "DEX", 3]).decode())

    assert batch.columns["index"] == [1, 3]


def test_orders_that_do_not_say_where_they_are_from_count() -> None:
    selection = Selection([Entry("Order", "A", "NTV")])
    (batch,) = selection.of(frame("Order", ["A", "", 1, "A", "DEX", 2]).decode())

    assert batch.columns["index"] == [1]


def test_types_are_named_in_the_order_they_were_asked_for() -> None:
    assert Selection([TRADE_B, QUOTE_A, Entry("Trade", "A")]).types == ("Trade", "Quote")


@pytest.mark.parametrize(
    ("event_type", "raw", "types"),
    [
        ("Quote", {"eventSymbol": "A"}, ("Quote",)),
        ("Quote", {"eventSymbol": "B"}, ()),
        ("Quote", {"eventSymbol": 7}, ("Quote",)),
        ("Quote", None, ("Quote",)),
        ("Greeks", {"eventSymbol": "A"}, ()),
        ("", "not JSON", ("Quote", "Trade")),
    ],
)
def test_rows_that_cannot_be_read_concern_whom_they_may_have_been_for(
    event_type: str, raw: Any, types: tuple[str, ...]
) -> None:
    bad = Quarantined("no number", event_type, 1, raw)

    assert Selection([QUOTE_A, TRADE_B]).concerned(bad) == types


@pytest.mark.parametrize(("event_type", "lost"), [("Quote", 3), ("", None)])
def test_rows_that_cannot_be_read_leave_a_gap_at_their_moment(event_type: str, lost: int | None) -> None:
    gap = unreadable(
        frame(at_ns=9, epoch=2), Quarantined("no number", event_type, 3, None), ("Quote",), number=5
    )

    assert (gap.number, gap.reason, gap.scope) == (5, GapReason.DECODE_ERROR, GapScope.TYPE)
    assert (gap.from_ns, gap.to_ns, gap.epoch_before, gap.epoch_after) == (9, 9, 2, 2)
    assert (gap.event_types, gap.lost_count) == (("Quote",), lost)
