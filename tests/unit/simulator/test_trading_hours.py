from __future__ import annotations

from datetime import date

import pytest

from tastytrade.simulator.trading_days import session_ms
from tastytrade.simulator.trading_hours import DAY_MS, ExchangeHours, RoundTheClock, day_number, midnight_ms

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
