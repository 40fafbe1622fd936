from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tastytrade.books import Books
from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import StreamClosed
from tastytrade.replaying.readers import ROW_BYTES, Readers, StoredFrame
from tastytrade.subscription import Overflow, Subscription
from tests.unit.tables.test_gaps import gap


def reader(
    books: Books, types: Iterable[str], symbols: Iterable[str], limit: int = 10_000
) -> Subscription[Any]:
    return Subscription(
        [Entry(name, symbol) for name in types for symbol in symbols],
        decode=books.decode,
        release=lambda _: None,
        limit_bytes=limit,
        overflow=Overflow.BLOCK,
    )


def batch(*symbols: str) -> EventBatch[Any]:
    return EventBatch.from_events([Quote(symbol) for symbol in symbols], received_ns=5)


async def read(subscription: Subscription[Any]) -> list[Any]:
    subscription.end()
    return [record async for record in subscription.records()]


def test_a_stored_batch_is_a_frame_that_is_decoded() -> None:
    quotes = batch("A", "B")
    frame = StoredFrame(quotes)

    assert frame.decode().batches == [quotes]
    assert (frame.size_bytes, frame.received_ns) == (2 * ROW_BYTES, 5)


async def test_everybody_gets_their_own_of_a_batch_and_what_nobody_reads_is_counted() -> None:
    books = Books()
    readers = Readers(books)
    one, other = reader(books, ["Quote"], ["A"]), reader(books, ["Trade"], ["A"])
    readers.add(one, ["Quote"], is_all=False)
    readers.add(other, ["Trade"], is_all=False)
    readers.give(batch("A", "B"))
    readers.leave(one)
    readers.give(batch("A"))
    ledger = books.ledger(readers, ())

    assert [record.symbols for record in await read(one)] == [["A"]]
    assert await read(other) == []
    assert (ledger.unclaimed, ledger.balance) == (1, 0)


async def test_who_reads_every_symbol_also_gets_those_that_nobody_named() -> None:
    books = Books()
    readers = Readers(books)
    everything = reader(books, ["Quote"], ["A"])
    readers.add(everything, ["Quote"], is_all=True)
    trade = EventBatch.from_events([Trade("C")])
    for record in (batch("B", "A"), trade, gap(symbols=("Z",))):
        readers.expect([record])
        readers.give(record)

    assert [entry.symbol for entry in everything.entries] == ["A", "B"]
    assert [
        record.symbols if isinstance(record, Gap) else tuple(record.symbols)
        for record in await read(everything)
    ] == [("B", "A"), ("Z",)]


async def test_of_a_gap_everybody_gets_what_concerns_them() -> None:
    books = Books()
    readers = Readers(books)
    one = reader(books, ["Quote"], ["A"])
    readers.add(one, ["Quote"], is_all=False)
    whole = gap(1, event_types=("Quote",))
    for told in (
        whole,
        gap(2),
        gap(3, symbols=("B",)),
        gap(4, symbols=("B", "A")),
        gap(5, event_types=("Trade",)),
    ):
        readers.give(told)
    found = await read(one)

    assert found[0] is whole
    assert [(record.number, record.event_types, record.symbols) for record in found] == [
        (1, ("Quote",), ()),
        (2, ("Quote",), ()),
        (4, ("Quote",), ("A",)),
    ]


def test_those_who_are_full_have_to_be_waited_for() -> None:
    books = Books()
    readers = Readers(books)
    one = reader(books, ["Quote"], ["A"], limit=ROW_BYTES)
    readers.add(one, ["Quote"], is_all=False)
    readers.give(batch("A"))
    before = readers.blocking
    readers.give(batch("A"))

    assert (before, readers.blocking) == ([], [one])


async def test_at_the_end_everybody_is_told_why() -> None:
    books = Books()
    readers = Readers(books)
    one = reader(books, ["Quote"], ["A"])
    readers.add(one, ["Quote"], is_all=False)
    readers.end(StreamClosed("over"))

    assert one.is_closed
    assert not readers
