from __future__ import annotations

from datetime import UTC, date, datetime
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
    TheoPrice,
    TimeAndSale,
    Trade,
    TradeETH,
    Underlying,
    field_names,
    index_of,
)
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.surface import RATE, YEAR_MS
from tastytrade.simulator.trading_days import new_york_ms

TODAY = date(2025, 1, 13)
TYPES = (Quote, Trade, TradeETH, Summary, Profile, Greeks, TimeAndSale)
SYMBOLS = [
    "SPX",
    "NVDA",
    "BTC/USD:CXTALP",
    "VIX",
    ".SPXW250113C5915",
    ".SPXW250113P5910",
    ".SPX251219C5830",
    ".NVDA250117C132",
]
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(Listing(TODAY, extra=["AMD"]))


@pytest.fixture(scope="module")
def now(market: Market) -> int:
    return market.time_at(606.5)


def columns(batch: EventBatch[Any] | None) -> str:
    """Equal texts of equal columns: nan differs from itself, its text does not."""
    return repr(batch and batch.columns)


def one(market: Market, event_class: type[Event], symbol: str, now_ms: int) -> Any:
    batch = market.snapshot(event_class, [symbol], now_ms)
    assert batch is not None
    return next(iter(batch))


# The clock


def test_the_market_starts_at_ten_in_new_york(market: Market) -> None:
    assert market.start_ms == datetime(2025, 1, 13, 15, tzinfo=UTC).timestamp() * 1000
    assert market.time_at(0) == market.start_ms
    assert market.time_at(1.25) == market.start_ms + 1250


@pytest.mark.parametrize(
    ("hours", "day", "hour", "minute"),
    [(5.5, 13, 15, 30), (6, 14, 9, 30), (6 + 6.5, 15, 9, 30), (6 + 6.5 * 4 + 1, 21, 10, 30)],
)
def test_at_the_close_the_clock_jumps_to_the_next_opening(
    market: Market, hours: float, day: int, hour: int, minute: int
) -> None:
    at = datetime(2025, 1, day, hour, minute).time()  # noqa: DTZ001  # a wall-clock time
    assert market.time_at(hours * 3600) == new_york_ms(date(2025, 1, day), at)


# Symbols


@pytest.mark.parametrize("symbol", [*SYMBOLS, "AMD", "SPX{=d}", ".SPXW250113C5915{=5m,price=mark}"])
def test_what_is_listed_is_known(market: Market, symbol: str) -> None:
    assert market.knows(symbol)


@pytest.mark.parametrize("symbol", ["", "NOPE", "BTC/USD", ".SPXW250113C5916", "NOPE{=d}", "SPX{", "*"])
def test_what_is_not_listed_is_not_known(market: Market, symbol: str) -> None:
    assert not market.knows(symbol)


# Current events


@pytest.mark.parametrize("event_class", TYPES)
def test_the_same_seed_and_moment_give_the_same_events(
    market: Market, now: int, event_class: type[Event]
) -> None:
    other = Market(Listing(TODAY, extra=["AMD"]))

    assert columns(market.snapshot(event_class, SYMBOLS, now)) == columns(
        other.snapshot(event_class, SYMBOLS, now)
    )


def test_another_seed_gives_other_events(market: Market, now: int) -> None:
    other = Market(Listing(TODAY), seed=2)

    assert columns(market.snapshot(Quote, SYMBOLS, now)) != columns(other.snapshot(Quote, SYMBOLS, now))


@pytest.mark.parametrize("event_class", TYPES)
def test_a_batch_has_all_columns_of_its_type(market: Market, now: int, event_class: type[Event]) -> None:
    batch = market.snapshot(event_class, SYMBOLS, now)

    assert batch is not None
    assert batch.event_class is event_class
    assert list(batch.columns) == list(field_names(event_class))
    assert {len(column) for column in batch.columns.values()} == {len(batch)}


@pytest.mark.parametrize(
    ("event_class", "expected"),
    [
        (Quote, {*SYMBOLS} - {"VIX"}),
        (Trade, {*SYMBOLS}),
        (TradeETH, {"NVDA"}),
        (Summary, {*SYMBOLS}),
        (Profile, {*SYMBOLS}),
        (Greeks, {symbol for symbol in SYMBOLS if symbol.startswith(".")}),
        (TimeAndSale, {*SYMBOLS} - {"BTC/USD:CXTALP"}),
    ],
)
def test_symbols_without_a_type_are_left_out(
    market: Market, now: int, event_class: type[Event], expected: set[str]
) -> None:
    batch = market.snapshot(event_class, ["NOPE", *SYMBOLS], now)

    assert batch is not None
    assert set(batch.symbols) == expected


@pytest.mark.parametrize("event_class", [TheoPrice, Underlying])
def test_types_that_the_real_feed_keeps_to_itself_are_silent(
    market: Market, now: int, event_class: type[Event]
) -> None:
    assert market.snapshot(event_class, SYMBOLS, now) is None
    assert market.changed(event_class, SYMBOLS, now - 60_000, now) == []


def test_nobody_asking_for_anything_known_gets_nothing(market: Market, now: int) -> None:
    assert market.snapshot(Quote, ["NOPE"], now) is None
    assert market.snapshot(Quote, [], now) is None


def test_quotes_hold_together(market: Market, now: int) -> None:
    symbols = [option.streamer_symbol for option in market.listing.chain("SPX")[:1200]]
    batch = market.snapshot(Quote, symbols, now)

    assert batch is not None
    for quote in batch:
        assert 0.0 <= quote.bidPrice < quote.askPrice
        assert isnan(quote.bidSize) == (quote.bidPrice == 0.0)
        assert quote.askSize >= 1
        assert (quote.bidTime, quote.askTime, quote.sequence, quote.eventTime) == (0, 0, 0, 0)


def test_greeks_lie_in_their_bounds(market: Market, now: int) -> None:
    symbols = [option.streamer_symbol for option in market.listing.chain("SPX")[:1200]]
    batch = market.snapshot(Greeks, symbols, now)

    assert batch is not None
    for greeks in batch:
        assert -1.0 <= greeks.delta <= 1.0
        assert min(greeks.gamma, greeks.vega) >= 0.0
        assert 0.05 < greeks.volatility < 1.0
        assert greeks.index == index_of(greeks.time)


def test_middles_of_calls_and_puts_differ_by_the_forward(market: Market, now: int) -> None:
    expires_ms = new_york_ms(date(2025, 1, 31), datetime(2025, 1, 31, 16).time())  # noqa: DTZ001
    years = (expires_ms - now) / YEAR_MS
    spot, dividend = one(market, Trade, "SPX", now).price, 0.013
    for strike in range(5600, 6000, 50):
        call, put = (one(market, Quote, f".SPXW250131{kind}{strike}", now) for kind in "CP")
        middle = (call.bidPrice + call.askPrice - put.bidPrice - put.askPrice) / 2

        parity = spot * exp(-dividend * years) - strike * exp(-RATE * years)
        # Each is quoted at a moment of its own in the last second, on a grid of a dime.
        assert middle == pytest.approx(parity, abs=1.5)


def test_an_index_has_neither_sizes_nor_volume(market: Market, now: int) -> None:
    quote, trade = one(market, Quote, "SPX", now), one(market, Trade, "SPX", now)

    assert isnan(quote.bidSize)
    assert quote.bidExchangeCode == ""
    assert isnan(trade.size)
    assert isnan(trade.dayVolume)
    assert quote.bidPrice < trade.price < quote.askPrice


# Agreement between types


@pytest.mark.parametrize("symbol", ["SPX", "NVDA", "BTC/USD:CXTALP"])
def test_the_candle_of_the_day_agrees_with_summary_and_trade(market: Market, now: int, symbol: str) -> None:
    summary, trade = one(market, Summary, symbol, now), one(market, Trade, symbol, now)
    candle = one(market, Candle, f"{symbol}{{=d}}", now)

    assert (candle.open, candle.high, candle.low, candle.close) == (
        summary.dayOpenPrice,
        summary.dayHighPrice,
        summary.dayLowPrice,
        trade.price,
    )
    assert repr(candle.volume) == repr(trade.dayVolume)


@pytest.mark.parametrize("symbol", ["NVDA", ".SPXW250113P5830"])
def test_a_trade_is_the_last_print(market: Market, now: int, symbol: str) -> None:
    prints = market.prints([symbol], now - 60_000, now)
    trade = one(market, Trade, symbol, now)

    assert prints is not None
    *_, last = prints
    assert (last.time, last.price, last.size) == (trade.time, trade.price, trade.size)
    assert columns(market.snapshot(TimeAndSale, [symbol], now)) == repr(
        {name: column[-1:] for name, column in prints.columns.items()}
    )


# What changed


@pytest.mark.parametrize("event_class", [Trade, Greeks, Summary, Profile])
def test_what_is_not_reported_has_not_changed(market: Market, now: int, event_class: type[Event]) -> None:
    for moment in range(now, now + 40_000, 4_000):
        changed = market.changed(event_class, SYMBOLS, moment, moment + 4_000)
        before, after = (
            market.snapshot(event_class, [symbol for symbol in SYMBOLS if symbol not in changed], at)
            for at in (moment, moment + 4_000)
        )

        assert columns(before) == columns(after)


def test_busy_symbols_are_quoted_several_times_a_second_and_far_ones_rarely(market: Market, now: int) -> None:
    symbols = ["SPX", "SPY", "NVDA", ".SPXW250113C5830", ".SPX251219P2000"]
    counts = dict.fromkeys(symbols, 0)
    for moment in range(now, now + 20_000, 50):
        for symbol in market.changed(Quote, symbols, moment, moment + 50):
            counts[symbol] += 1

    assert min(counts[symbol] for symbol in symbols[:3]) >= 60
    assert 10 <= counts[".SPXW250113C5830"] <= 40
    assert counts[".SPX251219P2000"] <= 5


def test_no_time_no_change(market: Market, now: int) -> None:
    assert market.changed(Quote, SYMBOLS, now, now) == []
    assert market.changed(Trade, ["NOPE"], now - 60_000, now) == []


# Prints


def test_prints_of_adjacent_intervals_are_those_of_the_whole(market: Market, now: int) -> None:
    symbols = ["NVDA", "SPX", ".SPXW250113C5830"]
    whole = market.prints(symbols, now - 30_000, now)
    assert whole is not None
    indexes = []
    for start in range(now - 30_000, now, 777):
        part = market.prints(symbols, start, min(start + 777, now))
        indexes += list(part.columns["index"]) if part else []

    assert indexes == whole.columns["index"]
    assert indexes == sorted(indexes)


def test_prints_go_on_through_the_night_without_a_gap(market: Market) -> None:
    evening, morning = market.time_at(6 * 3600 - 1), market.time_at(6 * 3600 + 1)
    prints = market.prints(["NVDA"], evening, morning)

    assert prints is not None
    times = prints.columns["time"]
    assert times[0] < market.time_at(6 * 3600 - 0.5)
    assert market.time_at(6 * 3600) in times


def test_prints_of_what_has_none_are_none(market: Market, now: int) -> None:
    assert market.prints(["BTC/USD:CXTALP", "NOPE"], now - 60_000, now) is None


# Histories


def test_daily_candles_of_a_month_are_complete_and_ascending(market: Market, now: int) -> None:
    history, is_cut = market.history(Candle, "SPY{=d}", now - 30 * DAY_MS, now)

    assert history is not None
    assert not is_cut
    days = [datetime.fromtimestamp(time / 1000, UTC).date() for time in history.columns["time"]]
    assert days == [
        day
        for number in range(14, 45)
        if (day := date.fromordinal(date(2024, 11, 30).toordinal() + number)).weekday() < 5
        and day not in {date(2024, 12, 25), date(2025, 1, 1)}
    ]
    assert history.columns["index"] == sorted(history.columns["index"])
    assert set(history.symbols) == {"SPY{=d}"}


def test_a_history_answers_with_the_symbol_as_it_was_asked_for(market: Market, now: int) -> None:
    history, _ = market.history(Candle, "SPX{=1d,price=last}", now - 9 * DAY_MS, now)

    assert history is not None
    assert set(history.symbols) == {"SPX{=1d,price=last}"}


def test_candles_are_whole_where_they_count(market: Market, now: int) -> None:
    history, _ = market.history(Candle, "NVDA{=5m}", now - DAY_MS, now)

    assert history is not None
    for candle in history:
        assert candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high
        assert candle.low <= candle.vwap <= candle.high
        assert candle.bidVolume + candle.askVolume <= candle.volume
        assert all(
            float(value).is_integer()
            for value in (candle.count, candle.volume, candle.bidVolume, candle.askVolume)
        )
        assert isnan(candle.openInterest)


@pytest.mark.parametrize("symbol", ["SPX", "SPX{=5t}", "NOPE{=d}", "SPX{=d"])
def test_what_has_no_candles_has_no_history(market: Market, now: int, symbol: str) -> None:
    assert market.history(Candle, symbol, 0, now) == (None, False)


def test_a_history_of_prints_ends_with_the_last_one_and_says_when_it_was_cut(
    market: Market, now: int
) -> None:
    history, is_cut = market.history(TimeAndSale, "NVDA", now - 60_000, now)
    short, was_cut = market.history(TimeAndSale, "NVDA", now - 60_000, now, limit=10)

    assert history is not None
    assert short is not None
    assert (is_cut, was_cut) == (False, True)
    assert short.columns["index"] == history.columns["index"][-10:]
    prints = market.prints(["NVDA"], now - 60_000 - 1, now)
    assert columns(prints) == columns(history)


def test_a_history_of_greeks_is_the_current_ones(market: Market, now: int) -> None:
    current = one(market, Greeks, ".SPXW250113C5830", now)
    history, _ = market.history(Greeks, ".SPXW250113C5830", current.time, now)

    assert history is not None
    assert list(history) == [current]
    assert market.history(Greeks, ".SPXW250113C5830", current.time + 1, now) == (None, False)
    assert market.history(Greeks, "SPX", 0, now) == (None, False)


def test_types_without_a_history_have_none(market: Market, now: int) -> None:
    assert market.history(Quote, "SPX", 0, now) == (None, False)


def test_the_market_of_another_day_can_be_had() -> None:
    market = Market(Listing(date(2023, 6, 1)))

    greeks = one(market, Greeks, ".SPLG230616C23", market.time_at(10))
    assert greeks.delta == pytest.approx(1.0, abs=1e-3)
    assert greeks.price == pytest.approx(68.3 - 23, abs=2.0)
