"""When an instrument trades: days, their parts and minutes, for exchanges of stocks and of futures, and
round the clock.

A day is ``date.toordinal()`` of the trade date. Each day has ``segments`` of ``segment_minutes``.
"""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from typing import Protocol

from tastytrade.simulator.trading_days import (
    last_trading_day_up_to,
    new_york_date,
    new_york_ms,
    next_trading_day,
    previous_trading_day,
    session_ms,
)

MINUTE_MS = 60_000
DAY_MS = 86_400_000
_EVENING = time(18, 0)
_EPOCH = date(1970, 1, 1).toordinal()


def midnight_ms(day: int) -> int:
    """00:00 UTC of a day in Unix milliseconds: what the candle of a day is stamped with."""
    return (day - _EPOCH) * DAY_MS


def day_number(day: int) -> int:
    """dxFeed's day id: days since 1970-01-01."""
    return day - _EPOCH


class TradingHours(Protocol):
    """Days, segments and minutes of a market."""

    segments: int
    segment_minutes: int
    first_minute: int
    """Minute of the local day at which trading begins; negative: so many before its midnight."""
    days_a_year: int

    def day_at(self, time_ms: int) -> int:
        """The day that trades at a moment; between sessions the day that has last traded."""

    def opens_ms(self, day: int) -> int:
        """When a day begins to trade, Unix milliseconds."""

    def previous(self, day: int) -> int:
        """The day that traded before."""

    def following(self, day: int) -> int:
        """The day that trades next."""


def session_ms_of(hours: TradingHours) -> int:
    """How long a day trades, in milliseconds."""
    return hours.segments * hours.segment_minutes * MINUTE_MS


class ExchangeHours:
    """09:30-16:00 New York on trading days, in thirteen half hours."""

    segments = 13
    segment_minutes = 30
    first_minute = 9 * 60 + 30
    days_a_year = 252

    def __init__(self) -> None:
        self._known = (0, 0, 0)

    def day_at(self, time_ms: int) -> int:
        since, until, day = self._known
        if since <= time_ms < until:
            return day
        found = last_trading_day_up_to(new_york_date(time_ms))
        if time_ms < session_ms(found)[0]:
            found = previous_trading_day(found)
        following = date.fromordinal(self.following(found.toordinal()))
        self._known = (session_ms(found)[0], session_ms(following)[0], found.toordinal())
        return self._known[2]

    def opens_ms(self, day: int) -> int:
        return session_ms(date.fromordinal(day))[0]

    @staticmethod
    @lru_cache(maxsize=16_384)
    def previous(day: int) -> int:
        return previous_trading_day(date.fromordinal(day)).toordinal()

    @staticmethod
    @lru_cache(maxsize=16_384)
    def following(day: int) -> int:
        return next_trading_day(date.fromordinal(day + 1)).toordinal()


class FuturesHours:
    """18:00 New York of the evening before to 17:00 on trading days, in half hours: Sunday to Friday.

    Trade dates are those of the stock exchange. That futures trade for some hours on most of its
    holidays is left out.
    """

    segments = 46
    segment_minutes = 30
    first_minute = -6 * 60
    days_a_year = 252

    def __init__(self) -> None:
        self._known = (0, 0, 0)

    def day_at(self, time_ms: int) -> int:
        since, until, day = self._known
        if since <= time_ms < until:
            return day
        # Six hours later the evening belongs to the date it trades for.
        coming = next_trading_day(new_york_date(time_ms + 6 * 60 * MINUTE_MS)).toordinal()
        found = coming if time_ms >= self.opens_ms(coming) else self.previous(coming)
        self._known = (self.opens_ms(found), self.opens_ms(self.following(found)), found)
        return found

    @staticmethod
    @lru_cache(maxsize=16_384)
    def opens_ms(day: int) -> int:
        return new_york_ms(date.fromordinal(day - 1), _EVENING)

    def previous(self, day: int) -> int:
        return ExchangeHours.previous(day)

    def following(self, day: int) -> int:
        return ExchangeHours.following(day)


class RoundTheClock:
    """Every day from 00:00 to 24:00 UTC, in hours."""

    segments = 24
    segment_minutes = 60
    first_minute = 0
    days_a_year = 365

    def day_at(self, time_ms: int) -> int:
        return time_ms // DAY_MS + _EPOCH

    def opens_ms(self, day: int) -> int:
        return midnight_ms(day)

    def previous(self, day: int) -> int:
        return day - 1

    def following(self, day: int) -> int:
        return day + 1
