from __future__ import annotations

from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.reading.conflation import Conflated
from tests.unit.reading.frames import frame


def batches(*data: Any, number: int, at_ns: int = 0, epoch: int = 1) -> list[EventBatch[Any]]:
    return list(frame(*data, number=number, at_ns=at_ns, epoch=epoch).decode().batches)


def test_the_newest_event_of_each_symbol_is_kept_and_the_others_are_counted() -> None:
    newest = Conflated()
    (first,) = batches("Quote", ["A", 1.0, "B", 2.0, "A", 3.0], number=1)
    (second,) = batches("Quote", ["B", 4.0], number=2)
    replaced = [newest.add(first), newest.add(second)]

    assert replaced == [1, 1]
    assert len(newest) == 2
    assert [(event.eventSymbol, event.bidPrice) for batch in newest.drain() for event in batch] == [
        ("A", 3.0),
        ("B", 4.0),
    ]


def test_two_types_of_a_symbol_are_two_values() -> None:
    newest = Conflated()
    for batch in batches("Quote", ["A", 1.0], "Trade", ["A", 2.0], number=1):
        newest.add(batch)

    assert [batch.event_class.__name__ for batch in newest.drain()] == ["Quote", "Trade"]


def test_each_event_says_when_and_where_it_came() -> None:
    newest = Conflated()
    (first,) = batches("Quote", ["A", 1.0, "B", 2.0], number=1, at_ns=10, epoch=1)
    (second,) = batches("Quote", ["B", 3.0], number=2, at_ns=20, epoch=2)
    newest.add(first)
    newest.add(second)
    one, two = newest.drain()

    assert (one.received_ns, one.epoch, list(one.numbers)) == (10, 1, [first.numbers[0]])
    assert (two.received_ns, two.epoch, list(two.numbers)) == (20, 2, [second.numbers[0]])


def test_events_come_out_in_the_order_they_came() -> None:
    newest = Conflated()
    for number, symbol in enumerate("ABCAB", 1):
        (batch,) = batches("Quote", [symbol, float(number)], number=number)
        newest.add(batch)

    assert [price for batch in newest.drain() for price in batch.columns["bidPrice"]] == [3.0, 4.0, 5.0]


def test_nothing_is_left_after_draining() -> None:
    newest = Conflated()
    (batch,) = batches("Quote", ["A", 1.0], number=1)
    newest.add(batch)
    list(newest.drain())

    assert len(newest) == 0
    assert list(newest.drain()) == []
