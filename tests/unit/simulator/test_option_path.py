from __future__ import annotations

from datetime import date

import pytest

from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.option_line import OptionLine
from tastytrade.simulator.option_path import OptionPath

MARKET = Market(Listing(date(2025, 1, 13)))
NOW = MARKET.time_at(600)


def path_of(symbol: str) -> OptionPath:
    line = MARKET.line(symbol)
    assert isinstance(line, OptionLine)
    return line.path


@pytest.fixture
def path() -> OptionPath:
    return path_of(".SPXW250113C5830")


def test_a_call_gains_and_a_put_loses_when_the_underlying_rises() -> None:
    call, put = path_of(".SPXW250113C5830"), path_of(".SPXW250113P5830")

    assert call.price_of(5850, NOW) > call.price_of(5830, NOW)
    assert put.price_of(5850, NOW) < put.price_of(5830, NOW)


def test_after_expiry_the_market_stays(path: OptionPath) -> None:
    assert path.market_at(path.expires_ms) == path.market_at(path.expires_ms + 86_400_000)


def test_trades_of_a_day_are_in_order_and_add_up_to_its_volume(path: OptionPath) -> None:
    day = path.underlying.today
    number = path.trades_until(day, NOW)

    trades = [path.trade(day, one) for one in range(number)]

    assert [trade.time_ms for trade in trades] == sorted(trade.time_ms for trade in trades)
    assert trades[-1].time_ms <= NOW < path.trade_time(day, number)
    assert sum(trade.size for trade in trades) == path.volume_until(day, NOW)
    assert all(trade.size >= 1 for trade in trades)


def test_a_trade_is_at_the_bid_or_at_the_ask(path: OptionPath) -> None:
    trades = [path.trade(path.underlying.today, number) for number in range(20)]

    assert all(trade.price == (trade.ask if trade.is_buy else trade.bid) for trade in trades)
    assert len({trade.is_buy for trade in trades}) == 2


def test_before_the_days_first_trade_the_last_one_is_of_the_day_before() -> None:
    path = path_of(".SPX251219C9000")
    opens = path.hours.opens_ms(path.underlying.today)

    day, number = path.last_trade_place(opens - 1)

    assert day == path.hours.previous(path.underlying.today)
    assert path.next_trade_time(day, number) == opens


def test_an_option_settled_in_the_morning_last_trades_the_day_before() -> None:
    path = path_of(".SPX250117C5830")

    assert date.fromordinal(path.last_day) == date(2025, 1, 16)
    assert path.trades_until(path.last_day + 1, path.expires_ms + 3_600_000) == 0


def test_the_range_of_a_day_holds_the_prices_of_its_trades(path: OptionPath) -> None:
    _, high, low = path.range_at(NOW)
    day = path.underlying.today
    prices = [path.trade(day, number).price for number in range(path.trades_until(day, NOW))]

    tolerance = 0.3  # the range is taken half hour by half hour
    assert low - tolerance <= min(prices) <= max(prices) <= high + tolerance
