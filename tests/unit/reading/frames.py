"""Frames as they come off the wire, made by hand: quotes, prints and candles with little in them."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from tastytrade.dxfeed import index_of
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.dxlink.frame import Frame

LAYOUT = {
    "Quote": ("eventSymbol", "bidPrice"),
    "Trade": ("eventSymbol", "price"),
    "Order": ("eventSymbol", "source", "index"),
    "TimeAndSale": ("eventSymbol", "index", "eventFlags", "price"),
    "Candle": ("eventSymbol", "index", "eventFlags", "close"),
}
SECOND = 1_000_000_000


def frame(*data: Any, at_ns: int = 0, epoch: int = 1, number: int = 0) -> Frame:
    text = json.dumps({"type": "FEED_DATA", "channel": 1, "data": data}).encode()
    made = Frame([text], LAYOUT, channel=1, epoch=epoch, received_ns=at_ns)
    made.number = number
    return made


def quote(price: float, symbol: str = "A", *, at_ns: int = 0, epoch: int = 1, number: int = 0) -> Frame:
    return frame("Quote", [symbol, price], at_ns=at_ns, epoch=epoch, number=number)


def at(second: int) -> int:
    """The index of what happened at a second of 1970."""
    return index_of(second * 1000)


def series(name: str, *rows: tuple[int, int] | int, symbol: str = "A", number: int = 0) -> Frame:
    """A frame of a time series: seconds, or seconds with event flags."""
    pairs = [row if isinstance(row, tuple) else (row, 0) for row in rows]
    values = [value for second, flags in pairs for value in (symbol, at(second), flags, float(second))]
    return frame(name, values, number=number)


def prints(*seconds: int, symbol: str = "A", number: int = 0) -> Frame:
    return series("TimeAndSale", *seconds, symbol=symbol, number=number)


_gaps = count(1)


def gap(
    *types: str,
    number: int | None = None,
    from_s: int = 0,
    to_s: int | None = None,
    reason: GapReason = GapReason.DISCONNECT,
    symbols: tuple[str, ...] = (),
) -> Gap:
    return Gap(
        number=next(_gaps) if number is None else number,
        reason=reason,
        scope=GapScope.CONNECTION,
        event_types=types or ("Quote",),
        symbols=symbols,
        from_ns=from_s * SECOND,
        to_ns=None if to_s is None else to_s * SECOND,
        detected_ns=from_s * SECOND,
        epoch_before=1,
    )
