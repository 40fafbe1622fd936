"""Moments as blocking sessions are given them."""

from __future__ import annotations

from datetime import UTC, datetime

from tastytrade.errors import ConfigurationError


def aware(moment: datetime, name: str) -> datetime:
    """The moment with a time zone; without one it is local time. Raises ConfigurationError."""
    if not isinstance(moment, datetime):
        raise ConfigurationError(f"{name} must be a datetime, not {moment!r}")
    if moment.tzinfo is not None:
        return moment
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):  # within a day of datetime.min or .max: any zone will do
        return moment.replace(tzinfo=UTC)
