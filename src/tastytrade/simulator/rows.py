"""Rows: the fields of each event type that differ from one symbol to the next, and batches made of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Any

from tastytrade.dxfeed import (
    Candle,
    Event,
    EventBatch,
    Greeks,
    Profile,
    Quote,
    Summary,
    TimeAndSale,
    Trade,
    TradeETH,
    fields_of,
)

Row = tuple[Any, ...]
"""Values of the fields that ROW_FIELDS names for the event's class, in that order."""

_TRADE = (
    "time",
    "sequence",
    "exchangeCode",
    "price",
    "change",
    "size",
    "dayId",
    "dayVolume",
    "dayTurnover",
    "tickDirection",
    "extendedTradingHours",
)

ROW_FIELDS: dict[type[Event], tuple[str, ...]] = {
    Quote: ("bidExchangeCode", "bidPrice", "bidSize", "askExchangeCode", "askPrice", "askSize"),
    Trade: _TRADE,
    TradeETH: _TRADE,
    Summary: (
        "dayId",
        "dayOpenPrice",
        "dayHighPrice",
        "dayLowPrice",
        "dayClosePrice",
        "prevDayId",
        "prevDayClosePrice",
        "prevDayVolume",
        "openInterest",
    ),
    Profile: (
        "description",
        "tradingStatus",
        "statusReason",
        "high52WeekPrice",
        "low52WeekPrice",
        "beta",
        "earningsPerShare",
        "dividendFrequency",
        "exDividendAmount",
        "exDividendDayId",
        "shares",
        "freeFloat",
    ),
    Greeks: ("index", "time", "price", "volatility", "delta", "gamma", "theta", "rho", "vega"),
    TimeAndSale: (
        "index",
        "time",
        "sequence",
        "exchangeCode",
        "price",
        "size",
        "bidPrice",
        "askPrice",
        "aggressorSide",
        "validTick",
    ),
    Candle: (
        "index",
        "time",
        "count",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "vwap",
        "bidVolume",
        "askVolume",
        "impVolatility",
    ),
}


@cache
def _defaults(event_class: type[Event]) -> tuple[tuple[str, Any], ...]:
    """Each field in order with the value that rows do not give; enumerations as the wire's text."""
    return tuple(
        (field.name, field.default.value if isinstance(field.default, Enum) else field.default)
        for field in fields_of(event_class)
    )


def batch_of(event_class: type[Event], symbols: list[str], rows: Sequence[Row]) -> EventBatch[Any] | None:
    """The batch of some rows, with a column for every field of the class; None of none."""
    if not rows:
        return None
    number = len(rows)
    given: dict[str, list[Any]] = dict(
        zip(ROW_FIELDS[event_class], map(list, zip(*rows, strict=True)), strict=True)
    )
    given["eventSymbol"] = symbols
    columns = {
        name: given[name] if name in given else [default] * number for name, default in _defaults(event_class)
    }
    return EventBatch(event_class, columns)
