from __future__ import annotations

import pytest

from tastytrade.cli.durations import about_text, clock_text, parse_duration
from tastytrade.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("0.5", 0.5),
        ("30m", 1_800),
        ("6h30m", 23_400),
        ("1h2m3s", 3_723),
        ("1.5h", 5_400),
        ("2d", 172_800),
        (" 1h ", 3_600),
        ("0", 0),
    ],
)
def test_a_duration_has_its_units(text: str, seconds: float) -> None:
    assert parse_duration(text, option="--for") == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "h", "-5", "5x", "30m6h", "1e3", "inf", "nan", "1h 30m", "9" * 400, "4000d", "٣"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^--for .*: expected a duration, such as 90s, 30m"):
        parse_duration(text, option="--for")


def test_a_duration_can_be_too_short() -> None:
    with pytest.raises(ConfigurationError, match=r"^--for 0: expected a duration of at least 0.1 s"):
        parse_duration("0", option="--for", least=0.1)


def test_a_clock_shows_hours_minutes_and_seconds() -> None:
    assert [clock_text(seconds) for seconds in (0, 59.9, 61, 23_400, 90_000)] == [
        "0:00:00",
        "0:00:59",
        "0:01:01",
        "6:30:00",
        "25:00:00",
    ]


def test_about_how_long_is_one_number_with_a_unit() -> None:
    assert [about_text(seconds) for seconds in (0.25, 90, 600, 90_000, 1_000_000)] == [
        "0.2 s",
        "90 s",
        "10 min",
        "25 h",
        "12 days",
    ]
