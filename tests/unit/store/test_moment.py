from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.store.moment import nanoseconds


def test_a_datetime_is_exact_in_any_zone() -> None:
    moment = datetime(2026, 10, 25, 0, 30, 0, 123456, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=2)))

    assert nanoseconds(moment, "start") == nanoseconds(elsewhere, "start") == 1792888200123456000


def test_numbers_are_nanoseconds_already_and_nothing_is_nothing() -> None:
    assert (nanoseconds(5, "start"), nanoseconds(None, "start")) == (5, None)


@pytest.mark.parametrize("wrong", [datetime(2026, 1, 1), True, 1.5, "2026"])  # noqa: DTZ001 - what is refused
def test_what_is_no_moment_is_refused_with_what_to_write(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match=r"^start .*time zone"):
        nanoseconds(wrong, "start")  # type: ignore[arg-type]  # what is refused
