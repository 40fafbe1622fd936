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
"""How often a call is sent, the first time included, while the answer is 429."""
PAUSE = 1.0
"""Seconds before the second attempt, where the service names none or 0; doubled before each one after it."""
LONGEST_PAUSE = 60.0
"""Seconds that a call waits at most; when the service asks for more, whoever called is told."""
LONGEST_KEPT = 3600.0
"""Seconds after which the service is asked again, whatever it said."""


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
    """Until when the service asked all who call it to wait, and how often in a row it did.

    Calls that were under way together and are refused together make one pause: each gives the number of
    ``pauses`` at the time it was sent.
    """

    def __init__(self) -> None:
        self.pauses = 0
        self._in_a_row = 0
        self._until = float("-inf")

    @property
    def is_tried(self) -> bool:
        """Whether the last pause has not helped yet: one call at a time, then, and the others see."""
        return self._in_a_row > 0

    def refused(self, answer: Answer, *, sent_after: int, now: float, chance: float) -> float:
        """Note a 429 that answers a call sent after so many pauses; how many seconds to wait.

        ``now`` is monotonic. ``chance``, between 0 and 1, keeps those who wait from coming back together.
        """
        asked = min(asked_pause(answer) or 0.0, LONGEST_KEPT)
        if sent_after == self.pauses:
            self.pauses += 1
            self._in_a_row += 1
            own = PAUSE * 2 ** (min(self._in_a_row, ATTEMPTS) - 1) * (0.5 + chance)
            self._until = max(self._until, now + (asked or own))
        else:
            self._until = max(self._until, now + asked)
        return max(0.0, self._until - now)

    def answered(self, *, sent_after: int) -> None:
        """Note any other answer to a call sent after so many pauses: if that was the last, it has helped."""
        if sent_after == self.pauses:
            self._in_a_row = 0

    def left(self, call: Call[Any], *, since: int, now: float) -> float:
        """Seconds that a call, which came after ``since`` pauses, has to wait before it is sent; 0 for now.

        Raises TooManyRequests when that is more than it should wait for, or all it waited for was in vain.
        """
        left = max(0.0, self._until - now)
        if left > LONGEST_PAUSE:
            raise TooManyRequests(
                f"{call.where} was not sent: the service asked for a pause, of which {left:.0f} s are left; "
                "call again after it, and less often"
            )
        if min(self._in_a_row, self.pauses - since) >= ATTEMPTS:
            raise TooManyRequests(
                f"{call.where} was not sent: after {ATTEMPTS} pauses the service still refuses the calls "
                "before it as too many; call again later, and less often"
            )
        return left


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    # An HTTP date is GMT; one without a zone cannot be compared.
    return found if found.tzinfo is not None else None
