"""Numbers and moments as the simulator's REST API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isnan

from tastytrade.simulator.payloads import decimal_text


def number_text(value: float | None, digits: int = 9) -> str | None:
    """A number as text with at least one fraction digit, rounded to ``digits``; None for none and nan."""
    return None if value is None or isnan(value) else decimal_text(float(round(value, digits)))


def fixed_text(value: float) -> str | None:
    """A number with two fraction digits, as percentages come; None for nan."""
    return None if isnan(value) else f"{value:.2f}"


def moment_text(moment: datetime) -> str:
    """An aware datetime in UTC, like 2026-08-24T17:58:51.035Z."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
