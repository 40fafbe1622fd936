"""The polars schema of each event class, derived from its fields, and columns made by it.

Every table has ``eventSymbol``, then ``timestamp`` (when the frame was read at the socket: UTC,
nanoseconds), then the other fields in dxFeed's order. Doubles are Float64, or Decimal on request; a
double that is missing (nan) is null. Times stay Unix milliseconds, as dxFeed has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isnan
from typing import Any

import msgspec
import polars as pl

from tastytrade.dxfeed import Event, Field, Kind, fields_of
from tastytrade.dxfeed.registry import fields_by_name

Table = pl.DataFrame
"""What a table is, for who must not know polars."""

TIMESTAMP = "timestamp"
SYMBOL = "eventSymbol"
TIMESTAMP_TYPE = pl.Datetime("ns", "UTC")
DECIMAL_DIGITS = 38

RECEIVED = Field(TIMESTAMP, Kind.INTEGER, 0)
"""The column of when it was received, described like the columns that are an event's fields."""

_TYPES: dict[Kind, pl.DataType] = {
    Kind.DOUBLE: pl.Float64(),
    Kind.INTEGER: pl.Int64(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.TEXT: pl.String(),
    Kind.NAME: pl.String(),
    Kind.ANY: pl.String(),
}


def schema_of(event_class: type[Event], *, decimals: int | None = None) -> dict[str, pl.DataType]:
    """Column name -> polars type. ``decimals``: doubles as Decimal with so many decimal places."""
    schema: dict[str, pl.DataType] = {SYMBOL: pl.String(), TIMESTAMP: TIMESTAMP_TYPE}
    for field in fields_of(event_class):
        exact = decimals is not None and field.kind is Kind.DOUBLE
        schema[field.name] = pl.Decimal(DECIMAL_DIGITS, decimals or 0) if exact else _TYPES[field.kind]
    return schema


def described(event_class: type[Event], names: Iterable[str]) -> list[Field]:
    """The columns of these names, in their order."""
    known = fields_by_name(event_class)
    return [RECEIVED if name == TIMESTAMP else known[name] for name in names]


def series(field: Field, values: Sequence[Any], *, decimals: int | None = None) -> pl.Series:
    """One column of a table from the values of a batch's column.

    With ``decimals``, an infinity, or a number of more than 38 digits, becomes null: no Decimal holds it.
    """
    if field.kind is Kind.ANY:
        values = [None if value is None else msgspec.json.encode(value).decode() for value in values]
    if _is_one_value(values, field.kind):
        return _typed(field, values[:1], decimals).new_from_index(0, len(values))
    return _typed(field, values, decimals)


def _is_one_value(values: Sequence[Any], kind: Kind) -> bool:
    """Whether all are the same, as the times are that tastytrade leaves 0: a tenth of a conversion's price.

    May say no too often: 0.0 and -0.0 are equal and not the same.
    """
    if not values or (kind is Kind.DOUBLE and values[0] == 0):
        return False
    # A look at the last tells of most columns that vary. count() takes the same object for equal: nan, too.
    return values[-1:].count(values[0]) == 1 and values.count(values[0]) == len(values)


def _typed(field: Field, values: Sequence[Any], decimals: int | None) -> pl.Series:
    column = pl.Series(field.name, values, dtype=_TYPES[field.kind], strict=False)
    if field is RECEIVED:
        return column.cast(TIMESTAMP_TYPE)
    if field.kind is not Kind.DOUBLE:
        return column
    # A sum is nan when a value is, and costs next to nothing; fill_nan costs more than all the rest here.
    if isnan(column.sum()):
        column = column.set(column > inf, None)  # to polars, nan is greater than infinity
    if decimals is None:
        return column
    limit = 10.0 ** (DECIMAL_DIGITS - decimals)
    fitting = column.set((column >= limit) | (column <= -limit), None)
    return fitting.cast(pl.Decimal(DECIMAL_DIGITS, decimals))
