"""Candles as a small chart of characters: how closes went, with the highest and the lowest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from tastytrade.cli.board import shown

if TYPE_CHECKING:
    from tastytrade.tables import Table

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60
"""Characters of a line, each for one candle or several."""


def charts(table: Table) -> Text:
    """Two lines a symbol: the range of its closes and their change, and how they went."""
    text = Text()
    for (name,), rows in table.group_by("eventSymbol", maintain_order=True):
        closes = [float(close) for close in rows["close"] if close is not None]
        if not closes:
            continue
        change = closes[-1] / closes[0] - 1 if closes[0] else 0.0
        text.append(str(name), style="cyan")
        text.append(
            f"  {rows.height:,} candles, {shown(min(closes))} to {shown(max(closes))}, {change:+.2%}\n"
        )
        text.append(f"{sparkline(closes)}\n", style="green" if change >= 0 else "red")
    return text


def sparkline(values: Sequence[float], *, width: int = WIDTH) -> str:
    """Values as bars; where there are more than ``width``, a bar is the mean of several."""
    if not values:
        return ""
    count = min(width, len(values))
    parts = [values[len(values) * i // count : len(values) * (i + 1) // count] for i in range(count)]
    means = [sum(part) / len(part) for part in parts]
    low, high = min(means), max(means)
    if high == low:
        return BARS[len(BARS) // 2] * count
    return "".join(BARS[round((mean - low) / (high - low) * (len(BARS) - 1))] for mean in means)
