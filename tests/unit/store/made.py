"""Events that prove themselves, and stores of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tastytrade.dxfeed import EventBatch, Gap, Quote, TimeAndSale
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.store import Store, StoreWriter

DAY_NS = 86_400 * 10**9
NOON_NS = 1_763_553_600_000_000_000
"""2025-11-19 12:00 UTC."""
SYMBOLS = ("A", "B", "C")


def quotes(first: int, rows: int = 10, *, at_ns: int = NOON_NS, epoch: int = 1) -> EventBatch[Quote]:
    """So many quotes, the first of which has this number for its price."""
    numbers = range(first, first + rows)
    return EventBatch(
        Quote,
        {
            "eventSymbol": [SYMBOLS[number % len(SYMBOLS)] for number in numbers],
            "bidPrice": [float(number) for number in numbers],
            "askPrice": [number + 0.5 for number in numbers],
            "bidSize": [float("nan") if number % 7 == 0 else 1.0 for number in numbers],
        },
        received_ns=at_ns,
        epoch=epoch,
    )


def prints(first: int, rows: int = 10, *, at_ns: int = NOON_NS, epoch: int = 1) -> EventBatch[TimeAndSale]:
    """As quotes."""
    numbers = range(first, first + rows)
    time_ms = at_ns // 1_000_000
    return EventBatch(
        TimeAndSale,
        {
            "eventSymbol": [SYMBOLS[number % len(SYMBOLS)] for number in numbers],
            "index": [(time_ms // 1000 << 32) + number for number in numbers],
            "time": [time_ms] * rows,
            "price": [float(number) for number in numbers],
            "size": [1.0] * rows,
            "type": ["NEW"] * rows,
        },
        received_ns=at_ns,
        epoch=epoch,
    )


def gap(
    number: int, *, at_ns: int = NOON_NS, seconds: float | None = 1.0, symbols: tuple[str, ...] = ()
) -> Gap:
    """A gap that begins then; without seconds it stays open."""
    return Gap(
        number=number,
        reason=GapReason.DISCONNECT,
        scope=GapScope.CONNECTION,
        event_types=("Quote", "TimeAndSale"),
        symbols=symbols,
        from_ns=at_ns,
        to_ns=None if seconds is None else at_ns + int(seconds * 1e9),
        detected_ns=at_ns,
        epoch_before=1,
    )


def writer(path: Path, **options: Any) -> StoreWriter:
    """Somebody who writes quotes and prints to a store."""
    chosen: dict[str, Any] = {
        "feed_level": "simulated",
        "event_types": ("Quote", "TimeAndSale"),
        "symbols": SYMBOLS,
        **options,
    }
    return StoreWriter(path, **chosen)


def values(store: Store | Path) -> list[tuple[int, str, float]]:
    """Every event of a store in the order it came: number, symbol and price, as ``expected`` has them."""
    reader = store if isinstance(store, Store) else Store(store)
    found = []
    for record in reader.records():
        if isinstance(record, EventBatch):
            column = "bidPrice" if record.event_class is Quote else "price"
            found += list(zip(record.numbers, record.symbols, record.columns[column], strict=True))
    return found


def prices(store: Store | Path) -> list[float]:
    """The prices of every event, in the order they came."""
    return [price for _, _, price in values(store)]
