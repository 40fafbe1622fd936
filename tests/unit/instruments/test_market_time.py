from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tastytrade.errors import ConfigurationError, UnexpectedAnswer
from tastytrade.instruments import (
    MarketHolidays,
    MarketSession,
    get_current_market_sessions,
    get_equity_session,
    get_futures_session,
    get_holidays,
    get_market_sessions,
    get_trade_day,
    trade_day,
)
from tests.unit.rest.recorded import recorded
from tests.unit.rest.runner import Blocking, items

NEW_YORK = ZoneInfo("America/New_York")
CALENDAR = {"market-holidays": ["2026-12-25", "2026-11-26"], "market-half-days": ["2026-11-27", "2026-12-24"]}
HOLIDAYS = MarketHolidays(
    holidays=frozenset({date(2026, 12, 25), date(2026, 11, 26)}),
    half_days=frozenset({date(2026, 11, 27), date(2026, 12, 24)}),
)
CURRENT = recorded("/market-time/equities/sessions/current")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-06-12 00:00", "2026-06-12"),  # Friday
        ("2026-06-12 15:59:59", "2026-06-12"),
        ("2026-06-12 16:00", "2026-06-15"),
        ("2026-06-13 12:00", "2026-06-15"),
        ("2026-06-14 23:59", "2026-06-15"),
        ("2026-06-15 16:00", "2026-06-16"),
        ("2026-11-25 16:00", "2026-11-27"),  # over Thanksgiving
        ("2026-11-26 09:00", "2026-11-27"),
        ("2026-11-27 12:59", "2026-11-27"),
        ("2026-11-27 13:00", "2026-11-30"),
        ("2026-12-24 13:00", "2026-12-28"),  # over Christmas and the weekend
        ("2026-03-08 23:00", "2026-03-09"),  # clocks go forward
        ("2026-11-01 01:30", "2026-11-02"),  # and back
    ],
)
def test_the_trading_day_lasts_until_the_close_and_rolls_over_closed_days(moment: str, expected: str) -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK)

    assert trade_day(local, HOLIDAYS) == date.fromisoformat(expected)
    assert trade_day(local.astimezone(UTC), HOLIDAYS) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 6, 12, 19, 59, tzinfo=UTC), date(2026, 6, 12)),  # summer: four hours behind
        (datetime(2026, 6, 12, 20, 0, tzinfo=UTC), date(2026, 6, 15)),
        (datetime(2026, 1, 12, 20, 59, tzinfo=UTC), date(2026, 1, 12)),  # winter: five
        (datetime(2026, 1, 12, 21, 0, tzinfo=UTC), date(2026, 1, 13)),
        (datetime(2026, 6, 15, 11, 0, tzinfo=timezone(timedelta(hours=10))), date(2026, 6, 15)),
        (datetime(2026, 12, 25, 12, 0, tzinfo=UTC), date(2026, 12, 25)),  # a holiday nobody told of
    ],
)
def test_a_moment_may_be_of_any_time_zone(moment: datetime, expected: date) -> None:
    assert trade_day(moment) == expected


@pytest.mark.parametrize("ask", [trade_day, get_trade_day.call])
def test_a_moment_without_time_zone_is_refused(ask: Any) -> None:
    with pytest.raises(ConfigurationError, match="has no time zone; write datetime"):
        ask(datetime(2026, 6, 12))  # noqa: DTZ001


def test_the_trading_day_of_a_moment_goes_by_the_services_holidays() -> None:
    session = Blocking({"data": CALENDAR})

    assert get_trade_day(session, datetime(2026, 11, 27, 18, tzinfo=UTC)) == date(2026, 11, 30)
    assert session.targets == ["/market-time/equities/holidays"]


@pytest.mark.parametrize(
    ("state", "closes", "following", "expected"),
    [
        ("Closed", "2026-08-04", "2026-08-04", "2026-08-04"),  # before it opens, as recorded
        ("Pre-market", "2026-08-04", "2026-08-05", "2026-08-04"),
        ("Open", "2026-08-04", "2026-08-05", "2026-08-04"),
        ("Extended", "2026-08-04", "2026-08-05", "2026-08-05"),
        ("After-Hours", "2026-08-07", "2026-08-10", "2026-08-10"),
        ("Closed", "2026-08-07", "2026-08-10", "2026-08-10"),
    ],
)
def test_the_trading_day_now_is_told_by_the_current_session(
    state: str, closes: str, following: str, expected: str
) -> None:
    following_session = CURRENT["next-session"] | {"session-date": following}
    now = CURRENT | {"state": state, "close-at": f"{closes}T20:00:00Z", "next-session": following_session}
    session = Blocking({"data": now})

    assert get_trade_day(session) == date.fromisoformat(expected)
    assert session.targets == ["/market-time/equities/sessions/current"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"state": "Auction"}, "state 'Auction' does not tell the trading day; give the moment"),
        ({"state": None}, "does not tell the trading day"),
        ({"next-session": None}, "no date in the session that is Closed"),
        ({"state": "Open", "close-at": 5e30}, "no date in the session that is Open"),
    ],
)
def test_a_current_session_that_does_not_tell_the_day_is_an_error(change: Any, text: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=text):
        get_trade_day(Blocking({"data": CURRENT | change}))


def test_the_recorded_session_is_read_with_its_neighbours() -> None:
    session = Blocking({"data": CURRENT})
    current = get_equity_session(session)

    assert current.state == "Closed"
    assert current.start_at == datetime(2026, 8, 4, 12, 15, tzinfo=UTC)
    assert current.close_at_ext == datetime(2026, 8, 5, tzinfo=UTC)
    assert (current.session_date, current.day) == (None, date(2026, 8, 4))
    assert current.next_session is not None
    assert current.next_session.session_date == date(2026, 8, 4)
    assert current.previous_session is not None
    assert current.previous_session.day == date(2026, 8, 3)
    assert session.targets == ["/market-time/equities/sessions/current"]


def test_a_session_without_any_date_has_no_day() -> None:
    assert MarketSession().day is None


def test_sessions_are_asked_for_by_market_and_day() -> None:
    session = Blocking({"data": CURRENT})
    get_equity_session(session, "next", on=date(2026, 7, 3))
    get_futures_session(session)
    get_futures_session(session, "CFE", "previous", on=date(2026, 7, 3))

    assert session.targets == [
        "/market-time/equities/sessions/next?date=2026-07-03",
        "/market-time/futures/sessions/current/CME",
        "/market-time/futures/sessions/previous/CFE?date=2026-07-03",
    ]


def test_a_session_that_does_not_exist_is_refused() -> None:
    which: Any = "last"
    with pytest.raises(ConfigurationError, match="expected one of current, next, previous"):
        get_equity_session.call(which)
    with pytest.raises(ConfigurationError, match="the current session has no day to give"):
        get_futures_session.call("CME", on=date(2026, 7, 3))


def test_the_current_sessions_of_several_markets_are_one_list() -> None:
    session = Blocking(items(CURRENT, CURRENT | {"instrument-collection": "CME"}))
    found = get_current_market_sessions(session, ["Equity", "CME"])

    assert [one.instrument_collection for one in found] == ["Equity", "CME"]
    assert session.targets == [
        "/market-time/sessions/current?instrument-collections%5B%5D=Equity&instrument-collections%5B%5D=CME"
    ]


def test_sessions_of_years_are_asked_for_in_parts() -> None:
    session = Blocking(items(CURRENT["previous-session"]), items(CURRENT["next-session"]))
    found = get_market_sessions(session, date(2025, 12, 1), date(2026, 9, 1), collection="CME")

    assert [one.session_date for one in found] == [date(2026, 8, 3), date(2026, 8, 4)]
    assert session.targets == [
        "/market-time/sessions?from-date=2025-12-01&to-date=2026-08-27&instrument-collection=CME",
        "/market-time/sessions?from-date=2026-08-28&to-date=2026-09-01&instrument-collection=CME",
    ]


def test_one_day_is_a_range_and_days_the_wrong_way_round_are_refused() -> None:
    session = Blocking(items())

    assert get_market_sessions(session, date(2026, 6, 12), date(2026, 6, 12)) == []
    with pytest.raises(ConfigurationError, match="the wrong way round"):
        get_market_sessions.call(date(2026, 6, 13), date(2026, 6, 12))


def test_holidays_are_those_of_a_market() -> None:
    session = Blocking({"data": CALENDAR})

    assert get_holidays(session) == get_holidays(session, "CME") == HOLIDAYS
    assert session.targets == ["/market-time/equities/holidays", "/market-time/futures/holidays/CME"]


def test_a_day_that_cannot_be_read_costs_that_day(caplog: pytest.LogCaptureFixture) -> None:
    session = Blocking({"data": {"market-holidays": ["2026-12-25", "soon", 5]}})

    assert get_holidays(session) == MarketHolidays(holidays=frozenset({date(2026, 12, 25)}))
    assert len(caplog.messages) == 2


@pytest.mark.parametrize(
    "data", [None, {}, [], {"market-holidays": None}, {"market-holidays": [], "market-half-days": {}}]
)
def test_an_answer_without_holidays_is_an_error_and_not_a_year_without_any(data: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        get_holidays(Blocking({"data": data}))
