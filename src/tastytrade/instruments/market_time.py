"""When markets trade: sessions, holidays, and the trading day a moment belongs to.

    day = trade_day(datetime.now(UTC), await get_holidays(session))
    day = await get_trade_day(session)                  # the service's clock, no calendar needed

Source: developer.tastytrade.com "Market sessions", and an answer recorded from the service.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from tastytrade.dxfeed.symbol_list import checked_symbol, symbol_list
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.items import decode_item
from tastytrade.instruments.listing import flags, item_call, items_call
from tastytrade.instruments.models import Moment
from tastytrade.rest.call import Call, Steps, path
from tastytrade.rest.paging import gathered
from tastytrade.rest.resource import resource

log = logging.getLogger(__name__)

NEW_YORK = ZoneInfo("America/New_York")
CLOSE = time(16, 0)
HALF_DAY_CLOSE = time(13, 0)
SESSION_DAYS = 270
"""The most days of one request for sessions: the service takes nine months."""

Which = Literal["current", "next", "previous"]

_DAY = timedelta(days=1)
_SATURDAY = 5


class MarketSession(Struct, frozen=True, rename="kebab", kw_only=True):
    """One session: it starts, opens, closes, and closes for good (``close_at_ext``); UTC.

    The current one has a ``state`` ("Open", "Closed", "Pre-market", "Extended") and its neighbours; only
    these have a ``session_date``. Before the market opens its times are those of the session to come.
    """

    instrument_collection: str | None = None
    session_date: date | None = None
    start_at: Moment | None = None
    open_at: Moment | None = None
    close_at: Moment | None = None
    close_at_ext: Moment | None = None
    state: str | None = None
    next_session: MarketSession | None = None
    previous_session: MarketSession | None = None

    @property
    def day(self) -> date | None:
        """The date of the session: the service's, or else that of its close in New York."""
        if self.session_date is not None or self.close_at is None:
            return self.session_date
        return self.close_at.astimezone(NEW_YORK).date()


class MarketHolidays(Struct, frozen=True):
    """The days a market stays closed, and those it closes early on, as far as the service lists them."""

    holidays: frozenset[date] = frozenset()
    half_days: frozenset[date] = frozenset()


def trade_day(moment: datetime, holidays: MarketHolidays | None = None) -> date:
    """The trading day of US equities that a moment belongs to.

    It is New York's date until the close (16:00, on half days 13:00) and the next from then on. Weekends and
    holidays belong to the day after them; without ``holidays`` every weekday is a trading day. Raises
    ConfigurationError for a moment without time zone.
    """
    if moment.utcoffset() is None:
        raise ConfigurationError(
            f"the moment {moment.isoformat()} has no time zone; write datetime(..., tzinfo=UTC)"
        )
    known = holidays or MarketHolidays()
    local = moment.astimezone(NEW_YORK)
    day = local.date()
    if local.time() >= (HALF_DAY_CLOSE if day in known.half_days else CLOSE):
        day += _DAY
    while day.weekday() >= _SATURDAY or day in known.holidays:
        day += _DAY
    return day


@resource
def get_trade_day(moment: datetime | None = None) -> Call[date]:
    """The trading day of US equities a moment belongs to, by the service's holidays; see ``trade_day``.

    Without a moment that of now, by the service's clock: the day of its current session until that closes,
    then that of the next. Raises UnexpectedAnswer when the state it sends tells neither.
    """
    if moment is None:
        return Call(method="GET", path=_equity_sessions("current"), parse=_current_trade_day)
    trade_day(moment)  # a moment without time zone is refused before anything is asked

    def parse(data: Any) -> date:
        return trade_day(moment, _holidays(data))

    return Call(method="GET", path=_EQUITY_HOLIDAYS, parse=parse)


@resource
def get_current_market_sessions(collections: Iterable[str] = ("Equity",)) -> Call[list[MarketSession]]:
    """The current session of each collection: "Equity", "CME", "CFE", "Smalls"."""
    query = tuple(("instrument-collections[]", name) for name in symbol_list(collections))
    return items_call(path("market-time", "sessions", "current"), MarketSession, query=query)


@resource
def get_equity_session(which: Which = "current", *, on: date | None = None) -> Call[MarketSession]:
    """The current, next or previous session of US equities; the latter two seen from the day ``on``."""
    return item_call(_equity_sessions(which), MarketSession, query=_on(which, on))


@resource
def get_futures_session(
    collection: str = "CME", which: Which = "current", *, on: date | None = None
) -> Call[MarketSession]:
    """The same for a futures exchange: "CME" or "CFE"."""
    where = path("market-time", "futures", "sessions", _which(which), checked_symbol(collection))
    return item_call(where, MarketSession, query=_on(which, on))


@resource
def get_market_sessions(
    from_date: date, to_date: date, *, collection: str = "Equity"
) -> Steps[list[MarketSession]]:
    """The sessions from one day to another, both included; asked in parts of nine months.

    Raises ConfigurationError when the days are the wrong way round.
    """
    if to_date < from_date:
        raise ConfigurationError(f"sessions from {from_date} to {to_date}: the days are the wrong way round")
    checked_symbol(collection)
    where = path("market-time", "sessions")
    queries = (
        flags(from_date=first, to_date=last, instrument_collection=collection)
        for first, last in _parts(from_date, to_date)
    )
    return (yield from gathered(items_call(where, MarketSession, query=query) for query in queries))


@resource
def get_holidays(collection: str = "Equity") -> Call[MarketHolidays]:
    """The holidays and half days of US equities, or of a futures exchange ("CME", "CFE")."""
    if collection == "Equity":
        return Call(method="GET", path=_EQUITY_HOLIDAYS, parse=_holidays)
    where = path("market-time", "futures", "holidays", checked_symbol(collection))
    return Call(method="GET", path=where, parse=_holidays)


def _current_trade_day(data: Any) -> date:
    session = decode_item(data, MarketSession)
    state = (session.state or "").casefold()
    if state in {"open", "pre-market"}:
        day = session.day
    elif state in {"closed", "extended", "after-hours"}:
        day = session.next_session.day if session.next_session is not None else None
    else:
        raise ValueError(f"state {session.state!r} does not tell the trading day; give the moment")
    if day is None:
        raise ValueError(f"no date in the session that is {session.state}; give the moment")
    return day


def _holidays(data: Any) -> MarketHolidays:
    # No list of holidays is no answer; that of half days may be left out when it is empty.
    return MarketHolidays(_dates(data["market-holidays"]), _dates(data.get("market-half-days", [])))


def _dates(values: Any) -> frozenset[date]:
    if not isinstance(values, list):
        raise TypeError(f"a list of days is no {type(values).__name__}")
    return frozenset(_readable(values))


def _readable(values: list[Any]) -> Iterator[date]:
    for value in values:
        try:
            yield msgspec.convert(value, date)
        except msgspec.ValidationError as error:
            log.warning("a day in the market's calendar cannot be read and is left out: %s", error)


def _equity_sessions(which: str) -> str:
    return path("market-time", "equities", "sessions", _which(which))


def _which(which: str) -> str:
    if which not in get_args(Which):
        raise ConfigurationError(f"no such session: {which!r} (expected one of {', '.join(get_args(Which))})")
    return which


def _on(which: str, on: date | None) -> tuple[tuple[str, str], ...]:
    if on is not None and which == "current":
        raise ConfigurationError("the current session has no day to give: ask for the next or the previous")
    return flags(date=on)


def _parts(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        until = min(first + (SESSION_DAYS - 1) * _DAY, last)
        yield first, until
        first = until + _DAY


_EQUITY_HOLIDAYS = path("market-time", "equities", "holidays")
