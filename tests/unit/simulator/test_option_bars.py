from __future__ import annotations

from datetime import date

import pytest

from tastytrade.simulator.bars import merge
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.option_bars import OptionBars
from tastytrade.simulator.option_line import OptionLine

MARKET = Market(Listing(date(2025, 1, 13)))
NOW = MARKET.time_at(1000)


@pytest.fixture(scope="module")
def bars() -> OptionBars:
    line = MARKET.line(".SPXW250113P5830")
    assert isinstance(line, OptionLine)
    return OptionBars(line.path)


def test_a_day_is_the_merge_of_its_minutes(bars: OptionBars) -> None:
    day = bars.hours.previous(bars.hours.day_at(NOW))
    minutes = [bar for segment in range(13) for bar in bars.minutes(day, segment).bars]

    assert len(minutes) == 390
    assert merge(minutes) == bars.day(day)


def test_each_minute_opens_where_the_one_before_closed(bars: OptionBars) -> None:
    minutes = bars.minutes(bars.hours.day_at(NOW), 0).bars

    assert [bar.open for bar in minutes[1:]] == [bar.close for bar in minutes[:-1]]


def test_the_running_day_closes_with_the_middle_of_the_market(bars: OptionBars) -> None:
    bid, ask = bars.path.market_at(NOW)

    assert bars.so_far(NOW).close / bars.scale == pytest.approx((bid + ask) / 2, abs=0.02)


def test_volumes_are_those_of_the_trades(bars: OptionBars) -> None:
    day = bars.hours.day_at(NOW)

    assert bars.so_far(NOW).volume == bars.path.volume_until(day, NOW)
    assert bars.so_far(NOW).count == bars.path.trades_until(day, NOW)


def test_seconds_lie_within_their_minute(bars: OptionBars) -> None:
    day = bars.hours.day_at(NOW)
    minute = bars.minutes(day, 0).bars[3]

    merged = merge(bar for _, bar in bars.seconds(day, 3, NOW))
    assert merged is not None
    assert merged.volume <= minute.volume
    assert merged.high == pytest.approx(minute.high, rel=0.1)


def test_an_expired_option_has_no_later_moment(bars: OptionBars) -> None:
    assert bars.last_moment(bars.path.expires_ms + 5) == bars.path.expires_ms - 1


def test_the_half_hours_of_an_option_on_a_future_open_and_close_as_their_minutes_do() -> None:
    line = MARKET.line("./EW3F25C5900:XCME")
    assert isinstance(line, OptionLine)
    bars = OptionBars(line.path)
    day = bars.hours.previous(bars.hours.day_at(NOW))

    segment, minutes = bars.segments(day).bars[35], bars.minutes(day, 35).bars

    assert (segment.open, segment.close) == (minutes[0].open, minutes[-1].close)
    assert segment.volume == sum(bar.volume for bar in minutes)
    assert segment.high == pytest.approx(max(bar.high for bar in minutes), rel=0.1)
    assert merge(bars.segments(day).bars) == bars.day(day)
