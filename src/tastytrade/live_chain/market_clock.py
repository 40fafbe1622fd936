"""MarketClock: what time it is in the market, and when options are over there.

A real market's time is that at which its events are received. A simulated one has a day of its own, which
its events tell. Moments are Unix nanoseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.instruments.expiration import Expiration
from tastytrade.instruments.market_time import CLOSE, NEW_YORK

_OPEN = time(9, 30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class MarketClock:
    """``is_simulated``: the time of the market is that of its events, and unknown before the first."""

    def __init__(self, *, is_simulated: bool) -> None:
        self._is_simulated = is_simulated
        self._ahead_ns = None if is_simulated else 0

    def hear(self, batch: EventBatch[Any]) -> None:
        """Events were received: of a simulated market, it is now the time of the newest or later there."""
        if not self._is_simulated or batch.received_ns <= 0:
            return
        newest_ms = max(batch.columns.get("time") or (0,))
        if newest_ms > 0:
            ahead_ns = int(newest_ms) * 1_000_000 - batch.received_ns
            self._ahead_ns = ahead_ns if self._ahead_ns is None else max(self._ahead_ns, ahead_ns)

    def moment(self, at_ns: int) -> int | None:
        """What time it is in the market at a moment of receipt; None while that is not known."""
        return None if self._ahead_ns is None or at_ns <= 0 else at_ns + self._ahead_ns

    def happened(self, time_ms: int, *, received_ns: int) -> int:
        """When an event happened, as a moment of receipt; one that does not say so, when it was received."""
        if time_ms <= 0 or self._ahead_ns is None:
            return received_ns
        return min(received_ns, time_ms * 1_000_000 - self._ahead_ns)


def ends_ns(expiration: Expiration) -> int:
    """When the options of an expiration are over: they expire and trade no more.

    Where the service has not said, that is 16:00 New York of the day, or 09:30 for those that are settled
    with the opening values.
    """
    known = [
        moment
        for option in expiration.options
        for moment in (option.expires_at, option.stops_trading_at)
        if moment is not None
    ]
    hour = _OPEN if expiration.settlement_type == "AM" else CLOSE
    moment = max(known, default=datetime.combine(expiration.date, hour, NEW_YORK))
    return (moment - _EPOCH) // _MILLISECOND * 1_000_000
