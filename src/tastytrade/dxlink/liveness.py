"""Keepalive arithmetic for one connection end: when to speak, and when the peer counts as dead.

Only what was received counts as life; sending never does.
"""

from __future__ import annotations

KEEPALIVE_TIMEOUT = 60.0
"""Seconds; what tastytrade announces, and what a peer that announces nothing is held to."""
QUIET_GRACE = 5.0

_SHORTEST = 1.0
_LONGEST = 600.0


class Liveness:
    """``heard_at`` and ``sent_at`` are times of the caller's monotonic clock."""

    def __init__(self, now: float, *, grace: float = QUIET_GRACE) -> None:
        self._grace = grace
        self.heard_at = now
        self.sent_at = now
        self.quiet_limit = KEEPALIVE_TIMEOUT
        self.interval = KEEPALIVE_TIMEOUT / 3

    def agree(
        self, promised: float | None, accepted: float | None, *, ours: float = KEEPALIVE_TIMEOUT
    ) -> None:
        """Take over the peer's SETUP: what it promises of itself, and how long it bears our silence."""
        self.quiet_limit = min(max(promised, _SHORTEST), _LONGEST) if promised else KEEPALIVE_TIMEOUT
        self.interval = max(min(accepted or ours, ours) / 3, _SHORTEST)

    @property
    def speak_at(self) -> float:
        """When a KEEPALIVE is to be sent if nothing else is."""
        return self.sent_at + self.interval

    @property
    def dead_at(self) -> float:
        """When a peer that stays silent counts as dead."""
        return self.heard_at + self.quiet_limit + self._grace
