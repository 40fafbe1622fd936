"""Moments on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tastytrade.cli.moments import parse_moment
from tastytrade.errors import ConfigurationError

FIRST_NS = 1_795_184_000_000_000_000
"""2026-11-20, 14:13:20 UTC."""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T15:30", datetime(2026, 11, 20, 15, 30, tzinfo=UTC)),
        ("2026-11-20T09:30-05:00", datetime(2026, 11, 20, 14, 30, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("15:30:01.5", datetime(2026, 11, 20, 15, 30, 1, 500_000, tzinfo=UTC)),
        ("09:30-05:00", datetime(2026, 11, 20, 14, 30, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_moment_is_a_day_and_a_time_or_a_time_of_the_first_day(
    text: str | None, moment: datetime | None
) -> None:
    assert parse_moment(text, option="--start", first_ns=FIRST_NS) == moment


@pytest.mark.parametrize("text", ["", "noon", "25:00", "2026-13-01", "\x1b[2J"])
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^--end .*: expected a time such as ") as refused:
        parse_moment(text, option="--end", first_ns=FIRST_NS)

    assert "\x1b" not in str(refused.value)


def test_so_long_ago_is_counted_back_from_the_end() -> None:
    last_ns = FIRST_NS + 86_400_000_000_000
    moment = parse_moment("-1d", option="--from", first_ns=FIRST_NS, last_ns=last_ns)

    assert moment == datetime(2026, 11, 20, 14, 13, 20, tzinfo=UTC)
