from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.oneshot.history import Range, range_of
from tests.unit.oneshot.asking import START


def test_a_range_is_in_milliseconds_of_any_zone() -> None:
    start = datetime(2025, 1, 13, 9, 30, tzinfo=timezone(timedelta(hours=-5)))

    assert range_of(start, None) == Range(START, None)


@pytest.mark.parametrize("time_ms", [START, 1_099_006_878_916, -1, -62_135_596_800_000, 253_402_300_799_999])
def test_a_range_is_exact_to_the_millisecond(time_ms: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)

    assert range_of(datetime(1, 1, 1, tzinfo=UTC), moment).end_ms == time_ms


def test_a_range_over_a_change_of_the_clocks_is_as_long_as_it_lasts() -> None:
    new_york = ZoneInfo("America/New_York")
    twice = datetime(2024, 11, 3, 1, 30, tzinfo=new_york)
    found = range_of(twice, twice.replace(fold=1))

    assert found == Range(1_730_611_800_000, 1_730_615_400_000)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (datetime(2025, 1, 13), None, "has no time zone; write"),  # noqa: DTZ001 - what it is about
        (datetime(2025, 1, 13, tzinfo=UTC), datetime(2025, 1, 14), "end 2025-01-14T00:00:00 has no"),  # noqa: DTZ001
        (datetime.now(UTC) + timedelta(days=1), None, "is in the future"),
        (datetime(2025, 1, 13, tzinfo=UTC), datetime(2025, 1, 12, tzinfo=UTC), "is before start"),
        ("2025-01-13", None, "must be a datetime with a time zone"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused(start: Any, end: Any, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        range_of(start, end)
