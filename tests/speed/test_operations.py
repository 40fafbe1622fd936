"""No more work an event than there was: operations are counted, so that a busy machine changes nothing.

The limits are what was counted on Python 3.11, and a fifth more, because versions differ. Whoever makes
something dearer on purpose raises its limit here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from functools import lru_cache
from math import inf
from typing import Any

import pytest

from tastytrade import Quote, TableBuilder
from tastytrade.books import Books
from tastytrade.dxfeed import EventBatch, EventType
from tastytrade.dxlink.client import ClientProtocol, Step
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.subscription import Overflow, Subscription
from tests.speed.frames import texts
from tests.speed.operations import Operations, operations_of
from tests.speed.scenario import TYPES, Scenario

SYMBOLS = 500
FEW, MANY = 500, 2000
"""Events of a frame; in each some have no number where one should be."""


@lru_cache
def columns_of(event_type: str) -> tuple[str, ...]:
    return tuple(EventType(event_type).event_class.__struct_fields__)


def frame_of(event_type: str, events: int, *, messages: int = 1) -> Frame:
    columns = {event_type: columns_of(event_type)}
    made = texts(Scenario(event_type, events // messages, SYMBOLS), columns, {event_type: 1})[:messages]
    return Frame(made, columns, channel=1, epoch=1, received_ns=1)


def decoding(frame: Frame) -> Operations:
    """What decoding it afresh takes."""
    return operations_of(frame._parse)


@pytest.mark.parametrize(
    ("event_type", "most"),
    [("Quote", 1050), ("Trade", 1210), ("Greeks", 1000), ("TimeAndSale", 1430), ("Candle", 1160)],
)
def test_decoding_a_frame_takes_no_step_of_python_for_an_event(event_type: str, most: int) -> None:
    assert event_type in TYPES
    few, many = (decoding(frame_of(event_type, events)) for events in (FEW, MANY))

    assert many - few == Operations(0, 0)
    assert few.instructions <= most


def test_messages_of_one_event_that_came_together_cost_little_each() -> None:
    few, many = (decoding(frame_of("Quote", messages, messages=messages)) for messages in (50, 250))

    assert (many - few).instructions / 200 <= 8
    assert (many - few).calls / 200 <= 0.5


def test_taking_messages_off_the_wire_costs_little_each() -> None:
    protocol = ClientProtocol()
    protocol.step = Step.READY
    protocol.by_number[1] = protocol.channels[0]
    made = frame_of("Quote", 200, messages=200).texts

    def receive(count: int) -> Operations:
        return operations_of(lambda: list(protocol.receive_all(made[:count], now=0.0)))

    assert (receive(200) - receive(100)).instructions / 100 <= 34


class Reading:
    """A reader with a frame that comes again and again, and no loop between the two."""

    def __init__(self, events: int) -> None:
        self.frame = frame_of("Quote", events)
        self.frame.contract = Contract.TICKER
        books = Books()
        (batch,) = self.frame.decode().batches
        self.subscription: Subscription[Any] = Subscription(
            [Entry("Quote", symbol) for symbol in dict.fromkeys(batch.symbols)],
            decode=books.decode,
            release=lambda _: None,
            overflow=Overflow.FAIL,
        )
        self.batches = self.subscription.batches()
        self.events = self.subscription.events()

    def put(self) -> None:
        self.subscription.put(self.frame)
        self.subscription._turn_ends = inf  # whoever counts is slow; nobody else waits for a turn

    def read_batch(self) -> None:
        self.put()
        assert len(taken(self.batches)) > 0

    def read_events(self, count: int) -> None:
        for _ in range(count):
            taken(self.events)


def taken(records: AsyncGenerator[Any, None]) -> Any:
    """The next of what waits already."""
    try:
        records.__anext__().send(None)
    except StopIteration as given:
        return given.value
    raise AssertionError("nothing waits")


async def test_reading_batches_takes_no_step_of_python_for_an_event() -> None:
    few, many = Reading(FEW), Reading(MANY)
    cost = operations_of(few.read_batch)

    assert operations_of(many.read_batch) - cost == Operations(0, 0)
    assert cost.instructions <= 1700


async def test_an_event_of_a_batch_costs_a_step_of_the_loop_around_it() -> None:
    reading = Reading(MANY)
    reading.put()
    taken(reading.events)
    for _ in range(4):
        reading.put()
    cost = operations_of(lambda: reading.read_events(200)) - operations_of(lambda: reading.read_events(100))

    assert cost.instructions / 100 <= 45
    await asyncio.sleep(0)


def batch_of(events: int) -> EventBatch[Quote]:
    (batch,) = frame_of("Quote", events).decode().batches
    return batch  # type: ignore[return-value]


@pytest.mark.parametrize("how", [{}, {"latest": True}], ids=["last rows", "latest rows"])
def test_a_row_of_a_table_takes_no_step_of_python(how: dict[str, Any]) -> None:
    few, many = batch_of(FEW), batch_of(MANY)

    def cost(batch: EventBatch[Quote]) -> Operations:
        builder = TableBuilder(Quote, **how)
        builder.append(batch)
        return operations_of(lambda: builder.append(batch))

    assert (cost(many) - cost(few)).instructions == 0
