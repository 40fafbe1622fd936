"""What may be asked for: candle symbols from intervals, and types that have a history."""

from __future__ import annotations

from collections.abc import Iterable

from tastytrade.dxfeed import Candle, Event, EventType, event_class
from tastytrade.dxfeed.candle_symbols import parse_candle_symbol
from tastytrade.errors import ConfigurationError, SymbolError


def candle_symbol(symbol: str, interval: str) -> str:
    """``("SPY", "5m")`` is ``SPY{=5m}``. Raises SymbolError for an unknown interval."""
    if "{" in symbol:
        raise SymbolError(f"{symbol} is a candle symbol already; give the bare symbol and an interval")
    text = f"{symbol}{{={str(interval).strip()}}}"
    try:
        parse_candle_symbol(text)
    except SymbolError:
        raise SymbolError(
            f"not an interval: {interval!r} (expected a number and one of s, m, h, d, w, mo or y, like 5m or"
            " 1d; attributes of candles may follow, like 5m,tho=true)"
        ) from None
    return text


def history_class(event_type: type[Event] | EventType | str, symbols: Iterable[str]) -> type[Event]:
    """The class of a time series. Raises ConfigurationError for other types, SymbolError for candles of
    what is no candle symbol."""
    cls = event_class(event_type)
    if not cls.time_series:
        raise ConfigurationError(f"{cls.__name__} has no history: it is no time series")
    if cls is Candle:
        for symbol in symbols:
            parse_candle_symbol(symbol)
    return cls
