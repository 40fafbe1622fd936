"""The pace of a replay on the command line: a number of times that of the day, or ``max``."""

from __future__ import annotations

from typing import Literal

from tastytrade.errors import ConfigurationError
from tastytrade.rest.refusal import printable

Speed = float | Literal["max"]


def parse_speed(text: str) -> Speed:
    """The pace. Raises ConfigurationError for what is no positive number, and not ``max``."""
    if text == "max":
        return "max"
    try:
        times = float(text)
    except ValueError:
        times = 0.0
    if 0 < times < float("inf"):
        return times
    raise ConfigurationError(f"--speed {printable(text, limit=40)}: expected a positive number, or max")
