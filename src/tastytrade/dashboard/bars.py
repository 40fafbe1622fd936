"""Bars of one symbol: from candle events, or from prints where a recording has no candles."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

from msgspec import Struct

from tastytrade.dashboard.changing_rows import Key, Row
from tastytrade.dxfeed import Candle, EventBatch, Gap, Quote, TimeAndSale
from tastytrade.dxfeed.candle_symbols import PeriodType, parse_candle_symbol
from tastytrade.dxfeed.gap import Healed
from tastytrade.dxlink.snapshot import IndexedEvents
from tastytrade.tables import Table

HEADER = ["time_s", "open", "high", "low", "close", "volume", "gap_seconds"]

_SECONDS = {
    PeriodType.SECOND: 1,
    PeriodType.MINUTE: 60,
    PeriodType.HOUR: 3_600,
    PeriodType.DAY: 86_400,
    PeriodType.WEEK: 7 * 86_400,
    PeriodType.MONTH: 31 * 86_400,
}

Bars = dict[Key, Row]
"""By when a period begins (Unix seconds): what HEADER says."""


def seconds_of(candle_symbol: str) -> int:
    """How long a period of a candle symbol is; the longest, where they differ."""
    candle = parse_candle_symbol(candle_symbol)
    return int(candle.number * _SECONDS.get(candle.period, 0))


class CandleBars:
    """What candle events say: complete snapshots, and then each change; ``taken`` counts them."""

    def __init__(self) -> None:
        self.taken = 0
        self._known = IndexedEvents[Candle]()

    def take(self, batch: EventBatch[Candle]) -> None:
        """Take events in."""
        self.taken += sum(self._known.apply(event) is not None for event in batch)

    def bars(self) -> Bars:
        """Every period that has prices."""
        candles = sorted(self._known.events.values(), key=lambda candle: candle.index)
        return {candle.time // 1000: _bar(candle) for candle in candles if isfinite(candle.close)}


class _Bar(Struct):
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class PriceBars:
    """What a store's candles were at a moment, and every price since; ``taken`` counts these."""

    def __init__(self, begun: Table, period_s: int) -> None:
        self.taken = 0
        self._period_ms = period_s * 1000
        self._bars: dict[int, _Bar] = {}
        self._missing: dict[int, float] = {}
        """How much of a period was known to be missing then; some have no prices at all."""
        times = begun["time"].dt.epoch("ms").to_list()
        columns = [begun[name].to_list() for name in ("open", "high", "low", "close", "volume")]
        for time_ms, missing, *values in zip(times, begun["gap_seconds"].to_list(), *columns, strict=True):
            self._missing[time_ms] = missing
            if values[0] is not None:
                self._bars[time_ms] = _Bar(*values)

    def take_prints(self, batch: EventBatch[TimeAndSale]) -> bool:
        """Take prints in; False when one is a correction, after which the store has to be asked again."""
        for sale in batch:
            if str(sale.type) != "NEW" or sale.eventFlags:
                return False
            self._add(sale.time, sale.price, sale.size)
        return True

    def take_quotes(self, batch: EventBatch[Quote]) -> None:
        """Take the middles of quotes in."""
        for quote in batch:
            self._add(batch.received_ns // 1_000_000, (quote.bidPrice + quote.askPrice) / 2, None)

    def bars(self) -> Bars:
        """Every period that has prices, or is missing and therefore has none."""
        return {at // 1000: self._bar(at) for at in sorted(self._bars.keys() | self._missing.keys())}

    def _bar(self, at: int) -> Row:
        bar, missing = self._bars.get(at), self._missing.get(at, 0.0)
        if bar is None:
            return (at // 1000, None, None, None, None, None, missing)
        return (at // 1000, bar.open, bar.high, bar.low, bar.close, bar.volume, missing)

    def _add(self, time_ms: int, price: float, size: float | None) -> None:
        if not isfinite(price):
            return
        self.taken += 1
        at = time_ms // self._period_ms * self._period_ms
        bar = self._bars.get(at)
        if bar is None:
            self._bars[at] = _Bar(price, price, price, price, size)
            return
        bar.high, bar.low, bar.close = max(bar.high, price), min(bar.low, price), price
        if size is not None and isfinite(size):
            bar.volume = (bar.volume or 0.0) + size


def with_gaps(bars: Bars, gaps: Iterable[Gap], *, symbol: str, period_s: int, until_ns: int) -> Bars:
    """The bars with how many seconds of each lie in gaps that history has not healed."""
    spans = [
        (gap.from_ns, until_ns if gap.to_ns is None else gap.to_ns)
        for gap in gaps
        if gap.healed is not Healed.FULL and (not gap.symbols or symbol in gap.symbols)
    ]
    if not spans:
        return bars
    width_ns = period_s * 1_000_000_000
    marked: Bars = {}
    for at, bar in bars.items():
        begins_ns = bar[0] * 1_000_000_000
        lost_ns = sum(
            max(0, min(to_ns, begins_ns + width_ns) - max(from_ns, begins_ns)) for from_ns, to_ns in spans
        )
        # Gaps may overlap, and be known from before.
        marked[at] = (*bar[:-1], max(bar[-1], min(float(period_s), lost_ns / 1e9)))
    return marked


def _bar(candle: Candle) -> tuple[Any, ...]:
    prices = (candle.open, candle.high, candle.low, candle.close)
    return (candle.time // 1000, *prices, candle.volume, 0.0)
