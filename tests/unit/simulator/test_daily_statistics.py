from math import isnan

import pytest

from tastytrade.simulator.daily_statistics import DailyStatistics
from tastytrade.simulator.market import Market
from tastytrade.simulator.market_now import MarketNow
from tests.unit.simulator.conftest import LISTING


@pytest.fixture(scope="module")
def statistics() -> DailyStatistics:
    return DailyStatistics(MarketNow(Market(LISTING)))


def test_the_reference_moves_as_itself(statistics: DailyStatistics) -> None:
    assert statistics.beta("SPX") == pytest.approx(1.0)
    assert statistics.correlation("SPX", 63) == pytest.approx(1.0)


def test_a_fund_of_the_reference_moves_with_it_and_its_volatility_against_it(
    statistics: DailyStatistics,
) -> None:
    assert statistics.correlation("SPY", 250) > 0.99
    assert statistics.beta("VIX") < -2
    assert statistics.correlation("VIX", 250) < -0.5


def test_volatility_is_that_of_a_year(statistics: DailyStatistics) -> None:
    assert statistics.historical_volatility("SPX", 250) == pytest.approx(0.155, rel=0.25)
    assert statistics.historical_volatility("TSLA", 250) == pytest.approx(0.62, rel=0.25)


def test_what_has_no_options_has_no_implied_volatility(statistics: DailyStatistics) -> None:
    assert statistics.implied_volatilities("BTC/USD:CXTALP") == []
    assert len(statistics.implied_volatilities("SPX")) > 240


def test_what_is_not_listed_has_no_statistics(statistics: DailyStatistics) -> None:
    assert isnan(statistics.beta("NOPE"))
    assert isnan(statistics.correlation("NOPE", 63))
    assert isnan(statistics.historical_volatility("NOPE", 21))
    assert statistics.implied_volatilities("NOPE") == []
