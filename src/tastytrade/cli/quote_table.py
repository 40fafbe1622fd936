"""One table of what is known of symbols: quote, last trade, day and Greeks, a row a symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tastytrade.dxfeed import Event, Greeks, Quote, Summary, Trade
from tastytrade.errors import ConfigurationError

if TYPE_CHECKING:
    from tastytrade.tables import Table

_FIELDS: Mapping[type[Event], tuple[str, ...]] = {
    Quote: ("bidPrice", "askPrice", "bidSize", "askSize"),
    Trade: ("price", "size", "dayVolume"),
    Summary: ("dayOpenPrice", "dayHighPrice", "dayLowPrice", "prevDayClosePrice", "openInterest"),
    Greeks: ("volatility", "delta", "gamma", "theta", "vega", "rho"),
}
_SYMBOL, _TIMESTAMP = "eventSymbol", "timestamp"


def quote_table(tables: Mapping[type[Event], Table], symbols: Sequence[str]) -> Table:
    """Tables of single event types side by side, under dxFeed's names, in the order of ``symbols``.

    A symbol of which nothing is known has no row; ``timestamp`` is when the newest part of it was received.
    Raises ConfigurationError for an event type that is no part of it.
    """
    whole: Table | None = None
    for cls, table in tables.items():
        if cls not in _FIELDS:
            raise ConfigurationError(f"a quote table has no {cls.__name__}")
        part = table.select(_SYMBOL, *_FIELDS[cls], _TIMESTAMP)
        part = part.rename({_TIMESTAMP: f"{cls.__name__}_{_TIMESTAMP}"}).unique(_SYMBOL, keep="last")
        whole = part if whole is None else whole.join(part, on=_SYMBOL, how="full", coalesce=True)
    if whole is None:
        raise ConfigurationError("a quote table is made of one event type at least")
    received = [name for name in whole.columns if name.endswith(f"_{_TIMESTAMP}")]
    newest = whole.select(received).max_horizontal().alias(_TIMESTAMP)
    whole = whole.drop(received).with_columns(newest)
    places = {symbol: place for place, symbol in enumerate(dict.fromkeys(symbols))}
    rows = sorted(range(whole.height), key=lambda row: places.get(whole[_SYMBOL][row], len(places)))
    return whole[rows]
