"""Quotes on the whole screen: a row a symbol, of a live feed or a replay."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from tastytrade.cli.board import shown
from tastytrade.cli.frame_output import age_text
from tastytrade.cli.screen.footer import footer_text
from tastytrade.cli.screen.grid import Column, Grid
from tastytrade.dxfeed import Event, EventBatch, Greeks, Quote, Summary, Trade
from tastytrade.replaying import Replay

if TYPE_CHECKING:
    from tastytrade.cli.sources import Opened
    from tastytrade.streamer import Streamer
    from tastytrade.subscription import Subscription

COLUMNS = (
    Column("eventSymbol", "symbol", 17),
    Column("bidSize", "size", 7),
    Column("bidPrice", "bid", 10),
    Column("askPrice", "ask", 10),
    Column("askSize", "size", 7),
    Column("price", "last", 10),
    Column("dayVolume", "volume", 12),
    Column("age", "age", 5),
    Column("prevDayClosePrice", "prev close", 11),
    Column("openInterest", "open int", 9),
    Column("volatility", "IV", 8),
    Column("delta", "delta", 8),
)
"""Those up to the age fit 80 characters."""
CENT = 0.01
FIELDS: dict[type[Event], tuple[str, ...]] = {
    Quote: ("bidSize", "bidPrice", "askPrice", "askSize"),
    Trade: ("price", "dayVolume"),
    Summary: ("prevDayClosePrice", "openInterest"),
    Greeks: ("volatility", "delta"),
}


class WatchedQuotes:
    """What some symbols cost, as it changes."""

    def __init__(
        self,
        opening: AbstractAsyncContextManager[Opened],
        classes: list[type[Event]],
        symbols: list[str],
    ) -> None:
        self.grid = Grid(COLUMNS, named="eventSymbol", written=written)
        self.grid.keep(symbols)
        self._opening = opening
        self._classes = classes
        self._symbols = symbols
        self._source: Streamer | Replay | None = None
        self._subscription: Subscription[Any] | None = None

    async def follow(self) -> None:
        """Take what comes, until the source is over or this is cancelled."""
        async with self._opening as (_, source):
            self._source = source
            async with source.subscribe(self._classes, self._symbols) as subscription:
                self._subscription = subscription
                async for batch in subscription.batches():
                    self._take(batch)

    def heading(self) -> str:
        """What is shown."""
        return f" quotes of {len(self._symbols)} symbols    ? help  q quit"

    @property
    def events(self) -> int:
        """How many have come."""
        return 0 if self._source is None else sum(self._source.ledger().readable.values())

    def footer(self) -> str:
        """How the feed is."""
        source, subscription = self._source, self._subscription
        if source is None:
            return "connecting"
        gaps = [] if subscription is None else subscription.gaps
        recorded_ns = source.position[1] if isinstance(source, Replay) else None
        return footer_text(source, gaps, now_ns=time.time_ns(), recorded_ns=recorded_ns)

    def _take(self, batch: EventBatch[Any]) -> None:
        fields = [field for field in FIELDS.get(batch.event_class, ()) if field in batch.columns]
        now = time.monotonic()
        columns = [batch.columns[field] for field in fields]
        for symbol, values in zip(batch.symbols, zip(*columns, strict=True), strict=False):
            self.grid.take(symbol, dict(zip(fields, values, strict=True)), now=now)


def written(key: str, value: Any) -> str:
    """A value as a person reads it; prices with as many digits as those beside them."""
    if value is None or value != value:  # noqa: PLR0124 - nan is what is missing
        return ""
    if key == "age":
        return age_text(value)
    if key.lower().endswith("price") and abs(value) >= CENT:
        return f"{value:,.2f}"
    return shown(value)
