"""Trading days and regular hours of the US equity market, by rule.

Weekends, the ten yearly holidays with their observed days and 09:30-16:00 New York are modelled;
half days and one-off closures (storms, days of mourning) are not.
Source: NYSE Rule 7.2 and its published holiday calendars.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
OPEN = time(9, 30)
CLOSE = time(16, 0)
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6

_DAY = timedelta(days=1)


def months_from(first: date) -> Iterator[tuple[int, int]]:
    """Year and month of a date and of every month after it."""
    year, month = first.year, first.month
    while True:
        yield year, month
        year, month = year + month // 12, month % 12 + 1


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Butcher's rule)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """The ``n``-th (1..5) ``weekday`` (Monday is 0) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _observed(day: date) -> date:
    if day.weekday() == SATURDAY:
        return day - _DAY
    return day + _DAY if day.weekday() == SUNDAY else day


@lru_cache(maxsize=256)
def holidays(year: int) -> frozenset[date]:
    """The weekdays of a year on which the exchange is closed."""
    memorial_day = date(year, 5, 31)
    found = {
        nth_weekday(year, 2, MONDAY, 3),
        easter(year) - 2 * _DAY,
        memorial_day - timedelta(days=memorial_day.weekday()),
        _observed(date(year, 7, 4)),
        nth_weekday(year, 9, MONDAY, 1),
        nth_weekday(year, 11, THURSDAY, 4),
        _observed(date(year, 12, 25)),
    }
    # New Year's Day on a Saturday is not observed: the exchange would close on the year's last day.
    new_year = date(year, 1, 1)
    if new_year.weekday() != SATURDAY:
        found.add(_observed(new_year))
    if year >= 1998:
        found.add(nth_weekday(year, 1, MONDAY, 3))
    if year >= 2022:
        found.add(_observed(date(year, 6, 19)))
    return frozenset(found)


def is_trading_day(day: date) -> bool:
    """Whether the exchange has a regular session on this date."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def next_trading_day(day: date) -> date:
    """The date itself when it is a trading day, else the first trading day after it."""
    while not is_trading_day(day):
        day += _DAY
    return day


def previous_trading_day(day: date) -> date:
    """The last trading day before the date."""
    day -= _DAY
    while not is_trading_day(day):
        day -= _DAY
    return day


def last_trading_day_up_to(day: date) -> date:
    """The date itself when it is a trading day, else the last trading day before it."""
    return day if is_trading_day(day) else previous_trading_day(day)


def third_friday(year: int, month: int) -> date:
    """The monthly option expiration: the third Friday, or the trading day before a holiday on it."""
    return last_trading_day_up_to(nth_weekday(year, month, FRIDAY, 3))


def last_trading_day_of_month(year: int, month: int) -> date:
    """The month's last trading day."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return previous_trading_day(following)


def new_york_datetime(day: date, at: time) -> datetime:
    """A wall-clock time of New York on a date, as an aware UTC datetime."""
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


def new_york_ms(day: date, at: time) -> int:
    """A wall-clock time of New York on a date, as Unix milliseconds."""
    return int(new_york_datetime(day, at).timestamp()) * 1000


@lru_cache(maxsize=16384)
def session_ms(day: date) -> tuple[int, int]:
    """Open (09:30 New York) and close (16:00) of a date's regular session, in Unix milliseconds."""
    return new_york_ms(day, OPEN), new_york_ms(day, CLOSE)


def new_york_date(time_ms: int) -> date:
    """The date in New York at Unix milliseconds."""
    return datetime.fromtimestamp(time_ms / 1000, NEW_YORK).date()
