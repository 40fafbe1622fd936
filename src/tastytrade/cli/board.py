"""Board: the newest values of some symbols, a row a symbol, redrawn in place in the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import isnan
from typing import Any

from rich.table import Table
from rich.text import Text

from tastytrade.dxfeed import Event, EventBatch, field_names

FLASH = 0.8
"""Seconds for which a changed value stays coloured."""

SHOWN: Mapping[str, tuple[str, ...]] = {
    "Quote": ("bidSize", "bidPrice", "askPrice", "askSize"),
    "Trade": ("price", "size", "dayVolume"),
    "TradeETH": ("price", "size", "dayVolume"),
    "Greeks": ("volatility", "delta", "gamma", "theta", "vega"),
    "Summary": ("openInterest", "dayHighPrice", "dayLowPrice", "prevDayClosePrice"),
    "Profile": ("description", "tradingStatus"),
    "Candle": ("time", "open", "high", "low", "close", "volume"),
    "TimeAndSale": ("price", "size", "aggressorSide"),
}


def shown_columns(event_classes: Iterable[type[Event]]) -> list[tuple[str, str]]:
    """The (event type, field) pairs a board shows for some event types."""
    pairs = []
    for event_class in event_classes:
        name = event_class.__name__
        pairs += [(name, field) for field in SHOWN.get(name, field_names(event_class)[2:8])]
    return pairs


class Board:
    """Takes batches, gives a table. ``columns`` are (event type, field) pairs."""

    def __init__(self, columns: Iterable[tuple[str, str]], *, symbols: Iterable[str] = ()) -> None:
        self.columns = list(columns)
        self.events = 0
        self._rows: dict[str, dict[tuple[str, str], Any]] = {symbol: {} for symbol in symbols}
        self._changed: dict[tuple[str, str, str], tuple[float, int]] = {}
        self._began = time.monotonic()

    def take(self, batch: EventBatch[Any]) -> None:
        """Show what a batch brings."""
        self.events += len(batch)
        event_type = batch.event_class.__name__
        fields = [field for owner, field in self.columns if owner == event_type and field in batch.columns]
        values = zip(*(batch.columns[field] for field in fields), strict=True) if fields else ()
        now = time.monotonic()
        for symbol, row in zip(batch.symbols, values, strict=False):
            known = self._rows.setdefault(symbol, {})
            for field, value in zip(fields, row, strict=True):
                before = known.get((event_type, field))
                known[(event_type, field)] = value
                if isinstance(value, int | float) and isinstance(before, int | float) and value != before:
                    self._changed[(symbol, event_type, field)] = (now, 1 if value > before else -1)

    @property
    def rate(self) -> float:
        """Events per second since the beginning."""
        return self.events / max(time.monotonic() - self._began, 1e-9)

    def table(self, footer: str = "") -> Table:
        """The table as it is now; risen values green, fallen ones red for a moment."""
        table = Table(caption=footer, caption_justify="left", header_style="bold", box=None, pad_edge=False)
        table.add_column("eventSymbol", no_wrap=True, style="cyan")
        for _, field in self.columns:
            table.add_column(field, justify="right", no_wrap=True)
        now = time.monotonic()
        for symbol, row in self._rows.items():
            table.add_row(Text(symbol), *(self._cell(symbol, column, row, now) for column in self.columns))
        return table

    def _cell(self, symbol: str, column: tuple[str, str], row: Mapping[Any, Any], now: float) -> Text:
        changed_at, direction = self._changed.get((symbol, *column), (0.0, 0))
        style = ("green" if direction > 0 else "red") if now - changed_at < FLASH else ""
        value = row.get(column)
        return Text(shown_time(value) if column[1] == "time" else shown(value), style=style)


def shown_time(time_ms: int | None) -> str:
    """Unix milliseconds as day and time, UTC; nothing for 0, which is dxFeed's "not set"."""
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%m-%d %H:%M:%S}" if time_ms else ""


def shown(value: Any) -> str:
    """A value as a person reads it: nothing for what is missing, thousands apart, few digits."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    if value.is_integer() or abs(value) >= 100_000:
        return f"{value:,.0f}"
    if abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:,.2f}"
