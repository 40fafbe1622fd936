"""A market whose underlying goes where it is told, and whose options stand still."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from tastytrade.dxfeed import Event, EventBatch, Greeks, Quote, Summary, TimeAndSale, Trade, index_of
from tastytrade.simulator.rows import ROW_FIELDS, Row, batch_of

OPTION_TYPES = (Quote, Greeks, Summary, Trade)


class WalkingMarket:
    """What a Simulator can be given as its ``market``.

    began_ms  its time when the simulator begins (Unix milliseconds)
    types     what there is of the underlying
    """

    def __init__(
        self,
        underlying: str,
        options: Iterable[str],
        price: float,
        *,
        began_ms: int,
        types: Sequence[type[Event]] = (Trade, Quote),
    ) -> None:
        self.asked = 0
        """How often the current events of options were asked for."""
        self._underlying = underlying
        self._options = frozenset(options)
        self._types = types
        self._began_ms = self._now_ms = began_ms
        self._path: list[tuple[int, float]] = [(0, price)]

    def walk(self, *prices: float, every_ms: int = 1) -> None:
        """Go to each of some prices, from now on."""
        last_ms = max(self._now_ms, self._path[-1][0])
        self._path += [(last_ms + every_ms * number, price) for number, price in enumerate(prices, 1)]

    def price_at(self, now_ms: int) -> float:
        """Where the underlying is."""
        return self._path[bisect_right(self._path, now_ms, key=itemgetter(0)) - 1][1]

    # What a feed asks of a market.

    def time_at(self, elapsed_seconds: float) -> int:
        self._now_ms = max(self._now_ms, self._began_ms + int(elapsed_seconds * 1000))
        return self._now_ms

    def knows(self, symbol: str) -> bool:
        return symbol == self._underlying or symbol in self._options

    def snapshot(
        self, event_class: type[Event], symbols: Sequence[str], now_ms: int
    ) -> EventBatch[Any] | None:
        found = [symbol for symbol in symbols if self._has(event_class, symbol)]
        self.asked += len(found)
        return batch_of(event_class, found, [self._row(event_class, symbol, now_ms) for symbol in found])

    def changed(
        self, event_class: type[Event], symbols: Sequence[str], previous_ms: int, now_ms: int
    ) -> list[str]:
        is_elsewhere = self.price_at(previous_ms) != self.price_at(now_ms)
        return [one for one in symbols if is_elsewhere and one == self._underlying]

    def prints(self, symbols: Sequence[str], previous_ms: int, now_ms: int) -> EventBatch[TimeAndSale] | None:
        return None

    def history(
        self, event_class: type[Event], symbol: str, from_ms: int, now_ms: int, limit: int = 0
    ) -> tuple[EventBatch[Any] | None, bool]:
        return None, False

    def _has(self, event_class: type[Event], symbol: str) -> bool:
        return event_class in (self._types if symbol == self._underlying else OPTION_TYPES)

    def _row(self, event_class: type[Event], symbol: str, now_ms: int) -> Row:
        price = self.price_at(now_ms) if symbol == self._underlying else 5.0
        values: dict[str, Any] = dict.fromkeys(ROW_FIELDS[event_class], 1.0)
        values |= {
            "bidPrice": price - 0.25,
            "askPrice": price + 0.25,
            "price": price,
            "index": index_of(now_ms),
        }
        values |= {"time": now_ms, "sequence": 0, "dayId": 0, "prevDayId": 0, "exchangeCode": "C"}
        values |= {"bidExchangeCode": "C", "askExchangeCode": "C", "tickDirection": "UNDEFINED"}
        values["extendedTradingHours"] = False
        return tuple(values[name] for name in ROW_FIELDS[event_class])
