"""MarketNow: the simulated market and the present moment on its clock, for what answers with prices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.simulator.market import Market


class MarketNow:
    """A market, and ``clock``, which gives its time in Unix milliseconds; its start unless told."""

    def __init__(self, market: Market, clock: Callable[[], int] | None = None) -> None:
        self.market = market
        self.listing = market.listing
        self._clock = clock or (lambda: market.start_ms)

    @property
    def now_ms(self) -> int:
        """The market's time, Unix milliseconds."""
        return self._clock()

    @property
    def now(self) -> datetime:
        """The market's time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    def event(self, event_class: type[Event], symbol: str) -> dict[str, Any]:
        """The fields of a streamer symbol's current event; empty where it has none of this type."""
        batch = self.market.snapshot(event_class, [symbol], self.now_ms)
        return {} if batch is None else {name: column[-1] for name, column in batch.columns.items()}

    def history(self, event_class: type[Event], symbol: str, from_ms: int) -> EventBatch[Any] | None:
        """Events of a streamer symbol from a moment until now, oldest first; None when there are none."""
        return self.market.history(event_class, symbol, from_ms, self.now_ms)[0]
