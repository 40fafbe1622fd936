"""Recordings: small stores to be replayed, and what a replay gave, in a form that can be compared."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from tastytrade import replay
from tastytrade.dxfeed import Event, EventBatch, Kind, Quote, TimeAndSale, Trade, fields_of
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.store import StoreWriter
from tastytrade.store.records import Record

BEGAN_NS = 1_795_184_000_000_000_000
"""2026-11-20, 13:33:20 UTC."""
MS = 1_000_000
TYPES = (Quote, Trade, TimeAndSale)


def quotes(at_ns: int, *symbols: str, epoch: int = 1, price: float = 1.0) -> EventBatch[Any]:
    """A quote of each symbol, received at a time."""
    events = [Quote(symbol, bidPrice=price, askPrice=price + 0.5) for symbol in symbols or ("A",)]
    return at(EventBatch.from_events(events, received_ns=at_ns), epoch)


def prints(at_ns: int, *symbols: str, epoch: int = 1, index: int = 0) -> EventBatch[Any]:
    """A print of each symbol."""
    events = [TimeAndSale(symbol, index=index, time=at_ns // MS, price=2.0) for symbol in symbols or ("A",)]
    return at(EventBatch.from_events(events, received_ns=at_ns), epoch)


def trades(at_ns: int, *symbols: str, epoch: int = 1) -> EventBatch[Any]:
    """A last trade of each symbol."""
    return at(EventBatch.from_events([Trade(one) for one in symbols or ("A",)], received_ns=at_ns), epoch)


def at(batch: EventBatch[Any], epoch: int) -> EventBatch[Any]:
    """The same batch on a connection of this number."""
    batch.epoch = epoch
    return batch


def gap(number: int = 1, **values: Any) -> Gap:
    """A gap of quotes and prints that is open, unless told."""
    made = Gap(
        number=number,
        reason=GapReason.DISCONNECT,
        scope=GapScope.CONNECTION,
        event_types=("Quote", "TimeAndSale"),
        from_ns=BEGAN_NS,
        detected_ns=BEGAN_NS,
        epoch_before=1,
    )
    return replace(made, **values)


def day(turns: int = 300, *, step_ns: int = MS) -> list[Record]:
    """A feed of three types with two connections and what was lost between them, step by step."""
    records: list[Record] = []
    lost_at, back_at = turns // 3, turns // 3 + 5
    for turn in range(turns):
        now = BEGAN_NS + turn * step_ns
        epoch = 1 if turn < back_at else 2
        if turn == lost_at:
            records.append(gap(1, from_ns=now - step_ns, detected_ns=now))
        if turn == back_at:
            ended = gap(
                1, from_ns=BEGAN_NS + (lost_at - 1) * step_ns, detected_ns=now, to_ns=now, epoch_after=2
            )
            records += [ended, replace(ended, event_types=("Quote",)), gap(2, to_ns=now, epoch_after=2)]
        if lost_at <= turn < back_at:
            continue
        records.append(quotes(now, *("A", "B", "C €")[turn % 3 :], epoch=epoch, price=turn / 8))
        if turn % 2:
            records.append(prints(now, "A", "B", epoch=epoch, index=turn))
        if turn % 7 == 0:
            records.append(trades(now, "B", epoch=epoch))
    return records


def keep(
    path: Path,
    records: Iterable[Record],
    *,
    commit_every: int = 50,
    feed_level: str = "simulated",
    symbols: Sequence[str] = (),
) -> Path:
    """Write records in one session: some to the tables, in several files, and the last to the journal."""
    with StoreWriter(path, feed_level=feed_level, event_types=("Quote",), symbols=symbols) as writer:
        for number, record in enumerate(records, start=1):
            writer.append(record)
            if number % commit_every == 0:
                writer.commit()
            if number % (3 * commit_every) == 0:
                writer.move(everything=True)
    return path


async def played(path: Path, event_types: Any = TYPES, symbols: Any = None, **options: Any) -> list[Record]:
    """What a replay gives, as fast as it is read unless told."""
    async with (
        replay(path, **{"speed": "max", **options}) as source,
        source.subscribe(event_types, symbols) as reader,
    ):
        return [record async for record in reader.records()]


def digest(records: Iterable[Record]) -> str:
    """All that there is to records: what is in them, in which order, and how it is cut."""
    found = hashlib.blake2b(digest_size=16)
    for record in records:
        found.update(repr(facts(record)).encode())
    return found.hexdigest()


def facts(record: Record) -> Any:
    """A record as values that are equal when it is."""
    if isinstance(record, Gap):
        return record
    columns = {name: record.columns[name] for name in sorted(record.columns)}
    kind = record.event_class.__name__
    return kind, record.received_ns, record.epoch, list(record.numbers), columns


def events_of(records: Iterable[Record]) -> list[tuple[int, Event]]:
    """The events of records, each with its number."""
    return [
        (number, event)
        for record in records
        if not isinstance(record, Gap)
        for number, event in zip(record.numbers, record, strict=True)
    ]


def exact(event: Event) -> tuple[Any, ...]:
    """An event's values, exactly: nan is nan, -0.0 is not 0.0, and a name that is known is a member."""
    values: list[Any] = [type(event)]
    for field in fields_of(type(event)):
        value = getattr(event, field.name)
        if field.kind is Kind.DOUBLE:
            value = "nan" if math.isnan(value) else struct.pack("d", float(value))
        elif field.kind is Kind.ANY:
            value = msgspec.json.encode(value)
        values.append((type(value), value))
    return tuple(values)
