from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl
import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.instruments import Equity, MarketData, Warrant
from tastytrade.tables import instruments_table
from tests.unit.instruments.recorded_answers import RECORDED, data_of
from tests.unit.rest.runner import Blocking


def items_of(name: str) -> list[Any]:
    found = Blocking({"data": data_of(name)}).run(RECORDED[name][0]())
    if isinstance(found, Mapping):
        return list(found.options)  # type: ignore[attr-defined]  # both chains have them
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("name", RECORDED)
def test_everything_recorded_from_the_service_makes_a_table_without_loss(name: str) -> None:
    items = items_of(name)
    table = instruments_table(items)

    assert table.height == len(items)
    for item, row in zip(items, table.iter_rows(named=True), strict=True):
        assert set(row) == {field.name for field in msgspec.structs.fields(item)}
        for column, value in row.items():
            given = getattr(item, column)
            if isinstance(given, Decimal | int | str | datetime):
                assert value == given
            else:
                assert (value is None) is (given is None)


def test_a_column_of_decimals_has_the_places_its_finest_number_needs() -> None:
    items = [MarketData(symbol="A", bid=Decimal("5918.0")), MarketData(symbol="B", bid=Decimal("140.1151"))]
    table = instruments_table(items)

    assert table.schema["bid"] == pl.Decimal(38, 4)
    assert table["bid"].to_list() == [Decimal("5918.0"), Decimal("140.1151")]


def test_times_are_utc_and_the_symbol_comes_first() -> None:
    table = instruments_table([MarketData(symbol="A", updated_at=datetime(2025, 1, 13, 15, tzinfo=UTC))])

    assert table.schema["updated_at"] == pl.Datetime("ns", "UTC")
    assert instruments_table([Equity(symbol="A")]).columns[0] == "symbol"


def test_nothing_makes_an_empty_table() -> None:
    assert instruments_table([]).is_empty()


def test_items_of_two_classes_make_no_table() -> None:
    with pytest.raises(ConfigurationError, match="items of one class, not Equity and Warrant"):
        instruments_table([Equity(symbol="A"), Warrant(symbol="B")])
