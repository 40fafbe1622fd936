"""A chain on the whole screen: the strikes around the price as it moves, calls left and puts right."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tastytrade.cli.board import shown
from tastytrade.cli.live import REDRAWS_PER_SECOND
from tastytrade.cli.screen.footer import footer_text
from tastytrade.cli.screen.grid import Column, Grid
from tastytrade.cli.screen.quotes import written
from tastytrade.replaying import Replay

if TYPE_CHECKING:
    from tastytrade.cli.expirations import Asked
    from tastytrade.cli.sources import Opened
    from tastytrade.live_chain import LiveChain
    from tastytrade.streamer import Streamer

COLUMNS = (
    Column("call_delta", "delta", 8),
    Column("call_volatility", "IV", 8),
    Column("call_bidPrice", "bid", 8),
    Column("call_askPrice", "ask", 8),
    Column("strike", "strike", 9),
    Column("put_bidPrice", "bid", 8),
    Column("put_askPrice", "ask", 8),
    Column("put_volatility", "IV", 8),
    Column("put_delta", "delta", 8),
    Column("age", "age", 6),
    Column("call_openInterest", "call OI", 9),
    Column("put_openInterest", "put OI", 9),
    Column("call_dayVolume", "call vol", 9),
    Column("put_dayVolume", "put vol", 9),
)
"""Those up to the age fit 80 characters."""
_VALUES = [column.key for column in COLUMNS if column.key not in {"strike", "age"}]
_AGES = ("call_quote_age", "put_quote_age")


class WatchedChain:
    """The strikes around an underlying's price, as both change."""

    def __init__(
        self,
        opening: AbstractAsyncContextManager[Opened],
        asked: Asked,
        *,
        around: int,
    ) -> None:
        self.grid = Grid(COLUMNS, named="strike", written=written)
        self._opening = opening
        self._asked = asked
        self._around = around
        self._source: Streamer | Replay | None = None
        self._chain: LiveChain | None = None

    async def follow(self) -> None:
        """Take what changes, until the chain is over or this is cancelled."""
        async with self._opening as (_, source):
            self._source = source
            listed = await source.option_chain(self._asked.underlying)
            found = self._asked.of(listed)
            async with source.live_chain(found.options, around=self._around) as chain:
                self._chain = chain
                async with aclosing(chain.changes(per_second=REDRAWS_PER_SECOND)) as changes:
                    async for _ in changes:
                        self._take(chain)

    def heading(self) -> str:
        """Which chain, and where the price is."""
        chain = self._chain
        if chain is None:
            return f" {self._asked.underlying}: asking for its chain"
        spot = "no price yet" if chain.spot is None else shown(chain.spot)
        return (
            f" {self._asked.underlying} {spot} · {chain.expiration.date} · {chain.reason}    ? help  q quit"
        )

    @property
    def events(self) -> int:
        """How many have come."""
        return 0 if self._source is None else sum(self._source.ledger().readable.values())

    def footer(self) -> str:
        """How the feed is."""
        source, chain = self._source, self._chain
        if source is None:
            return "connecting"
        gaps = [] if chain is None else chain.gaps
        recorded_ns = source.position[1] if isinstance(source, Replay) else None
        return footer_text(source, gaps, now_ns=time.time_ns(), recorded_ns=recorded_ns)

    def _take(self, chain: LiveChain) -> None:
        if chain.window is None:
            return
        now = time.monotonic()
        table = chain.table
        strikes = []
        for row in table.iter_rows(named=True):
            strike = f"{row['strike_price'].normalize():f}"
            strikes.append(strike)
            age = _age(row)
            values = {"strike": float(row["strike_price"]), **{name: row[name] for name in _VALUES}}
            self.grid.take(strike, values, now=now, heard=None if age is None else now - age)
        self.grid.keep(strikes)


def _age(row: dict[str, Any]) -> float | None:
    """Seconds since the younger of a row's quotes came."""
    ages = [row[name] for name in _AGES if isinstance(row[name], timedelta)]
    return min(ages).total_seconds() if ages else None
