"""Candle symbols from what ``get_candle`` and ``subscribe_candle`` are given."""

from __future__ import annotations

from collections.abc import Iterable

from tastytrade.dxfeed.candle_symbols import PeriodType, parse_candle_symbol
from tastytrade.dxfeed.symbol_list import symbol_list
from tastytrade.oneshot.symbols import candle_symbol

_DAYS_AND_LONGER = {PeriodType.DAY, PeriodType.WEEK, PeriodType.MONTH, PeriodType.OPTEXP, PeriodType.YEAR}


def interval_of(interval: str, *, extended_trading_hours: bool) -> str:
    """The interval as a candle symbol has it: "5m" without extended hours is "5m,tho=true".

    Days and longer have their open, high, low and close of regular hours either way, and keep the plain
    symbol. Raises SymbolError for an unknown interval.
    """
    candle = parse_candle_symbol(candle_symbol("X", interval))
    is_plain = extended_trading_hours or candle.tho or candle.period in _DAYS_AND_LONGER
    return interval if is_plain else f"{interval},tho=true"


def candle_symbols(symbols: Iterable[str], interval: str, *, extended_trading_hours: bool) -> list[str]:
    """The candle symbol of each symbol. Raises SymbolError for what is no list of symbols, or no interval."""
    span = interval_of(interval, extended_trading_hours=extended_trading_hours)
    return [candle_symbol(symbol, span) for symbol in symbol_list(symbols)]
