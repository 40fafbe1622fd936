from datetime import UTC, datetime

from tastytrade.dxfeed import Candle, Quote
from tastytrade.simulator.market import Market
from tastytrade.simulator.market_now import MarketNow
from tests.unit.simulator.conftest import LISTING


def test_without_a_clock_it_is_the_markets_first_moment() -> None:
    market = Market(LISTING)

    assert MarketNow(market).now_ms == market.start_ms
    assert MarketNow(market).now == datetime(2025, 1, 9, 15, tzinfo=UTC)


def test_what_happens_depends_on_the_clock() -> None:
    market = Market(LISTING)
    time_ms = market.start_ms
    now = MarketNow(market, lambda: time_ms)
    first = now.event(Quote, "SPX")
    time_ms += 600_000

    assert now.event(Quote, "SPX") != first
    assert now.now_ms == market.start_ms + 600_000


def test_what_has_no_such_event_has_no_fields() -> None:
    now = MarketNow(Market(LISTING))

    assert now.event(Quote, "VIX") == {}
    assert now.event(Quote, "NOPE") == {}
    assert now.history(Candle, "NOPE{=d}", 0) is None
