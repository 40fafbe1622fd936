"""A market that certifies itself: event k of a symbol happens at a time that follows from k alone.

So the truth needs no record of values. Sequence numbers travel in values a client must carry anyway, because
a real feed's times and sequences of quotes are 0: one number proves order and loss, and a checksum beside it
proves that columns, symbols and digits were not mixed up.

    Quote        bidSize = number, askSize = checksum
    TimeAndSale  size = number, price = checksum, time and index of the moment it happened
    Candle       close = number of the tick, count = checksum, time and index of the period's start

Times are Unix milliseconds of this machine, so they compare with the receive times of a client on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from math import isfinite
from typing import Any
from zlib import crc32

from msgspec import Struct

from tastytrade.dxfeed import Candle, Event, EventBatch, Quote, TimeAndSale, index_of
from tastytrade.simulator.rows import ROW_FIELDS, Row, batch_of

CANDLE_SECONDS = 5
LIMIT = 8000
COLUMNS = {
    "Quote": ("bidSize", "askSize"),
    "TimeAndSale": ("size", "price"),
    "Candle": ("close", "count"),
}
"""Where the number and the checksum of each type stand."""

_SYMBOL = re.compile(r"C(\d{4})")
_CANDLES = f"{{={CANDLE_SECONDS}s}}"


def symbols(count: int, *, first: int = 0) -> list[str]:
    """So many symbols of the market."""
    return [f"C{number:04d}" for number in range(first, first + count)]


def candles_of(symbol: str) -> str:
    """The symbol of the candles of one."""
    return symbol + _CANDLES


@cache
def _phase(symbol: str, event_type: str, period_ms: int) -> int:
    if event_type == "Candle":
        return 0  # a candle there is from its first moment on
    return crc32(f"{symbol} {event_type}".encode()) % period_ms


def checksum(symbol: str, event_type: str, number: int) -> int:
    """What must stand beside a number; a float carries it exactly."""
    return crc32(f"{symbol} {event_type} {number}".encode()) & 0xFFFFFF


class Rhythm(Struct, frozen=True):
    """How often each symbol has an event of each type; ``origin_ms`` is when the first could happen."""

    origin_ms: int
    quote_ms: int = 500
    sale_ms: int = 1000
    candle_ms: int = 500

    def period_ms(self, event_type: str) -> int:
        return {"Quote": self.quote_ms, "TimeAndSale": self.sale_ms, "Candle": self.candle_ms}[event_type]

    def count(self, symbol: str, event_type: str, now_ms: int) -> int:
        """How many events there have been: the number of the latest one."""
        period_ms = self.period_ms(event_type)
        since_ms = now_ms - self.origin_ms - _phase(symbol, event_type, period_ms)
        return max(since_ms // period_ms + 1, 0)

    def time_ms(self, symbol: str, event_type: str, number: int) -> int:
        """When an event happens."""
        period_ms = self.period_ms(event_type)
        return self.origin_ms + _phase(symbol, event_type, period_ms) + (number - 1) * period_ms


class CountingMarket:
    """What a Simulator can be given as its ``market``; has ``limit`` symbols and candles of each."""

    def __init__(self, rhythm: Rhythm, *, limit: int = 10_000) -> None:
        self.rhythm = rhythm
        self.began_ms = 0
        """When the simulator's clock stood at 0."""
        self._limit = limit

    # The clock and the symbols.

    def time_at(self, elapsed_seconds: float) -> int:
        return self.began_ms + int(elapsed_seconds * 1000)

    def knows(self, symbol: str) -> bool:
        found = _SYMBOL.fullmatch(symbol.removesuffix(_CANDLES))
        return found is not None and int(found[1]) < self._limit

    # Events.

    def snapshot(
        self, event_class: type[Event], symbols: Sequence[str], now_ms: int
    ) -> EventBatch[Any] | None:
        """The latest event of each symbol, where there has been one."""
        if event_class not in {Quote, TimeAndSale, Candle}:
            return None
        name = event_class.__name__
        names: list[str] = []
        rows: list[Row] = []
        for symbol in symbols:
            number = self.rhythm.count(symbol, name, now_ms)
            if number and self.knows(symbol):
                names.append(symbol)
                rows.append(self._row(event_class, symbol, number))
        return batch_of(event_class, names, rows)

    def changed(
        self, event_class: type[Event], symbols: Sequence[str], previous_ms: int, now_ms: int
    ) -> list[str]:
        if event_class not in {Quote, TimeAndSale, Candle}:
            return []
        name, count = event_class.__name__, self.rhythm.count
        return [one for one in symbols if count(one, name, now_ms) != count(one, name, previous_ms)]

    def prints(self, symbols: Sequence[str], previous_ms: int, now_ms: int) -> EventBatch[TimeAndSale] | None:
        """Every sale in (previous, now], in order of time."""
        happened = sorted(
            (self.rhythm.time_ms(symbol, "TimeAndSale", number), symbol, number)
            for symbol in dict.fromkeys(symbols)
            for number in self._numbers(symbol, "TimeAndSale", previous_ms, now_ms)
        )
        rows = [self._row(TimeAndSale, symbol, number) for _, symbol, number in happened]
        return batch_of(TimeAndSale, [symbol for _, symbol, _ in happened], rows)

    def history(
        self, event_class: type[Event], symbol: str, from_ms: int, now_ms: int, limit: int = LIMIT
    ) -> tuple[EventBatch[Any] | None, bool]:
        """Sales, or candles with the one that is not complete, from ``from_ms`` on; whether they were cut."""
        if event_class is TimeAndSale:
            numbers = list(self._numbers(symbol, "TimeAndSale", from_ms - 1, now_ms))
        elif event_class is Candle:
            numbers = list(self._last_ticks(symbol, from_ms, now_ms))
        else:
            numbers = []
        rows = [self._row(event_class, symbol, number) for number in numbers[-limit:]]
        return batch_of(event_class, [symbol] * len(rows), rows), len(numbers) > limit

    def key(self, batch: EventBatch[Any]) -> list[int | None]:
        """What tells the rows of a symbol apart in a truth log: the number; None for a row of flags only."""
        return [number_of(value) for value in batch.columns[COLUMNS[batch.event_class.__name__][0]]]

    def _numbers(self, symbol: str, name: str, previous_ms: int, now_ms: int) -> Iterable[int]:
        count = self.rhythm.count
        return range(count(symbol, name, previous_ms) + 1, count(symbol, name, now_ms) + 1)

    def _last_ticks(self, symbol: str, from_ms: int, now_ms: int) -> Iterable[int]:
        """The number of the last tick of each period that begins at ``from_ms`` or later."""
        period_ms = CANDLE_SECONDS * 1000
        earliest_ms = max(from_ms, self.rhythm.origin_ms)
        for start_ms in range(-(-earliest_ms // period_ms) * period_ms, now_ms + 1, period_ms):
            number = self.rhythm.count(symbol, "Candle", min(now_ms, start_ms + period_ms - 1))
            if number and self.rhythm.time_ms(symbol, "Candle", number) >= start_ms:
                yield number

    def _row(self, event_class: type[Event], symbol: str, number: int) -> Row:
        name = event_class.__name__
        proof = float(checksum(symbol, name, number))
        time_ms = self.rhythm.time_ms(symbol, name, number)
        if event_class is Quote:
            return ("Q", 1.0, float(number), "Q", 2.0, proof)
        if event_class is TimeAndSale:
            return (index_of(time_ms), time_ms, 0, "Q", proof, float(number), 1.0, 2.0, "BUY", True)
        start_ms = time_ms // (CANDLE_SECONDS * 1000) * (CANDLE_SECONDS * 1000)
        values = dict.fromkeys(ROW_FIELDS[Candle], 1.0)
        values |= {"index": index_of(start_ms), "time": start_ms, "count": proof, "close": float(number)}
        return tuple(values.values())


def number_of(value: object) -> int | None:
    """The number in a value of the first of those columns; None where it carries none."""
    return int(value) if isinstance(value, int | float) and isfinite(value) and value >= 1 else None
