"""Trading sessions and their states at a moment, of the collections that market time is asked by.

Equity hours are recorded: 08:15, 09:30, 16:00 and 20:00 New York. Futures trade from 18:00 New York of the
evening before to 17:00 (CME Globex); that the other futures collections keep the same hours, and that they
have the equities' holidays and no early start or extended end, is a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from tastytrade.simulator.trading_days import (
    CLOSE,
    OPEN,
    holidays,
    last_trading_day_up_to,
    new_york_date,
    new_york_datetime,
    next_trading_day,
    previous_trading_day,
)

Collection = Literal["Equity", "CME", "CFE", "Smalls"]
COLLECTIONS: tuple[Collection, ...] = ("Equity", "CME", "CFE", "Smalls")
FUTURES_COLLECTIONS: tuple[Collection, ...] = ("CME", "CFE", "Smalls")

State = Literal["Open", "Closed", "Pre-market", "Extended"]

_START = time(8, 15)
_EXTENDED_CLOSE = time(20, 0)
_FUTURES_OPEN = time(18, 0)
_FUTURES_CLOSE = time(17, 0)
_DAY = timedelta(days=1)


class ExchangeSession(Struct, frozen=True):
    """One day's session; the times are aware UTC datetimes, in order."""

    collection: Collection
    day: date
    starts_at: datetime
    opens_at: datetime
    closes_at: datetime
    ends_at: datetime

    def state_at(self, now: datetime) -> State:
        """What the market is doing at a moment, as far as this session goes."""
        if self.opens_at <= now < self.closes_at:
            return "Open"
        if self.starts_at <= now < self.opens_at:
            return "Pre-market"
        return "Extended" if self.closes_at <= now < self.ends_at else "Closed"


def session_of(collection: Collection, day: date) -> ExchangeSession:
    """The session of a trading day."""
    if collection == "Equity":
        at = [new_york_datetime(day, one) for one in (_START, OPEN, CLOSE, _EXTENDED_CLOSE)]
        return ExchangeSession(collection, day, *at)
    opens_at, closes_at = new_york_datetime(day - _DAY, _FUTURES_OPEN), new_york_datetime(day, _FUTURES_CLOSE)
    return ExchangeSession(collection, day, opens_at, opens_at, closes_at, closes_at)


def session_at(collection: Collection, now: datetime) -> ExchangeSession:
    """The running session; between two, today's where today has one, else the one before."""
    today = new_york_date(int(now.timestamp() * 1000))
    evening = session_of(collection, next_trading_day(today + _DAY))
    if evening.starts_at <= now:
        return evening
    return session_of(collection, last_trading_day_up_to(today))


def next_session(collection: Collection, now: datetime) -> ExchangeSession:
    """The first session that has not started."""
    running = session_at(collection, now)
    return (
        running if now < running.starts_at else session_of(collection, next_trading_day(running.day + _DAY))
    )


def previous_session(collection: Collection, now: datetime) -> ExchangeSession:
    """The session before the one of ``session_at``."""
    return session_of(collection, previous_trading_day(session_at(collection, now).day))


def sessions_between(collection: Collection, first: date, last: date) -> Iterator[ExchangeSession]:
    """The sessions of the trading days from one date to another, both included."""
    day = next_trading_day(first)
    while day <= last:
        yield session_of(collection, day)
        day = next_trading_day(day + _DAY)


def holidays_around(day: date) -> list[date]:
    """The holidays of a date's year and the next."""
    return sorted(holidays(day.year) | holidays(day.year + 1))
