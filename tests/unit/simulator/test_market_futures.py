"""Futures and options on them in the simulated market."""

from __future__ import annotations

from datetime import date, time
from math import exp, isnan
from typing import Any

import pytest

from tastytrade.dxfeed import (
    Candle,
    Event,
    EventBatch,
    Greeks,
    Profile,
    Quote,
    Summary,
    TimeAndSale,
    Trade,
    TradeETH,
)
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.surface import RATE, YEAR_MS
from tastytrade.simulator.trading_days import new_york_ms

TODAY = date(2025, 1, 13)
FUTURES = {
    "/ESH25:XCME": 0.25,
    "/MESH25:XCME": 0.25,
    "/NQM25:XCME": 0.25,
    "/CLG25:XNYM": 0.01,
    "/GCJ25:XCEC": 0.1,
}
OPTIONS = ["./E2AF25P5865:XCME", "./ESH25C5900:XCME", "./LOH25P75:XNYM", "./OGJ25C2700:XCEC"]
HOUR = 3600


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(Listing(TODAY))


@pytest.fixture(scope="module")
def now(market: Market) -> int:
    return market.time_at(606.5)


def one(market: Market, event_class: type[Event], symbol: str, now_ms: int) -> Any:
    batch = market.snapshot(event_class, [symbol], now_ms)
    assert batch is not None
    return next(iter(batch))


def columns(batch: EventBatch[Any] | None) -> str:
    """Equal texts of equal columns: nan differs from itself, its text does not."""
    return repr(batch and batch.columns)


def is_on_grid(price: float, tick: float) -> bool:
    return round(price / tick, 6) == round(price / tick)


@pytest.mark.parametrize(
    "symbol", ["/ESH5", "/ESH25", "/ES", "/ES:XCME", "/ESH5:XCME", "/ESG25:XCME", "ESH5", "/ESH5{=d}"]
)
def test_what_is_not_spelled_as_the_streamer_does_stays_silent(market: Market, symbol: str) -> None:
    assert not market.knows(symbol)


@pytest.mark.parametrize("symbol", ["./ESH5 EW3F5 250117C5900", "./EW3F5C5900:XCME", "./EW3F25C5900"])
def test_an_option_s_other_spellings_stay_silent(market: Market, symbol: str) -> None:
    assert not market.knows(symbol)


@pytest.mark.parametrize(("symbol", "tick"), FUTURES.items())
def test_a_future_s_prices_stand_on_its_grid(market: Market, now: int, symbol: str, tick: float) -> None:
    quote, trade = one(market, Quote, symbol, now), one(market, Trade, symbol, now)
    summary = one(market, Summary, symbol, now)

    assert 0 < quote.bidPrice < quote.askPrice
    assert quote.bidSize >= 1
    prices = [
        quote.bidPrice,
        quote.askPrice,
        trade.price,
        summary.dayOpenPrice,
        summary.dayHighPrice,
        summary.dayLowPrice,
    ]
    assert all(is_on_grid(price, tick) for price in prices)
    assert summary.dayLowPrice <= trade.price <= summary.dayHighPrice
    assert summary.openInterest > 0
    assert trade.dayVolume > 0


def test_futures_have_profiles_and_prints_but_no_greeks(market: Market, now: int) -> None:
    profile = one(market, Profile, "/ESH25:XCME", now)
    prints = market.prints(["/ESH25:XCME"], now - 60_000, now)

    assert profile.description == "E Mini S&P Mar 2025"
    assert profile.low52WeekPrice < one(market, Trade, "/ESH25:XCME", now).price < profile.high52WeekPrice
    assert prints is not None
    assert len(prints) > 50
    assert market.snapshot(Greeks, ["/ESH25:XCME"], now) is None
    assert market.snapshot(TradeETH, ["/ESH25:XCME"], now) is None


def test_a_future_trades_at_night(market: Market, now: int) -> None:
    candles, _ = market.history(Candle, "/ESH25:XCME{=h}", 0, now, 30)
    assert candles is not None
    times = candles.columns["time"]

    assert new_york_ms(date(2025, 1, 12), time(18, 0)) in times  # Sunday evening
    assert new_york_ms(date(2025, 1, 13), time(3, 0)) in times
    assert new_york_ms(date(2025, 1, 10), time(16, 0)) in times
    assert new_york_ms(date(2025, 1, 10), time(17, 0)) not in times
    assert new_york_ms(date(2025, 1, 11), time(12, 0)) not in times


def test_candles_of_a_future_add_up(market: Market, now: int) -> None:
    opened = new_york_ms(date(2025, 1, 12), time(18, 0))
    hours, _ = market.history(Candle, "/CLG25:XNYM{=h}", opened, now)
    minutes, _ = market.history(Candle, "/CLG25:XNYM{=m}", opened, now)
    days, _ = market.history(Candle, "/CLG25:XNYM{=d}", 0, now, 1)
    assert hours is not None
    assert minutes is not None
    assert days is not None
    for finer in (hours, minutes):
        assert days.columns["volume"] == [sum(finer.columns["volume"])]
        assert days.columns["high"] == [max(finer.columns["high"])]
        assert days.columns["low"] == [min(finer.columns["low"])]
        assert days.columns["close"] == finer.columns["close"][-1:]


def test_daily_candles_carry_the_volatility_of_the_product_s_options(market: Market, now: int) -> None:
    days, _ = market.history(Candle, "/GCG25:XCEC{=d}", 0, now, 5)
    assert days is not None

    assert all(0.1 < volatility < 0.2 for volatility in days.columns["impVolatility"])


@pytest.mark.parametrize("symbol", OPTIONS)
def test_an_option_s_events_fit_together(market: Market, now: int, symbol: str) -> None:
    quote, greeks = one(market, Quote, symbol, now), one(market, Greeks, symbol, now)
    is_call = market.listing.future_option(symbol).option_type == "C"  # type: ignore[union-attr]  # it is listed

    assert quote.bidPrice <= greeks.price * 1.05
    assert quote.askPrice >= greeks.price * 0.95
    assert quote.bidPrice < quote.askPrice
    assert 0.05 < greeks.volatility < 0.8
    assert (greeks.delta > 0) == is_call
    assert abs(greeks.delta) < 1
    assert greeks.gamma > 0
    assert greeks.theta < 0
    assert greeks.vega > 0
    assert greeks.rho <= 0  # interest only discounts the option on a future
    assert one(market, Summary, symbol, now).openInterest > 0
    assert one(market, Trade, symbol, now).price > 0


def test_option_prices_stand_on_the_product_s_grid(market: Market, now: int) -> None:
    symbols = [option.streamer_symbol for option in market.listing.future_chain("ES")][::41]
    quotes = market.snapshot(Quote, symbols, now)
    assert quotes is not None
    grid = ((5.0, 0.05), (20.0, 0.10), (100.0, 0.25), (1e9, 0.50))
    prices = [*quotes.columns["bidPrice"], *quotes.columns["askPrice"]]

    assert all(
        bid < ask for bid, ask in zip(quotes.columns["bidPrice"], quotes.columns["askPrice"], strict=True)
    )
    for price in prices:
        finest = next(tick for below, tick in grid if price <= below)
        assert is_on_grid(price, finest) or is_on_grid(price, finest * 2)


@pytest.mark.parametrize("code", ["ES", "CL", "GC"])
def test_call_and_put_differ_by_the_discounted_distance_of_the_strike(
    market: Market, now: int, code: str
) -> None:
    chain = market.listing.future_chain(code)
    for call, put in zip(chain[::2][::53], chain[1::2][::53], strict=True):
        c = one(market, Greeks, call.streamer_symbol, now)
        p = one(market, Greeks, put.streamer_symbol, now)
        future = one(market, Trade, call.series.future.streamer_symbol, now).price
        years = (call.expires_at.timestamp() * 1000 - now) / YEAR_MS

        assert c.price - p.price == pytest.approx(
            exp(-RATE * years) * (future - float(call.strike)), abs=0.002 * future
        )
        assert c.volatility == pytest.approx(p.volatility, rel=0.02)


def test_index_options_and_options_on_its_future_have_alike_volatilities(market: Market, now: int) -> None:
    of_future = one(market, Greeks, "./EW3F25P5865:XCME", now).volatility
    of_index = one(market, Greeks, ".SPXW250117P5835", now).volatility

    assert of_future == pytest.approx(of_index, rel=0.05)


def test_options_on_futures_have_candles(market: Market, now: int) -> None:
    days, _ = market.history(Candle, "./ESH25C5900:XCME{=d,price=mark}", 0, now)
    minutes, _ = market.history(Candle, "./ESH25C5900:XCME{=m}", now - 900_000, now)
    assert days is not None
    assert minutes is not None

    assert len(days) > 20
    assert len(minutes) == 15
    assert minutes.columns["close"][-1] == days.columns["close"][-1]


def test_the_same_moment_is_the_same_whatever_was_asked_before(market: Market, now: int) -> None:
    other = Market(Listing(TODAY))
    symbols = [*OPTIONS, *FUTURES][::-1]
    for event_class in (TimeAndSale, Greeks, Summary, Quote, Trade):
        assert columns(other.snapshot(event_class, symbols, now)) == columns(
            market.snapshot(event_class, symbols, now)
        )


def test_the_clock_jumps_over_the_night_s_prints(market: Market) -> None:
    before, after = market.time_at(6 * HOUR - 1), market.time_at(6 * HOUR + 1)

    batch = market.prints(["/ESH25:XCME", "./ESH25C5900:XCME"], before, after)

    assert batch is not None
    assert min(batch.columns["time"]) >= new_york_ms(date(2025, 1, 14), time(9, 30))


def test_an_expired_future_says_nothing_more() -> None:
    market = Market(Listing(date(2025, 1, 21)))
    symbol = "/CLG25:XNYM"
    since, now = market.time_at(4.6 * HOUR), market.time_at(5 * HOUR)  # it stops at 14:30

    for event_class in (Quote, Trade, Summary, Profile, TimeAndSale):
        assert market.changed(event_class, [symbol], since, now) == []
    assert market.prints([symbol], since, now) is None
    assert one(market, Trade, symbol, now).time < new_york_ms(date(2025, 1, 21), time(14, 30))
    assert not isnan(one(market, Quote, symbol, now).bidPrice)
