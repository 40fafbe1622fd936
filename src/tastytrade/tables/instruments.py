"""Anything the REST API lists as a table: equities, futures, market data, metrics; one row an item."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

import msgspec
import polars as pl
from msgspec import Struct

from tastytrade.dxfeed.symbols import format_number
from tastytrade.errors import ConfigurationError
from tastytrade.tables.schema import DECIMAL_DIGITS, TIMESTAMP_TYPE

_TYPES: dict[Any, pl.DataType] = {
    bool: pl.Boolean(),
    int: pl.Int64(),
    float: pl.Float64(),
    str: pl.String(),
    date: pl.Date(),
    datetime: TIMESTAMP_TYPE,
}


def instruments_table(items: Iterable[Struct]) -> pl.DataFrame:
    """One row an item, in their order, a column a field: ``instruments_table(await get_futures(session))``.

    Decimals are exact (each column has the places it needs), times UTC, what is not known null; what is made
    of parts (tick sizes, a future's product) is JSON text. All items are of one class; without any, the table
    is empty and has no columns. Raises ConfigurationError for items of several classes.
    """
    listed = list(items)
    if not listed:
        return pl.DataFrame()
    cls = type(listed[0])
    others = {type(item).__name__ for item in listed} - {cls.__name__}
    if others:
        raise ConfigurationError(
            f"one table has items of one class, not {cls.__name__} and {', '.join(sorted(others))}"
        )
    return pl.DataFrame(
        [_column(name, kind, [getattr(item, name) for item in listed]) for name, kind in _kinds(cls).items()]
    )


@cache
def _kinds(cls: type[Struct]) -> dict[str, Any]:
    """Field, ``symbol`` first -> the class of its values besides None; Struct for what is made of parts."""
    hints = get_type_hints(cls)
    names = [field.name for field in msgspec.structs.fields(cls)]
    names.sort(key=lambda name: name != "symbol")
    return {name: _kind(hints[name]) for name in names}


def _kind(hint: Any) -> Any:
    options = [option for option in (get_args(hint) or (hint,)) if option is not NoneType]
    if len(options) == 1 and options[0] in {*_TYPES, Decimal}:
        return options[0]
    is_text = all(isinstance(option, type) and issubclass(option, str | Enum) for option in options)
    return str if is_text else Struct


def _column(name: str, kind: Any, values: list[Any]) -> pl.Series:
    if kind is Struct:
        texts = [None if value is None else msgspec.json.encode(value).decode() for value in values]
        return pl.Series(name, texts, dtype=pl.String())
    if kind is Decimal:
        places = max((_places(value) for value in values if value is not None), default=0)
        return pl.Series(name, values, dtype=pl.Decimal(DECIMAL_DIGITS, places))
    if kind is str:
        values = [value.value if isinstance(value, Enum) else value for value in values]
    return pl.Series(name, values, dtype=_TYPES[kind])


def _places(number: Decimal) -> int:
    return len(format_number(number).partition(".")[2])
