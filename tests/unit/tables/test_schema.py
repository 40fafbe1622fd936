from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tastytrade.dxfeed import Field, Kind, Quote
from tastytrade.dxfeed.event import NAN
from tastytrade.tables.schema import RECEIVED, described, series

PRICE = Field("price", Kind.DOUBLE, NAN)


def test_columns_are_described_in_the_order_asked_for() -> None:
    found = described(Quote, ["askPrice", "timestamp", "eventSymbol"])

    assert [field.name for field in found] == ["askPrice", "timestamp", "eventSymbol"]
    assert found[1] is RECEIVED


@pytest.mark.parametrize("values", [[0.0, -0.0, 0.0], [-0.0, 0, 0.0]])
def test_zero_keeps_the_sign_of_each(values: list[Any]) -> None:
    assert repr(series(PRICE, values).to_list()) == repr([float(value) for value in values])


@pytest.mark.parametrize("values", [[NAN], [NAN] * 5, [float("nan"), float("nan")], [None, NAN]])
def test_a_column_of_nothing_is_null(values: list[Any]) -> None:
    assert series(PRICE, values).to_list() == [None] * len(values)


def test_infinities_of_both_signs_are_not_taken_for_missing() -> None:
    infinities = [float("inf"), float("-inf")]

    assert series(PRICE, infinities).to_list() == infinities


@pytest.mark.parametrize(
    ("kind", "value", "dtype"),
    [
        (Kind.DOUBLE, 450, pl.Float64),
        (Kind.INTEGER, -(1 << 63), pl.Int64),
        (Kind.BOOLEAN, True, pl.Boolean),
        (Kind.TEXT, "Q", pl.String),
        (Kind.TEXT, None, pl.String),
        (Kind.NAME, "BUY", pl.String),
    ],
)
def test_a_column_of_one_value_is_as_long_as_its_rows(kind: Kind, value: Any, dtype: Any) -> None:
    column = series(Field("x", kind, None), [value] * 1000)

    assert column.to_list() == [value] * 1000
    assert (column.name, column.dtype) == ("x", dtype)


def test_attachments_that_are_equal_and_not_the_same_stay_apart() -> None:
    column = series(Field("attachment", Kind.ANY, None), [1, True, 1.0, [1], [True]])

    assert column.to_list() == ["1", "true", "1.0", "[1]", "[true]"]


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 1.2e34, -1e35, 1e300])
def test_what_no_decimal_holds_is_null_and_its_neighbours_stay(value: float) -> None:
    column = series(PRICE, [1.5, value, 132.46], decimals=4)

    assert column.to_list() == [Decimal("1.5000"), None, Decimal("132.4600")]
