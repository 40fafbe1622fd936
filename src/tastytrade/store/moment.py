"""Moments as callers give them: a datetime with a time zone, or Unix nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tastytrade.errors import ConfigurationError

Moment = datetime | int

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(moment: Moment | None, name: str) -> int | None:
    """Unix nanoseconds; None of None. Raises ConfigurationError for a datetime without a time zone."""
    if moment is None or (isinstance(moment, int) and not isinstance(moment, bool)):
        return moment
    if not isinstance(moment, datetime):
        raise ConfigurationError(
            f"{name} must be a datetime with a time zone, or Unix nanoseconds, not {moment!r}"
        )
    if moment.tzinfo is None:
        raise ConfigurationError(
            f"{name} {moment.isoformat()} has no time zone; write datetime(..., tzinfo=UTC)"
        )
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
