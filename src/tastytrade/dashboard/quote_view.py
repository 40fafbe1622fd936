"""The watch list: last values of some symbols, a row each, in the order asked."""

from __future__ import annotations

from typing import Any

from tastytrade.dashboard.panel_args import QuoteArgs
from tastytrade.dashboard.supply import Supply, changes
from tastytrade.dashboard.view import EVERY, Column, Exported, Grid, Tell, newest_of
from tastytrade.dxfeed import Event, Profile, Quote, Summary, Trade

_TYPES: tuple[type[Event], ...] = (Quote, Trade, Summary, Profile)
_SYMBOL = Column("symbol", "Symbol", "text")
# Event, its field, what it is called here; the two ages are when the event was received.
_FIELDS: tuple[tuple[type[Event], str, Column], ...] = (
    (Trade, "price", Column("last", "Last", "price")),
    (Trade, "change", Column("change", "Change", "price")),
    (Quote, "bidPrice", Column("bid", "Bid", "price")),
    (Quote, "askPrice", Column("ask", "Ask", "price")),
    (Quote, "bidSize", Column("bid_size", "Bid size", "size")),
    (Quote, "askSize", Column("ask_size", "Ask size", "size")),
    (Trade, "dayVolume", Column("volume", "Volume", "size")),
    (Summary, "dayOpenPrice", Column("open", "Open", "price")),
    (Summary, "dayHighPrice", Column("high", "High", "price")),
    (Summary, "dayLowPrice", Column("low", "Low", "price")),
    (Summary, "prevDayClosePrice", Column("close", "Previous close", "price")),
    (Quote, "timestamp", Column("quote_age", "Quote age", "age")),
    (Trade, "timestamp", Column("trade_age", "Trade age", "age")),
    (Profile, "description", Column("description", "Description", "text")),
)


class QuoteView:
    """``last`` is Trade's price, ``change`` is what Trade says of it."""

    def __init__(self, args: QuoteArgs, tell: Tell) -> None:
        self._symbols = list(dict.fromkeys(args.symbols))
        self._tell = tell
        columns = [_SYMBOL, *(column for _, _, column in _FIELDS)]
        self._grid = Grid("quotes", args, columns, key="symbol")
        self.said = self._grid.said

    @property
    def version(self) -> int:
        return self._grid.version

    @property
    def has_something(self) -> bool:
        return self._grid.has_something

    def exported(self) -> Exported:
        return self._grid.exported()

    async def run(self, supply: Supply) -> None:
        self._grid.restart()
        async with supply.wanted(_TYPES, self._symbols):
            async for _ in changes(supply, _TYPES, every=EVERY):
                if self._grid.become(self._rows(supply), {}, at_ns=supply.at_ns):
                    self._tell()

    def _rows(self, supply: Supply) -> list[tuple[Any, ...]]:
        columns: list[list[Any]] = [self._symbols]
        newest = {
            cls: newest_of(
                supply.values.table(cls), self._symbols, [field for one, field, _ in _FIELDS if one is cls]
            )
            for cls in _TYPES
        }
        for cls, field, column in _FIELDS:
            values = [newest[cls][field].get(symbol) for symbol in self._symbols]
            if column.kind == "age":
                values = [None if value is None else value // 1_000_000 for value in values]
            columns.append(values)
        return list(zip(*columns, strict=True))
