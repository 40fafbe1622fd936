from __future__ import annotations

from datetime import date, time

import pytest

from tastytrade.simulator.trading_days import new_york_ms, session_ms
from tastytrade.simulator.trading_hours import (
    DAY_MS,
    ExchangeHours,
    FuturesHours,
    RoundTheClock,
    day_number,
    midnight_ms,
    session_ms_of,
)

FRIDAY = date(2025, 1, 17)
TUESDAY = date(2025, 1, 21)


@pytest.mark.parametrize("shift_ms", [0, 3_600_000, 23_400_000, 3 * DAY_MS])
def test_from_the_opening_to_the_next_one_it_is_the_day_that_opened(shift_ms: int) -> None:
    opens, _ = session_ms(FRIDAY)

    assert ExchangeHours().day_at(opens + shift_ms) == FRIDAY.toordinal()


def test_before_the_opening_it_is_still_the_day_before() -> None:
    opens, _ = session_ms(TUESDAY)

    assert ExchangeHours().day_at(opens - 1) == FRIDAY.toordinal()


def test_exchange_days_skip_the_long_weekend() -> None:
    hours = ExchangeHours()

    assert hours.following(FRIDAY.toordinal()) == TUESDAY.toordinal()
    assert hours.previous(TUESDAY.toordinal()) == FRIDAY.toordinal()


def test_round_the_clock_every_utc_day_is_one() -> None:
    hours = RoundTheClock()
    sunday = date(2025, 1, 19).toordinal()

    assert hours.day_at(midnight_ms(sunday)) == sunday
    assert hours.day_at(midnight_ms(sunday) - 1) == hours.previous(sunday)
    assert hours.opens_ms(sunday) == day_number(sunday) * DAY_MS


def test_a_day_number_counts_days_since_1970() -> None:
    assert day_number(date(2026, 7, 31).toordinal()) == 20665


@pytest.mark.parametrize(
    ("day", "hour", "trades_for"),
    [
        (date(2025, 1, 12), 18, date(2025, 1, 13)),  # Sunday evening
        (date(2025, 1, 13), 3, date(2025, 1, 13)),
        (date(2025, 1, 13), 16, date(2025, 1, 13)),
        (date(2025, 1, 13), 17, date(2025, 1, 13)),  # the break
        (date(2025, 1, 13), 18, date(2025, 1, 14)),
        (date(2025, 1, 17), 20, date(2025, 1, 17)),  # Friday evening
        (date(2025, 1, 19), 19, date(2025, 1, 17)),  # Monday is a holiday
        (date(2025, 1, 20), 18, date(2025, 1, 21)),
    ],
)
def test_futures_trade_from_the_evening_before(day: date, hour: int, trades_for: date) -> None:
    assert FuturesHours().day_at(new_york_ms(day, time(hour))) == trades_for.toordinal()


def test_a_day_of_futures_ends_an_hour_before_the_next_evening() -> None:
    hours = FuturesHours()
    monday = date(2025, 1, 13)

    ends = hours.opens_ms(monday.toordinal()) + session_ms_of(hours)

    assert ends == new_york_ms(monday, time(17))
    assert session_ms_of(ExchangeHours()) == 6.5 * 3_600_000


def test_days_of_futures_follow_one_another_like_those_of_the_exchange() -> None:
    hours = FuturesHours()

    assert hours.following(FRIDAY.toordinal()) == TUESDAY.toordinal()
    assert hours.previous(TUESDAY.toordinal()) == FRIDAY.toordinal()
