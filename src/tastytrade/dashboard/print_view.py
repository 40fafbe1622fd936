"""Time and sales: the newest prints of some symbols, as they came."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any

from msgspec import Raw

from tastytrade.dashboard.messages import format_said
from tastytrade.dashboard.panel_args import PrintArgs, as_json
from tastytrade.dashboard.supply import Supply
from tastytrade.dashboard.view import Exported, Tell
from tastytrade.dxfeed import EventBatch, TimeAndSale
from tastytrade.subscription import Overflow

KEPT = 500
HEADER = ["time_ms", "symbol", "price", "size", "side", "exchange", "condition"]

_SIDES = {"BUY": "BUY", "SELL": "SELL"}

Print = tuple[Any, ...]


class PrintView:
    """Its version is the number of prints there have been: a client that is behind gets what it missed, as
    far as that is kept, and how many it is not."""

    def __init__(self, args: PrintArgs, tell: Tell) -> None:
        self._args = Raw(as_json(args))
        self._symbols = list(dict.fromkeys(args.symbols))
        self._tell = tell
        self._kept: deque[Print] = deque(maxlen=KEPT)
        self._count = 0
        """Prints so far, and one for each beginning."""
        self._begun = 0
        self._is_filled = False

    @property
    def version(self) -> int:
        return self._count

    @property
    def has_something(self) -> bool:
        return self._is_filled

    def said(self, since: int) -> list[str]:
        is_whole = since < self._begun or not since
        new = self._count - (self._begun if is_whole else since)
        rows = list(islice(self._kept, max(0, len(self._kept) - new), None))
        dropped = 0 if is_whole else new - len(rows)
        return [
            format_said("prints", panel="prints", args=self._args, rows=rows, dropped=dropped, whole=is_whole)
        ]

    def exported(self) -> Exported:
        return Exported(HEADER, list(self._kept))

    async def run(self, supply: Supply) -> None:
        self._kept.clear()
        self._count += 1
        self._begun = self._count
        self._is_filled = False
        subscription = supply.subscribe(
            TimeAndSale, self._symbols, overflow=Overflow.DROP_OLDEST, name="prints"
        )
        try:
            if supply.past is not None:
                for batch in await supply.past.events(TimeAndSale, self._symbols, last=KEPT):
                    self._take(batch)
            self._is_filled = True
            self._tell()
            async for batch in subscription.batches():
                self._take(batch)
                self._tell()
        finally:
            supply.close(subscription)

    def _take(self, batch: EventBatch[Any]) -> None:
        rows = [
            (
                sale.time,
                sale.eventSymbol,
                sale.price,
                sale.size,
                _SIDES.get(str(sale.aggressorSide)),
                sale.exchangeCode,
                _condition(sale),
            )
            for sale in batch
        ]
        self._kept.extend(rows)
        self._count += len(rows)


def _condition(sale: TimeAndSale) -> str:
    """The exchange's own sale conditions, and whether it is a correction or a cancellation."""
    kind = str(sale.type)
    conditions = sale.exchangeSaleConditions.strip()
    return conditions if kind == "NEW" else f"{kind} {conditions}".strip()
