"""Doubles as exact decimals: each column gets the fewest decimal places that lose no digit.

A double that arrived as ``1.98706893394e-05`` is that number, not the binary fraction behind it, so the
places come from the shortest text that reads back as the same double.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from tastytrade.tables.schema import DECIMAL_DIGITS


def with_exact_decimals(table: pl.DataFrame) -> pl.DataFrame:
    """The table with every Float64 column as Decimal; infinities, which no Decimal holds, become null."""
    exact = [_exact(table[name]) for name, dtype in table.schema.items() if dtype == pl.Float64]
    return table.with_columns(exact)


def _exact(column: pl.Series) -> pl.Series:
    distinct = column.unique().drop_nulls().to_list()
    decimals = {value: Decimal(repr(value)) for value in distinct if abs(value) != float("inf")}
    places = max((-int(d.normalize().as_tuple().exponent) for d in decimals.values()), default=0)
    whole = max((len(str(int(abs(d)))) for d in decimals.values()), default=1)
    places = min(max(places, 0), DECIMAL_DIGITS - whole)
    values = [decimals.get(value) for value in column.to_list()]
    return pl.Series(column.name, values, dtype=pl.Decimal(DECIMAL_DIGITS, places))
