"""Patience: when a refused request may be sent again, for every call to one service together.

The service publishes no rate and says 429 without ``Retry-After`` (developer.tastytrade.com, "API Overview");
one that does say how long to wait is obeyed. Values and numbers only: the waiting is done elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tastytrade.errors import TooManyRequests
from tastytrade.rest.call import Answer, Call

ATTEMPTS = 4
"""How often a call that does no harm twice is sent, the first time included, while the answer is 429."""
PAUSE = 1.0
"""Seconds before the second attempt, where the service names none; doubled before each one after it."""
LONGEST_PAUSE = 60.0
"""Seconds that a call waits at most; when the service asks for more, whoever called is told."""


def asked_pause(answer: Answer) -> float | None:
    """The seconds that ``Retry-After`` asks to wait, None when it says nothing that can be read.

    A date counts from the answer's own ``Date``, so that a wrong clock here changes nothing.
    """
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    until, now = _date(value), _date(answer.headers.get("date", ""))
    return max(0.0, (until - now).total_seconds()) if until is not None and now is not None else None


class Patience:
    """Until when the service asked all who call it to wait."""

    def __init__(self) -> None:
        self._until = float("-inf")

    def refused(self, answer: Answer, attempt: int, *, now: float, chance: float) -> float:
        """Note a 429, the answer to a call's attempt of this number (from 1); how many seconds to wait.

        ``now`` is monotonic. ``chance``, between 0 and 1, keeps those who wait from coming back together.
        """
        asked = asked_pause(answer)
        pause = PAUSE * 2 ** (attempt - 1) * (0.5 + chance) if asked is None else asked
        self._until = max(self._until, now + pause)
        return pause

    def left(self, call: Call[Any], *, now: float) -> float:
        """Seconds that a call has to wait before it is sent; 0 for now.

        Raises TooManyRequests when that is more than it should wait for.
        """
        left = max(0.0, self._until - now)
        if left > LONGEST_PAUSE:
            raise TooManyRequests(
                f"{call.where} was not sent: the service asked for a pause, of which {left:.0f} s are left; "
                "call again after it, and less often"
            )
        return left


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    # An HTTP date is GMT; one without a zone cannot be compared.
    return found if found.tzinfo is not None else None
