from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tastytrade.simulator.trading_days import (
    easter,
    holidays,
    is_trading_day,
    last_trading_day_of_month,
    months_from,
    new_york_date,
    next_trading_day,
    previous_trading_day,
    session_ms,
    third_friday,
)


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25)])
def test_easter_falls_where_the_calendar_says(day: date) -> None:
    assert easter(day.year) == day


def test_the_holidays_of_2024_are_those_the_exchange_published() -> None:
    assert sorted(holidays(2024)) == [
        date(2024, 1, 1),
        date(2024, 1, 15),
        date(2024, 2, 19),
        date(2024, 3, 29),
        date(2024, 5, 27),
        date(2024, 6, 19),
        date(2024, 7, 4),
        date(2024, 9, 2),
        date(2024, 11, 28),
        date(2024, 12, 25),
    ]


@pytest.mark.parametrize(
    "day",
    [
        date(2022, 6, 20),  # Juneteenth on a Sunday
        date(2021, 7, 5),  # Independence Day on a Sunday
        date(2020, 7, 3),  # Independence Day on a Saturday
        date(2022, 12, 26),  # Christmas on a Sunday
        date(2023, 1, 2),  # New Year on a Sunday
    ],
)
def test_a_holiday_at_the_weekend_is_observed_on_the_weekday_beside_it(day: date) -> None:
    assert not is_trading_day(day)


def test_new_year_on_a_saturday_does_not_close_the_last_day_of_the_year() -> None:
    assert is_trading_day(date(2021, 12, 31))


def test_juneteenth_was_a_trading_day_before_2022() -> None:
    assert is_trading_day(date(2020, 6, 19))


def test_the_next_trading_day_of_a_trading_day_is_itself() -> None:
    assert next_trading_day(date(2025, 1, 17)) == date(2025, 1, 17)


def test_a_long_weekend_is_skipped_both_ways() -> None:
    assert next_trading_day(date(2025, 1, 18)) == date(2025, 1, 21)
    assert previous_trading_day(date(2025, 1, 21)) == date(2025, 1, 17)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (date(2025, 1, 1), date(2025, 1, 17)),
        (date(2025, 4, 1), date(2025, 4, 17)),  # Good Friday
        (date(2026, 6, 1), date(2026, 6, 18)),  # Juneteenth
    ],
)
def test_the_monthly_expiration_is_the_third_friday_or_the_thursday_before_a_holiday(
    month: date, day: date
) -> None:
    assert third_friday(month.year, month.month) == day


def test_the_last_trading_day_of_a_month_may_be_before_a_weekend() -> None:
    assert last_trading_day_of_month(2025, 5) == date(2025, 5, 30)
    assert last_trading_day_of_month(2024, 12) == date(2024, 12, 31)


@pytest.mark.parametrize(("day", "hour"), [(date(2025, 1, 13), 14), (date(2025, 7, 14), 13)])
def test_a_session_opens_at_half_past_nine_in_new_york_whatever_the_season(day: date, hour: int) -> None:
    opens, closes = session_ms(day)

    assert opens == datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC).timestamp() * 1000
    assert closes - opens == 6.5 * 3_600_000


def test_the_date_in_new_york_is_behind_utc_in_the_evening() -> None:
    evening = datetime(2025, 1, 14, 3, tzinfo=UTC)

    assert new_york_date(int(evening.timestamp() * 1000)) == date(2025, 1, 13)


def test_months_go_on_into_the_next_year() -> None:
    months = months_from(date(2025, 11, 30))

    assert [next(months) for _ in range(3)] == [(2025, 11), (2025, 12), (2026, 1)]
