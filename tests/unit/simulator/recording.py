"""Recordings that are lists, and a market that plays one to its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from tastytrade.dxfeed import Candle, Event, EventBatch, Gap, Quote, TimeAndSale, index_of
from tastytrade.simulator.recorded_market import Moment, RecordedMarket

BEGAN_MS = 1_700_000_000_000
"""When the first record of most of them was received."""


class Stretch(Struct, frozen=True):
    first_ns: int
    last_ns: int


class ListRecording:
    """Records in the order in which they were received."""

    def __init__(self, records: Iterable[EventBatch[Any] | Gap]) -> None:
        self._records = list(records)
        self._batches = [one for one in self._records if isinstance(one, EventBatch)]

    @property
    def event_types(self) -> Sequence[type[Event]]:
        return list(dict.fromkeys(batch.event_class for batch in self._batches))

    def symbols(self, event_type: type[Event], /) -> Sequence[str]:
        some = [batch.symbols for batch in self._batches if batch.event_class is event_type]
        return sorted({symbol for symbols in some for symbol in symbols})

    def bounds(self) -> Stretch | None:
        times = [batch.received_ns for batch in self._batches]
        return Stretch(min(times), max(times)) if times else None

    def records(
        self, *, start: Moment | None = None, end: Moment | None = None
    ) -> Iterator[EventBatch[Any] | Gap]:
        assert not isinstance(start, datetime)
        assert not isinstance(end, datetime)
        for one in self._records:
            if isinstance(one, Gap) or (start or 0) <= one.received_ns < (end or 1 << 63):
                yield one


def received(after_ms: float, *events: Event) -> EventBatch[Any]:
    """Events of one class that were received together, so long after the beginning."""
    return EventBatch.from_events(
        list(events), received_ns=BEGAN_MS * 1_000_000 + round(after_ms * 1_000_000)
    )


def quote(symbol: str, price: float) -> Quote:
    return Quote(symbol, bidPrice=price, askPrice=price + 1)


def sale(symbol: str, number: int) -> TimeAndSale:
    time = BEGAN_MS + number
    return TimeAndSale(symbol, index=index_of(time), time=time, price=float(number))


def candle(symbol: str, time: int, close: float, flags: int = 0) -> Candle:
    return Candle(symbol, eventFlags=flags, index=index_of(time), time=time, close=close)


def play(market: RecordedMarket, elapsed: float, *, since: float = 0.0) -> int:
    """Ask for the time as a feed does, until it is what it should be; gives it."""
    at = since
    while at < elapsed:
        at = min(at + 0.5, elapsed)
        market.time_at(at)
        while market.lag_ms:
            market.time_at(at)
    return market.time_at(elapsed)


def begun(market: RecordedMarket) -> RecordedMarket:
    """The market, with time that begins half a second after 0."""
    market.begin(0.0)
    return market
