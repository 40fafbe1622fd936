from __future__ import annotations

from datetime import date
from math import isnan

import pytest

from tastytrade.simulator.charts import Charts
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.surface import Surface

MARKET = Market(Listing(date(2025, 1, 13)))
NOW = MARKET.time_at(600)


@pytest.fixture(scope="module")
def charts() -> Charts:
    spx = MARKET.listing.instrument("SPX")
    assert spx is not None
    return Charts(MARKET.line, {"SPX": Surface(spx, seed=1)})


@pytest.mark.parametrize(
    "symbol", ["SPX{=d}", ".SPXW250113C5830{=5m,price=mark}", "SPX{=5t}", "BTC/USD:CXTALP{=h}"]
)
def test_candles_of_what_is_listed_are_known(charts: Charts, symbol: str) -> None:
    assert charts.knows(symbol)


@pytest.mark.parametrize("symbol", ["NOPE{=d}", "SPX&Q{=d}", "SPX{=nonsense}", ".SPXW250113C5831{=d}"])
def test_candles_of_anything_else_are_not(charts: Charts, symbol: str) -> None:
    assert not charts.knows(symbol)
    assert charts.rows(symbol, 0, NOW, limit=5) == ([], False)
    assert not charts.changed(symbol, NOW - 60_000, NOW)


def test_candles_of_trades_have_a_volume_but_not_those_of_bids(charts: Charts) -> None:
    (trades,), _ = charts.rows("NVDA{=d}", 0, NOW, limit=1)
    (bids,), _ = charts.rows("NVDA{=d,price=bid}", 0, NOW, limit=1)

    assert trades[7] > 1_000_000
    assert isnan(bids[7])


def test_candles_of_days_carry_the_implied_volatility_of_underlyings(charts: Charts) -> None:
    (day,), _ = charts.rows("SPX{=d}", 0, NOW, limit=1)
    (minute,), _ = charts.rows("SPX{=m}", 0, NOW, limit=1)
    (bitcoin,), _ = charts.rows("BTC/USD:CXTALP{=d}", 0, NOW, limit=1)

    assert 0.1 < day[11] < 0.3
    assert isnan(minute[11])
    assert isnan(bitcoin[11])


def test_an_options_candle_changes_with_its_quote(charts: Charts) -> None:
    symbol = ".SPXW250113C5830{=m}"

    assert charts.changed(symbol, NOW - 5_000, NOW)
    assert not charts.changed(symbol, NOW, NOW)


def test_an_options_daily_candles_go_back_some_weeks(charts: Charts) -> None:
    rows, is_cut = charts.rows(".SPXW250113C5830{=d}", NOW - 10 * 86_400_000, NOW, limit=100)

    # 2025-01-06 to 2025-01-13.
    assert len(rows) == 6
    assert not is_cut
