"""This machine's clock against the service's."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine, skipped, warned

WRONG = 2.0
VERY_WRONG = 60.0
"""Seconds. The service tells its time in whole ones."""


def lead_of(date: str, *, sent_at: float, heard_at: float) -> float | None:
    """How many seconds a server's clock is ahead, by the ``Date`` of its answer; None where it says nothing.

    It is right within half a second and half of the time that the answer took.
    """
    try:
        found: datetime = parsedate_to_datetime(date)
    except (ValueError, IndexError, OverflowError):
        return None
    if found.tzinfo is None:
        return None
    return found.timestamp() + 0.5 - (sent_at + heard_at) / 2


def clock_finding(lead: float | None) -> Finding:
    """Whether the clock is right, and what it spoils where it is not."""
    if lead is None:
        return skipped("clock", "the service did not say what time it is")
    if abs(lead) <= WRONG:
        return fine("clock", "as the service's, within 2 s")
    found = f"{_amount(abs(lead))} {'behind' if lead > 0 else 'ahead of'} the service's"
    fix = "timedatectl set-ntp true (Windows: w32tm /resync; macOS: sntp -sS time.apple.com)"
    if abs(lead) <= VERY_WRONG:
        cause = "receive times and lags are wrong by as much"
        return warned("clock", found, Diagnosis("clock_off", cause, fix))
    cause = (
        "receive times, ages of quotes, market hours and where histories begin are wrong by as much; "
        "certificates may seem expired, and kept tokens and pauses end at the wrong time"
    )
    return failed("clock", found, Diagnosis("clock_wrong", cause, fix))


def _amount(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
