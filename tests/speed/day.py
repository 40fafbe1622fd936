"""A made-up trading day as batches: prices that walk in cents, the same ones for everybody who asks."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from tastytrade import EventBatch, Quote, TimeAndSale, Trade
from tastytrade.dxfeed.event import NAN

BEGIN_NS = 1_795_357_800_000_000_000
SECONDS = 23_400
ROWS = 100
"""Events that come together."""
KINDS = (Quote, TimeAndSale, Quote, Quote, Trade, Quote, TimeAndSale, Quote, TimeAndSale, Quote)


def symbols_of(count: int) -> list[str]:
    """So many option symbols."""
    return [f".SPXW261122{'CP'[at % 2]}{4000 + 5 * (at // 2)}" for at in range(count)]


def batches(events: int, symbols: int) -> Iterator[EventBatch[Any]]:
    """So many events over one day, six of ten quotes, three prints, one a trade."""
    draw, names = Random(7), symbols_of(symbols)
    cents = [2_000 + 7 * at for at in range(symbols)]
    step_ns = SECONDS * 1_000_000_000 * ROWS // events
    for at in range(events // ROWS):
        now_ns = BEGIN_NS + at * step_ns
        places = [(at * 37 + 11 * row) % symbols for row in range(ROWS)]
        for place in places:
            cents[place] = max(5, cents[place] + draw.choice((-5, 0, 0, 5)))
        prices = [cents[place] / 100 for place in places]
        kind = KINDS[at % len(KINDS)]
        columns: dict[str, list[Any]] = {"eventSymbol": [names[place] for place in places]}
        columns |= _columns(kind, places, prices, now_ns // 1_000_000, at)
        yield EventBatch(kind, columns, received_ns=now_ns, epoch=1)


def _columns(
    kind: type[Any], places: list[int], prices: list[float], now_ms: int, at: int
) -> dict[str, list[Any]]:
    if kind is Quote:
        return {
            "bidTime": [now_ms // 1000 * 1000] * ROWS,
            "bidExchangeCode": ["C"] * ROWS,
            "bidPrice": prices,
            "bidSize": [float(place % 90) for place in places],
            "askTime": [now_ms // 1000 * 1000] * ROWS,
            "askExchangeCode": ["C"] * ROWS,
            "askPrice": [round(price + 0.05, 2) for price in prices],
            "askSize": [NAN if place % 50 == 0 else float(place % 70) for place in places],
        }
    if kind is TimeAndSale:
        return {
            "index": [((now_ms // 1000) << 32) + at * ROWS + row for row in range(ROWS)],
            "time": [now_ms] * ROWS,
            "exchangeCode": ["C"] * ROWS,
            "price": prices,
            "size": [float(1 + place % 9) for place in places],
            "bidPrice": prices,
            "askPrice": [round(price + 0.05, 2) for price in prices],
            "aggressorSide": [("BUY", "SELL")[place % 2] for place in places],
            "type": ["NEW"] * ROWS,
        }
    return {
        "time": [now_ms] * ROWS,
        "exchangeCode": ["C"] * ROWS,
        "price": prices,
        "size": [float(1 + place % 9) for place in places],
        "dayVolume": [float(at + place) for place in places],
    }
