"""Past: what a recording had already given at the moment where its replay stands.

Whoever begins to look there sees what a live page would have shown at that moment, and not an empty one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, TypeVar

from tastytrade.dxfeed import Candle, Event, EventBatch, Kind, Quote, TimeAndSale, fields_of
from tastytrade.dxfeed.event import NAN
from tastytrade.store import Store
from tastytrade.tables import Table

T = TypeVar("T")


class Past:
    """Questions to a store about everything received before a moment; each is answered in a thread.

    until_ns  gives that moment, Unix nanoseconds; nothing of it or after it is seen
    """

    def __init__(self, store: Store, until_ns: Callable[[], int]) -> None:
        self._store = store
        self._until_ns = until_ns

    async def latest(self, event_class: type[Event], symbols: Iterable[str]) -> list[EventBatch[Any]]:
        """The newest event of each symbol, as batches of what was received together."""
        names, until_ns = list(symbols), self._until_ns()

        def ask() -> list[EventBatch[Any]]:
            return _batches(event_class, self._store.latest(event_class, symbols=names, at=until_ns - 1))

        return await _answered(ask)

    async def events(
        self, event_class: type[Event], symbols: Iterable[str], *, last: int
    ) -> list[EventBatch[Any]]:
        """The newest so many events of some symbols, in the order in which they came."""
        names, until_ns = list(symbols), self._until_ns()

        def ask() -> list[EventBatch[Any]]:
            scanned = self._store.scan(event_class, symbols=names, end=until_ns)
            return _batches(event_class, scanned.sort("n").tail(last).collect())

        return await _answered(ask)

    async def candles(self, symbol: str, period: str) -> Table:
        """Candles of the prints of a symbol, of its quotes' middles where there are no prints."""
        until_ns = self._until_ns()

        def ask() -> Table:
            made = self._store.candles(symbol, period, of=self.made_of(symbol), end=until_ns)
            return made.filter(made["time"].dt.epoch("ms") * 1_000_000 < until_ns)

        return await _answered(ask)

    def made_of(self, symbol: str) -> Any:
        """What candles are made of: "prints", or "mid" for a symbol that has none."""
        return "prints" if self.has(TimeAndSale, symbol) or not self.has(Quote, symbol) else "mid"

    async def captured_candles(self, symbol: str) -> list[EventBatch[Any]]:
        """The candles that were captured under a candle symbol; none where it was not."""
        until_ns = self._until_ns()

        def ask() -> list[EventBatch[Any]]:
            if not self.has(Candle, symbol):
                return []
            scanned = self._store.scan(Candle, symbols=symbol, end=until_ns).sort("n").collect()
            return _batches(Candle, scanned)

        return await _answered(ask)

    def has(self, event_class: type[Event], symbol: str) -> bool:
        """Whether any event of a type and symbol was captured."""
        if event_class not in self._store.event_types:
            return False
        return not self._store.scan(event_class, symbols=symbol).head(1).collect().is_empty()


async def _answered(ask: Callable[[], T]) -> T:
    return await asyncio.to_thread(ask)


def _batches(event_class: type[Event], table: Table) -> list[EventBatch[Any]]:
    """The rows of a table of ``scan``, in their order, as the batches that they came in."""
    columns: dict[str, list[Any]] = {}
    for field in fields_of(event_class):
        values = table[field.name].to_list()
        is_double = field.kind is Kind.DOUBLE
        columns[field.name] = [NAN if value is None else value for value in values] if is_double else values
    received = table["timestamp"].dt.epoch("ns").to_list()
    numbers = table["n"].to_list()
    whole = EventBatch(event_class, columns, numbers=numbers)
    found = []
    for received_ns, places in groupby(range(len(numbers)), received.__getitem__):
        part = whole.rows(places)
        part.received_ns = received_ns
        found.append(part)
    return found
