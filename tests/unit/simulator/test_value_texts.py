from datetime import datetime, timedelta, timezone

import pytest

from tastytrade.simulator.value_texts import fixed_text, moment_text, number_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (110.0, "110.0"),
        (0.00005, "0.00005"),
        (1 / 3, "0.333333333"),
        (2.27349948e8, "227349948.0"),
        (float("nan"), None),
        (None, None),
    ],
)
def test_a_number_has_a_fraction_digit_and_no_exponent(value: float | None, text: str | None) -> None:
    assert number_text(value) == text


def test_a_percentage_has_two_digits() -> None:
    assert (fixed_text(26.534), fixed_text(float("nan"))) == ("26.53", None)


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 8, 24, 13, 58, 51, 35_999, tzinfo=timezone(timedelta(hours=-4)))

    assert moment_text(moment) == "2026-08-24T17:58:51.035Z"
