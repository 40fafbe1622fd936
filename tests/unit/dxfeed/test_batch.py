from __future__ import annotations

from typing import Any

from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.dxfeed.names import Direction


def make() -> EventBatch[Quote]:
    columns: dict[str, list[Any]] = {"eventSymbol": ["A", "B", "A"], "bidPrice": [1.0, 2.0, 3.0]}
    return EventBatch(Quote, columns, received_ns=5, epoch=2, channel=1)


def test_a_batch_gives_its_events_with_defaults_for_what_the_wire_left_out() -> None:
    assert list(make()) == [
        Quote("A", bidPrice=1.0),
        Quote("B", bidPrice=2.0),
        Quote("A", bidPrice=3.0),
    ]
    assert len(make()) == 3


def test_some_symbols_of_a_batch_keep_when_and_where_it_came() -> None:
    chosen = make().of_symbols({"A"})

    assert [event.bidPrice for event in chosen] == [1.0, 3.0]
    assert (chosen.received_ns, chosen.epoch, chosen.channel) == (5, 2, 1)


def test_all_symbols_of_a_batch_are_the_batch_itself() -> None:
    batch = make()

    assert batch.of_symbols({"A", "B", "C"}) is batch


def test_a_batch_comes_in_parts_that_know_when_and_where_it_came() -> None:
    parts = list(make().parts(2))

    assert [[event.bidPrice for event in part] for part in parts] == [[1.0, 2.0], [3.0]]
    assert {(part.received_ns, part.epoch, part.channel) for part in parts} == {(5, 2, 1)}


def test_a_batch_that_is_small_enough_is_its_only_part() -> None:
    batch = make()

    assert list(batch.parts(3)) == [batch]


def test_enumerations_are_members_in_events_and_text_in_columns() -> None:
    batch = EventBatch(Trade, {"eventSymbol": ["A"], "tickDirection": ["UP"]})
    (event,) = batch

    assert event.tickDirection is Direction.UP
    assert batch.columns["tickDirection"] == ["UP"]


def test_events_make_a_batch_that_gives_them_again() -> None:
    events = [Trade("A", price=1.5), Trade("B", tickDirection="LOOPING")]

    assert list(EventBatch.from_events(events)) == events


def test_an_empty_batch_gives_nothing() -> None:
    assert list(EventBatch(Quote, {})) == []
