"""Snapshots of a history in the forms that are legal, rare, and misread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tastytrade.dxfeed import Event, EventBatch, EventFlags, fields_of
from tastytrade.dxlink.messages import Entry
from tastytrade.simulator.fault_kinds import Resnapshot
from tastytrade.simulator.history import ROWS_PER_FRAME, snapshot_batches

SENTINEL_INDEX = (1 << 63) - 1


def unusual_snapshot(
    fault: Resnapshot,
    event_class: type[Event],
    entry: Entry,
    rows: EventBatch[Any] | None,
    *,
    is_cut: bool,
) -> Iterator[EventBatch[Any]]:
    """The batches of one snapshot as the fault wants it, from ``rows`` in ascending index order."""
    if fault.empty:
        rows, is_cut = None, False
    has_rows = rows is not None and len(rows) > 0
    if fault.early_row and rows is not None and has_rows:
        newest = rows.rows([len(rows) - 1])
        yield _flagged(newest, [0])
    batches = list(snapshot_batches(event_class, entry, rows, is_cut=is_cut))
    if fault.unfinished and rows is not None and has_rows:
        batches = _first(batches, max(len(rows) // 2, 1))
    if fault.pending:
        batches = [
            _flagged(one, [_flags(one, row) | EventFlags.TX_PENDING for row in range(len(one))])
            for one in batches
        ]
        if not (fault.sentinel or fault.unfinished):
            last = batches[-1]
            flags = [_flags(last, row) for row in range(len(last))]
            flags[-1] &= ~int(EventFlags.TX_PENDING)
            batches[-1] = _flagged(last, flags)
    yield from batches
    if fault.sentinel:
        yield sentinel(event_class, entry.symbol)


def sentinel(event_class: type[Event], symbol: str) -> EventBatch[Any]:
    """The virtual row that ends a transaction with nothing in it: removed at once, in the year 2038."""
    values = {field.name: field.default for field in fields_of(event_class)}
    values |= {
        "eventSymbol": symbol,
        "eventFlags": int(EventFlags.REMOVE_EVENT),
        "index": SENTINEL_INDEX,
        "time": 2_147_483_648_023,
    }
    return EventBatch(event_class, {name: [value] for name, value in values.items()})


def _first(batches: list[EventBatch[Any]], count: int) -> list[EventBatch[Any]]:
    """The batches up to so many rows; the last one of them is cut short, and does not end the snapshot."""
    kept = []
    for batch in batches:
        if count <= 0:
            break
        part = next(batch.parts(min(count, ROWS_PER_FRAME)))
        kept.append(part)
        count -= len(part)
    ends = ~int(EventFlags.SNAPSHOT_END | EventFlags.SNAPSHOT_SNIP)
    return [_flagged(one, [_flags(one, row) & ends for row in range(len(one))]) for one in kept]


def _flags(batch: EventBatch[Any], row: int) -> int:
    return int(batch.columns["eventFlags"][row])


def _flagged(batch: EventBatch[Any], flags: list[int]) -> EventBatch[Any]:
    columns = {**batch.columns, "eventFlags": [int(flag) for flag in flags]}
    return EventBatch(batch.event_class, columns)
