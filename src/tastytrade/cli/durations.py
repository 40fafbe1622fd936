"""Durations on the command line: 90, 90s, 6h30m, 2d; and how they are said."""

from __future__ import annotations

import re

from tastytrade.errors import ConfigurationError
from tastytrade.rest.refusal import printable

_NUMBER = r"(\d+(?:\.\d+)?)"
_PARTS = re.compile(rf"(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s?)?", re.ASCII)
_SECONDS = (86_400, 3_600, 60, 1)
_LONGEST = 3650 * 86_400


def parse_duration(text: str, *, option: str, least: float = 0.0) -> float:
    """Seconds. Raises ConfigurationError for what is no duration, for less than ``least``, and for years."""
    found = _PARTS.fullmatch(text.strip())
    if found is not None and text.strip():
        parts = (float(number or 0) for number in found.groups())
        seconds = sum(number * unit for number, unit in zip(parts, _SECONDS, strict=True))
        if least <= seconds <= _LONGEST:
            return seconds
    at_least = f" of at least {least:g} s" if least else ""
    raise ConfigurationError(
        f"{option} {printable(text, limit=40)}: expected a duration{at_least}, such as 90s, 30m, 6h30m or 2d"
    )


def clock_text(seconds: float) -> str:
    """Hours, minutes and seconds, as a clock that was started shows them: 6:30:00."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def about_text(seconds: float) -> str:
    """About how long: a number of seconds, minutes, hours or days."""
    for unit, name in zip(_SECONDS, ("days", "h", "min", "s"), strict=True):
        if seconds >= 2 * unit:
            return f"{seconds / unit:,.0f} {name}"
    return f"{seconds:.1f} s"
