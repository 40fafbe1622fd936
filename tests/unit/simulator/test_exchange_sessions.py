from datetime import UTC, date, datetime

import pytest

from tastytrade.simulator.exchange_sessions import (
    COLLECTIONS,
    Collection,
    holidays_around,
    next_session,
    previous_session,
    session_at,
    session_of,
    sessions_between,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00").replace(tzinfo=UTC)


def test_a_session_has_the_recorded_hours() -> None:
    session = session_of("Equity", date(2026, 8, 4))

    assert [session.starts_at, session.opens_at, session.closes_at, session.ends_at] == [
        at("2026-08-04T12:15"),
        at("2026-08-04T13:30"),
        at("2026-08-04T20:00"),
        at("2026-08-05T00:00"),
    ]


def test_futures_trade_from_the_evening_before() -> None:
    session = session_of("CME", date(2025, 1, 13))

    assert (session.opens_at, session.closes_at) == (at("2025-01-12T23:00"), at("2025-01-13T22:00"))


@pytest.mark.parametrize(
    ("collection", "now", "state", "days"),
    [
        ("Equity", "2025-01-09T08:00", "Closed", (8, 9, 9)),
        ("Equity", "2025-01-09T13:15", "Pre-market", (8, 9, 10)),
        ("Equity", "2025-01-09T15:00", "Open", (8, 9, 10)),
        ("Equity", "2025-01-09T21:00", "Extended", (8, 9, 10)),
        ("Equity", "2025-01-10T00:59", "Extended", (8, 9, 10)),
        ("Equity", "2025-01-10T02:00", "Closed", (8, 9, 10)),
        ("Equity", "2025-01-11T15:00", "Closed", (9, 10, 13)),
        ("CME", "2025-01-09T15:00", "Open", (8, 9, 10)),
        ("CME", "2025-01-09T22:30", "Closed", (8, 9, 10)),
        ("CME", "2025-01-09T23:00", "Open", (9, 10, 13)),
        ("CME", "2025-01-11T15:00", "Closed", (9, 10, 13)),
        ("CME", "2025-01-12T23:30", "Open", (10, 13, 14)),
    ],
)
def test_the_running_session_and_its_neighbours(
    collection: Collection, now: str, state: str, days: tuple[int, int, int]
) -> None:
    moment = at(now)
    session = session_at(collection, moment)
    around = (previous_session(collection, moment), session, next_session(collection, moment))

    assert session.state_at(moment) == state
    assert tuple(one.day.day for one in around) == days


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_sessions_leave_out_weekends_and_holidays(collection: Collection) -> None:
    found = sessions_between(collection, date(2025, 1, 17), date(2025, 1, 22))

    assert [one.day.day for one in found] == [17, 21, 22]


def test_holidays_are_those_of_two_years() -> None:
    found = holidays_around(date(2025, 6, 1))

    assert found[0] == date(2025, 1, 1)
    assert found[-1] == date(2026, 12, 25)
    assert len(found) == 20
