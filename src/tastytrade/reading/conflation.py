"""Conflated: the newest event of each symbol, for a reader who cannot keep up and needs no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any

from tastytrade.dxfeed import Candle, Event, EventBatch
from tastytrade.dxfeed.events import DailyCandle

_Row = tuple[int, EventBatch[Any], tuple[str, ...], tuple[Any, ...]]
"""Ingest number, a batch without rows that says when and where it came, names of columns, values."""


_CANDLES = frozenset({Candle, DailyCandle})


class Conflated:
    """At most one event a type and symbol, and period of a candle.

    Rows, not batches: a whole batch would be kept for one row.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[type[Event], str, int], _Row] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, batch: EventBatch[Any]) -> int:
        """Take events in; how many older ones they replaced."""
        rows, event_class = self._rows, batch.event_class
        before, names = len(rows), tuple(batch.columns)
        origin = batch.rows(())
        # Of a candle each period has its newest: another period's is no older version of it.
        periods = batch.columns.get("index") if event_class in _CANDLES else None
        for number, symbol, period, values in zip(
            batch.numbers,
            batch.symbols,
            periods or repeat(0),
            zip(*batch.columns.values(), strict=True),
            strict=False,
        ):
            key = (event_class, symbol, period)
            rows.pop(key, None)  # so that the order stays that of coming
            rows[key] = (number, origin, names, values)
        return len(batch) - (len(rows) - before)

    def drain(self) -> Iterator[EventBatch[Any]]:
        """Everything kept, in the order it came; nothing is kept after that."""
        rows = sorted(self._rows.values(), key=itemgetter(0))
        self._rows = {}
        for _, group in groupby(rows, key=lambda row: id(row[1])):
            yield _batch_of(group)


def _batch_of(rows: Iterable[_Row]) -> EventBatch[Any]:
    chosen = list(rows)
    _, origin, names, _ = chosen[0]
    columns = zip(*(values for _, _, _, values in chosen), strict=True)
    return EventBatch(
        origin.event_class,
        {name: list(column) for name, column in zip(names, columns, strict=True)},
        received_ns=origin.received_ns,
        epoch=origin.epoch,
        channel=origin.channel,
        numbers=[number for number, _, _, _ in chosen],
    )
