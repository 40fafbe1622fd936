"""Candles: bars of one symbol, the last of them alive.

Live they are candle events from a start on: one subscription brings the history and what follows, and after
a loss what was missed. In a replay they are the candles that were captured, else bars of captured prints, or
of the middles of quotes.
"""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Raw

from tastytrade.dashboard.bars import HEADER, CandleBars, PriceBars, seconds_of, with_gaps
from tastytrade.dashboard.changing_rows import ChangingRows
from tastytrade.dashboard.messages import format_said
from tastytrade.dashboard.panel_args import CandleArgs, as_json
from tastytrade.dashboard.past import Past
from tastytrade.dashboard.supply import Supply
from tastytrade.dashboard.view import EVERY, Exported, Tell
from tastytrade.dxfeed import Candle, EventBatch, Gap, Quote, TimeAndSale
from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.errors import SlowReader
from tastytrade.oneshot.symbols import candle_symbol
from tastytrade.subscription import Overflow, Subscription

BARS = 1_000
"""Periods that are asked for back from now; days without trading count."""
LIMIT_BYTES = 32 << 20

Kinds = CandleBars | PriceBars


class CandleView:
    """``bars`` messages: all of them, then those that changed."""

    def __init__(self, args: CandleArgs, tell: Tell) -> None:
        self._args = Raw(as_json(args))
        self._symbol, self._period = args.symbol, args.period
        self._wire = canonical_candle_symbol(candle_symbol(args.symbol, args.period))
        self._period_s = seconds_of(self._wire)
        self._tell = tell
        self._rows = ChangingRows()
        self._is_filled = False

    @property
    def version(self) -> int:
        return self._rows.version

    @property
    def has_something(self) -> bool:
        return self._is_filled

    def said(self, since: int) -> list[str]:
        is_whole = self._rows.is_whole(since)
        bars = self._rows.values() if is_whole else self._rows.since(since)[0]
        said = format_said(
            "bars",
            panel="candles",
            args=self._args,
            symbol=self._symbol,
            period=self._period,
            bars=sorted(bars),
            whole=is_whole,
        )
        return [said]

    def exported(self) -> Exported:
        return Exported(HEADER, sorted(self._rows.values()))

    async def run(self, supply: Supply) -> None:
        while True:
            self._rows.restart()
            self._is_filled = False
            try:
                if supply.past is None:
                    await self._follow_candles(supply)
                else:
                    await self._follow_recording(supply, supply.past)
            except (SlowReader, _Corrected):
                continue
            return

    async def _follow_candles(self, supply: Supply) -> None:
        subscription = supply.subscribe(
            Candle,
            [self._wire],
            from_time=supply.at_ns // 1_000_000 - BARS * self._period_s * 1000,
            limit_bytes=LIMIT_BYTES,
            overflow=Overflow.FAIL,
            name="candles",
        )
        try:
            await self._follow(supply, subscription, CandleBars())
        finally:
            supply.close(subscription)

    async def _follow_recording(self, supply: Supply, past: Past) -> None:
        kinds: Any = {"prints": TimeAndSale, "mid": Quote}
        captured = await asyncio.to_thread(past.has, Candle, self._wire)
        cls = Candle if captured else kinds[await asyncio.to_thread(past.made_of, self._symbol)]
        name = self._wire if captured else self._symbol
        # From here on nothing is missed, and what was before is asked for.
        subscription = supply.subscribe(
            cls, [name], overflow=Overflow.FAIL, limit_bytes=LIMIT_BYTES, name="candles"
        )
        try:
            kept = await self._kept(past) if captured else await self._made(past)
            await self._follow(supply, subscription, kept)
        finally:
            supply.close(subscription)

    async def _kept(self, past: Past) -> Kinds:
        kept = CandleBars()
        for batch in await past.captured_candles(self._wire):
            kept.take(batch)
        return kept

    async def _made(self, past: Past) -> Kinds:
        return PriceBars(await past.candles(self._symbol, self._period), self._period_s)

    async def _follow(self, supply: Supply, subscription: Subscription[Any], kept: Kinds) -> None:
        """Take what comes; show it at most so often: a price changes one bar, a history has many parts."""
        shown: tuple[int, list[Gap]] | None = None
        while True:
            is_over = subscription.is_closed
            async for record in subscription.records(duration=EVERY):
                if isinstance(record, EventBatch):
                    _take(kept, record)
            known = (kept.taken, subscription.gaps)
            if known != shown and (known[0] or supply.past is not None):
                shown = known
                self._show(kept, known[1], supply.at_ns)
            if is_over:
                return

    def _show(self, kept: Kinds, gaps: list[Gap], until_ns: int) -> None:
        bars = with_gaps(kept.bars(), gaps, symbol=self._wire, period_s=self._period_s, until_ns=until_ns)
        self._rows.become(bars.items())
        self._is_filled = True
        self._tell()


class _Corrected(Exception):
    """A print was corrected or cancelled after the bar it is in was made."""


def _take(kept: Kinds, batch: EventBatch[Any]) -> None:
    if isinstance(kept, CandleBars):
        kept.take(batch)
    elif batch.event_class is Quote:
        kept.take_quotes(batch)
    elif not kept.take_prints(batch):
        raise _Corrected
