"""A small day in a store: prints, quotes and candles of three symbols, a gap, and an option chain."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tastytrade.dxfeed import Candle, Event, EventBatch, EventFlags, Gap, Quote, TimeAndSale, index_of
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.store import StoreWriter

BEGAN_NS = 1_795_184_000_000_000_000
"""When its first event was received: 2026-11-20, 14:13:20 UTC."""
SYMBOLS = ("AAPL", "SPX", "SPY")
PRINTS = 1_000
CANDLES = "SPX{=m}"
GAP = Gap(
    number=1,
    reason=GapReason.DISCONNECT,
    scope=GapScope.CONNECTION,
    event_types=("Quote", "TimeAndSale"),
    from_ns=BEGAN_NS + 4_000_000_000,
    to_ns=BEGAN_NS + 5_000_000_000,
    detected_ns=BEGAN_NS + 4_500_000_000,
    epoch_before=1,
    epoch_after=2,
)


def keep_day(path: Path, *, chain: dict[str, Any] | None = None) -> Path:
    """Write it, ten seconds long; gives its folder."""
    with StoreWriter(path, feed_level="api", source="test", event_types=(), symbols=SYMBOLS) as writer:
        for batch in _batches():
            writer.append(batch)
        writer.append(GAP)
        writer.commit()
        if chain is not None:
            writer.keep_chain("SPX", chain)
    return path


def _batches() -> Iterable[EventBatch[Any]]:
    start_ms = BEGAN_NS // 1_000_000
    begin, end = int(EventFlags.SNAPSHOT_BEGIN), int(EventFlags.SNAPSHOT_END)
    times = [start_ms // 60_000 * 60_000 - 60_000 * back for back in range(3)]
    flags = (begin, 0, end)
    yield _received(
        0,
        [
            Candle(CANDLES, eventFlags=flag, index=index_of(time), time=time, close=float(back))
            for back, (time, flag) in enumerate(zip(times, flags, strict=True))
        ],
    )
    for number in range(PRINTS):
        after_ms = number * 10
        time = start_ms + after_ms
        prints = [
            TimeAndSale(
                symbol, index=index_of(time, number % 7), time=time, price=number / 100, size=float(number)
            )
            for symbol in SYMBOLS
        ]
        yield _received(after_ms, prints)
        if number % 5 == 0:
            yield _received(
                after_ms, [Quote(SYMBOLS[number % 3], bidPrice=number / 4, bidSize=float(number))]
            )


def _received(after_ms: int, events: list[Any]) -> EventBatch[Event]:
    return EventBatch.from_events(events, received_ns=BEGAN_NS + after_ms * 1_000_000)
