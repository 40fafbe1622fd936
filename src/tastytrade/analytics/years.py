"""Time to expiration in years, of 365 days or of 252 trading days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from tastytrade.analytics.columns import EXPIRATION
from tastytrade.analytics.conventions import DEFAULT, Conventions
from tastytrade.analytics.terms import each_expiration
from tastytrade.instruments.market_time import CLOSE, HALF_DAY_CLOSE, NEW_YORK, MarketHolidays

OPEN = time(9, 30)

_DAY = timedelta(days=1)
_SATURDAY = 5
_NANOSECONDS = 1_000_000_000
_SESSION_SECONDS = 6.5 * 3600
_YEAR_SECONDS = 365 * 86_400


def with_years(table: pl.DataFrame, *, at: int, conventions: Conventions = DEFAULT) -> pl.DataFrame:
    """A chain table with ``years``: from ``at`` (Unix nanoseconds) to expiration; below 0 once it is past.

    Options with AM settlement expire when the exchange opens on their date. All others do at the time that
    the service gives (``with_terms``), else when it closes, 16:00 in New York or 13:00 on a half day.
    """
    found = each_expiration(table)
    years = [_years(*row, at=at, conventions=conventions) for row in found.iter_rows()]
    found = found.select(EXPIRATION).with_columns(pl.Series("years", years, dtype=pl.Float64))
    plain = table.drop("years", strict=False)
    return plain.join(found, on=EXPIRATION, how="left", nulls_equal=True, maintain_order="left")


def _years(
    day: date,
    _root: str,
    settlement: str | None,
    given: datetime | None,
    *,
    at: int,
    conventions: Conventions,
) -> float:
    if given is None or settlement == "AM":
        given = _moment(day, OPEN if settlement == "AM" else _close(day, conventions.holidays))
    expires = round(given.timestamp()) * _NANOSECONDS
    if conventions.day_count == "calendar" or expires <= at:
        return (expires - at) / _NANOSECONDS / _YEAR_SECONDS
    return (
        _sessions(at / _NANOSECONDS, expires / _NANOSECONDS, conventions.holidays) / conventions.days_a_year
    )


def _sessions(start: float, end: float, holidays: MarketHolidays) -> float:
    """How many days of 6.5 hours of trading lie between two Unix times."""
    first, last = (datetime.fromtimestamp(moment, UTC).astimezone(NEW_YORK).date() for moment in (start, end))
    days = (first + _DAY * number for number in range((last - first).days + 1))
    seconds = 0.0
    for day in days:
        if day.weekday() >= _SATURDAY or day in holidays.holidays:
            continue
        opens, closes = (_moment(day, hour).timestamp() for hour in (OPEN, _close(day, holidays)))
        seconds += max(min(closes, end) - max(opens, start), 0.0)
    return seconds / _SESSION_SECONDS


def _close(day: date, holidays: MarketHolidays) -> time:
    return HALF_DAY_CLOSE if day in holidays.half_days else CLOSE


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, NEW_YORK)
