from __future__ import annotations

from datetime import UTC, date, datetime
from math import isnan

import pytest

from tastytrade.dxfeed.candle_symbols import CandlePrice, parse_candle_symbol
from tastytrade.simulator.candles import Look, candle_rows, is_drawn, shift_of
from tastytrade.simulator.instrument_line import InstrumentLine
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.paths import Path
from tastytrade.simulator.rows import Row
from tastytrade.simulator.trading_days import NEW_YORK

MARKET = Market(Listing(date(2025, 1, 13)))
NOW = MARKET.time_at(7.5 * 60)
DAY_MS = 86_400_000


def path_of(symbol: str) -> Path:
    line = MARKET.line(symbol)
    assert isinstance(line, InstrumentLine)
    return line.path


def rows_of(symbol: str, from_ms: int = 0, *, limit: int = 100, look: Look | None = None) -> list[Row]:
    candle = parse_candle_symbol(symbol)
    rows, _ = candle_rows(
        path_of(candle.base), candle, look or Look(), from_ms=from_ms, now_ms=NOW, limit=limit
    )
    return rows


def beginnings(symbol: str, number: int) -> list[str]:
    times = [row[1] / 1000 for row in rows_of(symbol, limit=number)]
    return [f"{datetime.fromtimestamp(time, UTC):%m-%d %H:%M:%S}" for time in times]


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("SPX{=m}", ["01-13 15:06:00", "01-13 15:07:00"]),
        ("SPX{=5m}", ["01-13 15:00:00", "01-13 15:05:00"]),
        ("SPX{=h}", ["01-13 14:00:00", "01-13 15:00:00"]),
        ("SPX{=h,a=s,tho=true}", ["01-10 20:30:00", "01-13 14:30:00"]),
        ("SPX{=4h}", ["01-10 17:00:00", "01-13 13:00:00"]),
        ("SPX{=7m,a=s}", ["01-13 14:58:00", "01-13 15:05:00"]),
        ("SPX{=d}", ["01-10 00:00:00", "01-13 00:00:00"]),
        ("SPX{=w}", ["01-06 00:00:00", "01-13 00:00:00"]),
        ("SPX{=mo}", ["12-01 00:00:00", "01-01 00:00:00"]),
        ("SPX{=3mo}", ["10-01 00:00:00", "01-01 00:00:00"]),
        ("SPX{=y}", ["01-01 00:00:00", "01-01 00:00:00"]),
        ("BTC/USD:CXTALP{=h}", ["01-13 14:00:00", "01-13 15:00:00"]),
        ("BTC/USD:CXTALP{=d}", ["01-12 00:00:00", "01-13 00:00:00"]),
    ],
)
def test_candles_begin_with_their_periods(symbol: str, expected: list[str]) -> None:
    assert beginnings(symbol, 2) == expected


def test_seconds_without_prints_have_no_candle() -> None:
    times = [row[1] for row in rows_of("SPX{=s}", limit=200)]

    assert times == sorted(set(times))
    assert all(time % 1000 == 0 for time in times)
    assert times[-1] <= NOW


def test_the_last_candle_closes_with_the_last_print() -> None:
    price = path_of("NVDA").price_at(NOW)

    for period in ("s", "10s", "m", "5m", "h", "d", "w", "mo", "y"):
        assert rows_of(f"NVDA{{={period}}}", limit=1)[0][6] == price


def test_the_candle_exactly_at_the_beginning_is_included() -> None:
    whole = rows_of("SPX{=d}", limit=5)

    assert rows_of("SPX{=d}", whole[2][1]) == whole[2:]
    assert rows_of("SPX{=d}", whole[2][1] + 1) == whole[3:]


def test_a_limit_keeps_the_newest_candles_and_is_reported() -> None:
    candle, path = parse_candle_symbol("SPX{=d}"), path_of("SPX")

    rows, is_cut = candle_rows(path, candle, Look(), from_ms=0, now_ms=NOW, limit=3)

    assert is_cut
    assert rows == rows_of("SPX{=d}", limit=10)[-3:]


def test_history_ends_with_the_first_day_of_an_instrument() -> None:
    rows = rows_of("TSLA{=y}")

    assert f"{datetime.fromtimestamp(rows[0][1] / 1000, UTC):%Y}" == "2010"


def test_hours_do_not_shift_with_the_clocks() -> None:
    # New York's clocks change in March and November.
    hours = {
        f"{datetime.fromtimestamp(row[1] / 1000, NEW_YORK):%H:%M}"
        for row in rows_of("SPX{=h,a=s}", NOW - 300 * DAY_MS, limit=8000)
    }

    assert hours == {"09:30", "10:30", "11:30", "12:30", "13:30", "14:30", "15:30"}


def test_without_volume_an_index_has_only_prices_and_a_count() -> None:
    row = rows_of("SPX{=d}", limit=1, look=Look(has_volume=False))[0]

    assert row[2] > 0
    assert all(isnan(value) for value in row[7:12])


def test_bids_and_asks_stand_half_a_spread_beside_trades() -> None:
    trades = rows_of("SPX{=d}", limit=2)
    bids = rows_of("SPX{=d}", limit=2, look=Look(shift=shift_of(CandlePrice.BID, 1.16)))
    asks = rows_of("SPX{=d}", limit=2, look=Look(shift=shift_of(CandlePrice.ASK, 1.16)))

    assert [ask[6] - bid[6] for ask, bid in zip(asks, bids, strict=True)] == pytest.approx([1.16, 1.16])
    assert shift_of(CandlePrice.MARK, 1.16) == 0.0
    assert bids[1][6] < trades[1][6] < asks[1][6]


@pytest.mark.parametrize("symbol", ["SPX{=5t}", "SPX{=100v}", "SPX{=o}", "SPX{=0.5d}", "SPX&Q{=d}"])
def test_periods_that_are_not_of_time_are_not_drawn(symbol: str) -> None:
    assert not is_drawn(parse_candle_symbol(symbol))
