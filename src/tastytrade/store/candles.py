"""Candles made of captured prints, or of the middle of captured quotes; with what is missing of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import polars as pl

from tastytrade.dxfeed.flags import EventFlags
from tastytrade.dxfeed.gap import Gap, Healed
from tastytrade.errors import ConfigurationError
from tastytrade.store.kinds import N
from tastytrade.tables.schema import SYMBOL, TIMESTAMP

Of = Literal["prints", "mid"]

TIME = "time"
_TIME_TYPE = pl.Datetime("ms", "UTC")
_COLUMNS = (SYMBOL, TIME, "open", "high", "low", "close", "volume", "count", "gap_seconds")
MOST_EMPTY = 100_000
"""Periods without events that gaps may add to a table."""


def candles_of(
    events: pl.LazyFrame, symbols: Sequence[str], period: str, *, of: Of, gaps: Sequence[Gap], until_ns: int
) -> pl.DataFrame:
    """See ``Store.candles``. A gap that has not ended ends at ``until_ns``. Raises ConfigurationError."""
    if of not in {"prints", "mid"}:
        raise ConfigurationError(f'of is "prints" or "mid", not {of!r}')
    seconds = _seconds(period)
    values = _mids(events) if of == "mid" else _prints(events)
    width_ms = int(seconds * 1000)
    start = (pl.col(TIME) // width_ms * width_ms).cast(_TIME_TYPE)
    value = pl.col("value")
    candles = (
        values.group_by(SYMBOL, start)
        .agg(
            value.min_by(N).alias("open"),
            value.max().alias("high"),
            value.min().alias("low"),
            value.max_by(N).alias("close"),
            (pl.col("size").sum() if of == "prints" else pl.lit(None, pl.Float64)).alias("volume"),
            pl.len().cast(pl.Int64).alias("count"),
        )
        .collect()
    )
    missing = _missing(gaps, symbols, seconds, until_ns)
    if missing.height:
        candles = candles.join(missing, on=[SYMBOL, TIME], how="full", coalesce=True)
    else:
        candles = candles.with_columns(pl.lit(0.0).alias("gap_seconds"))
    filled = candles.with_columns(pl.col("gap_seconds").fill_null(0.0), pl.col("count").fill_null(0))
    return filled.select(_COLUMNS).sort(SYMBOL, TIME)


def _prints(events: pl.LazyFrame) -> pl.LazyFrame:
    """Every print as it is known now, with its time in Unix ms: corrected where it was corrected, and not
    at all where it was cancelled."""
    newest = pl.col(N) == pl.col(N).max().over(SYMBOL, "index")
    gone = (pl.col("eventFlags") & int(EventFlags.REMOVE_EVENT)) != 0
    valid = (pl.col("type") != "CANCEL") & ~gone & pl.col("price").is_not_null()
    return events.filter(newest).filter(valid).select(SYMBOL, N, TIME, pl.col("price").alias("value"), "size")


def _mids(events: pl.LazyFrame) -> pl.LazyFrame:
    """The middle of every quote that has both sides, at the time it was received."""
    mid = (pl.col("bidPrice") + pl.col("askPrice")) / 2
    received = pl.col(TIMESTAMP).dt.epoch("ms").alias(TIME)
    size = pl.lit(None, pl.Float64).alias("size")
    return events.select(SYMBOL, N, received, mid.alias("value"), size).filter(pl.col("value").is_not_null())


def _missing(gaps: Iterable[Gap], symbols: Sequence[str], seconds: float, until_ns: int) -> pl.DataFrame:
    """Of each period and symbol that gaps lie in, how many seconds of it."""
    found: dict[tuple[str, int], float] = {}
    width_ns = int(seconds * 1e9)
    for symbol in symbols:
        for start_ns, end_ns in _merged(_spans(gaps, symbol, until_ns)):
            for at in range(start_ns // width_ns, -(-end_ns // width_ns)):
                lost = min(end_ns, (at + 1) * width_ns) - max(start_ns, at * width_ns)
                place = (symbol, at * width_ns // 1_000_000)
                found[place] = found.get(place, 0.0) + lost / 1e9
                if len(found) > MOST_EMPTY:
                    raise ConfigurationError(
                        f"gaps reach over more than {MOST_EMPTY:,} periods: ask for longer ones, or fewer "
                        "symbols"
                    )
    rows = [(symbol, at_ms, lost) for (symbol, at_ms), lost in found.items()]
    schema = {SYMBOL: pl.String(), TIME: pl.Int64(), "gap_seconds": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(TIME).cast(_TIME_TYPE))


def _spans(gaps: Iterable[Gap], symbol: str, until_ns: int) -> list[tuple[int, int]]:
    mine = [
        gap for gap in gaps if gap.healed is not Healed.FULL and (not gap.symbols or symbol in gap.symbols)
    ]
    return [(gap.from_ns, until_ns if gap.to_ns is None else gap.to_ns) for gap in mine]


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time in spans that do not overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _seconds(period: str) -> float:
    number, unit = period[:-1], period[-1:]
    if unit not in _UNITS or not number.isdigit() or not int(number):
        raise ConfigurationError(
            f'period must be a whole number with s, m, h or d, like "1m" or "30s", not {period!r}'
        )
    return int(number) * _UNITS[unit]
