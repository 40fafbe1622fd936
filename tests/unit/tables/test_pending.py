from __future__ import annotations

from typing import Any

from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.tables.pending import Pending
from tastytrade.tables.schema import described, series


def pending(*names: str) -> Pending:
    return Pending(described(Quote, names), series)


def batch(at_ns: int = 7, **columns: list[Any]) -> EventBatch[Quote]:
    return EventBatch(Quote, columns, received_ns=at_ns)


def test_what_was_taken_waits_no_more() -> None:
    waiting = pending("eventSymbol", "sequence")
    waiting.append(batch(eventSymbol=["A", "B"], sequence=[1, 2]))
    taken = waiting.take()

    assert taken.rows() == [("A", 1), ("B", 2)]
    assert (waiting.rows, waiting.take().rows()) == (0, [])


def test_a_column_that_a_batch_lacks_has_the_fields_default() -> None:
    waiting = pending("eventSymbol", "sequence", "bidExchangeCode")
    waiting.append(batch(eventSymbol=["A", "B"]))
    waiting.append(batch(eventSymbol=["C"], sequence=[5], bidExchangeCode=["Q"]))

    assert waiting.take().rows() == [("A", 0, ""), ("B", 0, ""), ("C", 5, "Q")]


def test_every_row_has_the_time_its_batch_was_received() -> None:
    waiting = pending("timestamp", "eventSymbol")
    waiting.append(batch(3, eventSymbol=["A", "B"]))
    waiting.append(batch(4, eventSymbol=["C"]))

    assert waiting.take()["timestamp"].to_physical().to_list() == [3, 3, 4]


def test_a_batch_whose_lists_change_later_has_been_copied() -> None:
    waiting, symbols = pending("eventSymbol"), ["A"]
    waiting.append(batch(eventSymbol=symbols))
    symbols[0] = "B"

    assert waiting.take().rows() == [("A",)]
