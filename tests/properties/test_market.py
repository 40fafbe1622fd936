"""Candles of every length agree with each other, for any symbol, seed and moment."""

from __future__ import annotations

from datetime import date
from functools import cache
from math import isnan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tastytrade.dxfeed import Candle, EventBatch
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market

DAY_MS = 86_400_000
LISTING = Listing(date(2025, 1, 13), extra=["AMD"])


@cache
def market_of(seed: int) -> Market:
    return Market(LISTING, seed)


def candles(market: Market, symbol: str, period: str, from_ms: int, now_ms: int) -> list[Candle]:
    history: EventBatch[Any] | None
    history, is_cut = market.history(Candle, f"{symbol}{{={period}}}", from_ms, now_ms)
    assert not is_cut
    return list(history) if history is not None else []


def assert_agree(longer: list[Candle], shorter: list[Candle]) -> None:
    """Each longer candle is what the shorter ones between its beginning and the next one's make."""
    ends = [candle.time for candle in longer[1:]] + [1 << 62]
    for candle, end in zip(longer, ends, strict=True):
        parts = [part for part in shorter if candle.time <= part.time < end]
        assert parts
        assert candle.open == parts[0].open
        assert candle.close == parts[-1].close
        assert candle.high == max(part.high for part in parts)
        assert candle.low == min(part.low for part in parts)
        assert candle.count == sum(part.count for part in parts)
        if not isnan(candle.volume):
            assert candle.volume == pytest.approx(sum(part.volume for part in parts), rel=1e-12)
            turnover = sum(part.volume * part.vwap for part in parts if part.volume)
            expected = turnover / candle.volume if candle.volume else float("nan")  # no trade yet, no average
            assert candle.vwap == pytest.approx(expected, rel=1e-9, nan_ok=True)


@settings(max_examples=12, deadline=None)
@given(
    symbol=st.sampled_from(["SPX", "NVDA", "VIX", "SPLG", "AMD", "BTC/USD:CXTALP"]),
    seed=st.integers(1, 4),
    elapsed=st.floats(0, 30 * 3600),
)
def test_minutes_make_five_minutes_make_hours_make_days_make_weeks(
    symbol: str, seed: int, elapsed: float
) -> None:
    market = market_of(seed)
    now = market.time_at(elapsed)
    weeks = candles(market, symbol, "w", now - 9 * DAY_MS, now)
    # The minutes of a few days are enough, and no more than a history may have.
    recent = now - now % DAY_MS - 2 * DAY_MS
    made = {period: candles(market, symbol, period, recent, now) for period in ("m", "5m", "h", "d")}

    assert_agree(made["5m"], made["m"])
    assert_agree(made["h"], made["5m"])
    assert_agree(made["d"], made["h"])
    assert_agree(weeks, candles(market, symbol, "d", weeks[0].time, now))


@settings(max_examples=5, deadline=None)
@given(
    symbol=st.sampled_from([".SPXW250121P5830", ".NVDA250117C130", ".SPX250321C6200"]),
    elapsed=st.floats(0, 10 * 3600),
)
def test_an_options_minutes_make_its_hours_and_days(symbol: str, elapsed: float) -> None:
    market = market_of(1)
    now = market.time_at(elapsed)
    from_ms = now - now % DAY_MS - DAY_MS
    made = {period: candles(market, symbol, period, from_ms, now) for period in ("m", "h", "d")}

    assert_agree(made["h"], made["m"])
    assert_agree(made["d"], made["h"])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(1, 3), elapsed=st.floats(0, 20 * 3600))
def test_seconds_make_minutes_but_for_their_average_price(seed: int, elapsed: float) -> None:
    market = market_of(seed)
    now = market.time_at(elapsed)
    from_ms = now - now % 60_000 - 120_000
    minutes = candles(market, "NVDA", "m", from_ms, now)
    seconds = candles(market, "NVDA", "s", from_ms, now)

    for minute in minutes:
        parts = [part for part in seconds if minute.time <= part.time < minute.time + 60_000]
        assert (minute.open, minute.close) == (parts[0].open, parts[-1].close)
        assert minute.high == max(part.high for part in parts)
        assert minute.low == min(part.low for part in parts)
        assert minute.volume == sum(part.volume for part in parts)
        assert minute.count == sum(part.count for part in parts)
