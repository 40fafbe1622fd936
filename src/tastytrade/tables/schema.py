"""The polars schema of each event class, derived from its fields, and columns made by it.

Every table has ``eventSymbol``, then ``timestamp`` (when the frame was read at the socket: UTC,
nanoseconds), then the other fields in dxFeed's order. Doubles are Float64, or Decimal on request; a
double that is missing (nan) is null. Times stay Unix milliseconds, as dxFeed has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import polars as pl

from tastytrade.dxfeed import Event, Field, Kind, fields_of

Table = pl.DataFrame
"""What a table is, for who must not know polars."""

TIMESTAMP = "timestamp"
SYMBOL = "eventSymbol"
TIMESTAMP_TYPE = pl.Datetime("ns", "UTC")
DECIMAL_DIGITS = 38

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


def series(field: Field, values: Sequence[Any], *, decimals: int | None = None) -> pl.Series:
    """One column of a table from the values of a batch's column."""
    if field.kind is Kind.ANY:
        values = [None if value is None else msgspec.json.encode(value).decode() for value in values]
    column = pl.Series(field.name, values, dtype=_TYPES[field.kind], strict=False)
    if field.kind is not Kind.DOUBLE:
        return column
    column = column.fill_nan(None)
    if decimals is None:
        return column
    return column.cast(pl.Decimal(DECIMAL_DIGITS, decimals))
