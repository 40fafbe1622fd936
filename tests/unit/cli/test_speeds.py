"""The pace of a replay."""

from __future__ import annotations

import pytest

from tastytrade.cli.speeds import parse_speed
from tastytrade.errors import ConfigurationError


@pytest.mark.parametrize(("text", "speed"), [("1", 1.0), ("0.5", 0.5), ("max", "max")])
def test_a_pace_is_a_number_or_max(text: str, speed: object) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["", "0", "-1", "inf", "nan", "fast"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected a positive number, or max"):
        parse_speed(text)
