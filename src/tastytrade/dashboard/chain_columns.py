"""The columns of the chain panel: those of a chain table, calls left and puts right of the strike."""

from __future__ import annotations

from typing import Any

from tastytrade.dashboard.changing_rows import Row
from tastytrade.dashboard.view import Column
from tastytrade.tables import Table

_SIDE = (
    Column("streamer_symbol", "Symbol", "text"),
    Column("openInterest", "Open int", "size"),
    Column("dayVolume", "Volume", "size"),
    Column("volatility", "IV", "percent"),
    Column("delta", "Delta", "greek"),
    Column("gamma", "Gamma", "greek"),
    Column("theta", "Theta", "greek"),
    Column("vega", "Vega", "greek"),
    Column("rho", "Rho", "greek"),
    Column("price", "Last", "price"),
    Column("size", "Last size", "size"),
    Column("bidSize", "Bid size", "size"),
    Column("bidPrice", "Bid", "price"),
    Column("askPrice", "Ask", "price"),
    Column("askSize", "Ask size", "size"),
    Column("quote_age", "Quote age", "age"),
    Column("greeks_age", "Greeks age", "age"),
    Column("summary_age", "Summary age", "age"),
    Column("trade_age", "Trade age", "age"),
)
KEY = "strike_price"


def _side(side: str) -> list[Column]:
    return [
        Column(f"{side}_{column.name}", f"{side.title()} {column.label}", column.kind) for column in _SIDE
    ]


COLUMNS = [*_side("call"), Column(KEY, "Strike", "strike"), *_side("put")]


def chain_rows(table: Table, *, at_ns: int) -> list[Row]:
    """The rows of a chain table, whose ages are as of ``at_ns``: told is when each value was received."""
    return list(zip(*(_values(table, column, at_ns) for column in COLUMNS), strict=True))


def _values(table: Table, column: Column, at_ns: int) -> list[Any]:
    if column.kind == "age":
        ages = table[column.name].dt.total_nanoseconds().to_list()
        return [None if age is None else (at_ns - age) // 1_000_000 for age in ages]
    values = table[column.name].to_list()
    if column.kind == "strike":
        return [float(value) for value in values]
    return values
