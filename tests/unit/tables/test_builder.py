from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from tastytrade.dxfeed import EVENT_CLASSES, EventBatch, Message, Quote, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.tables import TableBuilder, schema_of, with_exact_decimals

NS = 1_700_000_000_000_000_123


def quotes(*prices: float, symbol: str = "A", at_ns: int = NS) -> EventBatch[Quote]:
    columns: dict[str, list[Any]] = {"eventSymbol": [symbol] * len(prices), "bidPrice": list(prices)}
    return EventBatch(Quote, columns, received_ns=at_ns)


def test_a_table_has_symbol_timestamp_and_dxfeeds_fields_in_order() -> None:
    builder = TableBuilder(Quote)
    builder.append(quotes(1.0))

    assert builder.table.columns[:4] == ["eventSymbol", "timestamp", "eventTime", "sequence"]
    assert builder.table.schema == pl.Schema(schema_of(Quote))


def test_the_timestamp_is_utc_with_every_nanosecond() -> None:
    builder = TableBuilder(Quote)
    builder.append(quotes(1.0))

    assert builder.table["timestamp"].dtype == pl.Datetime("ns", "UTC")
    assert builder.table["timestamp"].to_physical().to_list() == [NS]


@pytest.mark.parametrize("event_class", EVENT_CLASSES.values())
def test_every_event_class_has_the_same_schema_empty_and_full(event_class: type) -> None:
    builder: TableBuilder[Any] = TableBuilder(event_class)
    empty = builder.table.schema
    builder.append(EventBatch(event_class, {"eventSymbol": ["A"]}))

    assert builder.table.schema == empty == pl.Schema(schema_of(event_class))
    assert builder.table.height == 1


def test_missing_is_null_infinity_stays_and_zero_is_a_price() -> None:
    builder = TableBuilder(Quote)
    builder.append(quotes(float("nan"), float("inf"), 0.0, 7))

    assert builder.table["bidPrice"].to_list() == [None, float("inf"), 0.0, 7.0]
    assert builder.table["askPrice"].null_count() == 4


def test_integers_of_sixty_four_bits_stay_exact() -> None:
    builder = TableBuilder(Trade)
    builder.append(EventBatch(Trade, {"eventSymbol": ["A"], "sequence": [9223372036854775807]}))

    assert builder.table["sequence"].to_list() == [9223372036854775807]


def test_only_the_newest_rows_are_kept_when_asked_for() -> None:
    builder = TableBuilder(Quote, last=10)
    for start in range(0, 20_000, 100):
        builder.append(quotes(*(float(start + i) for i in range(100))))

    assert builder.table["bidPrice"].to_list() == [float(i) for i in range(19_990, 20_000)]
    assert (len(builder), builder.appended) == (10, 20_000)


def test_rows_keep_the_order_they_came_in_across_chunks() -> None:
    builder = TableBuilder(Quote)
    for start in range(0, 30_000, 1000):
        builder.append(quotes(*(float(start + i) for i in range(1000))))
    prices = builder.table["bidPrice"].to_list()

    assert len(prices) == 30_000
    assert all(after == before + 1 for before, after in pairwise(prices))


def test_latest_keeps_one_row_a_symbol_in_the_order_they_came() -> None:
    builder = TableBuilder(Quote, latest=True)
    builder.append(quotes(1.0, 2.0, symbol="A"))
    builder.append(quotes(3.0, symbol="B", at_ns=NS + 1))
    builder.append(quotes(4.0, symbol="A", at_ns=NS + 2))

    assert builder.table.select("eventSymbol", "bidPrice").rows() == [("A", 4.0), ("B", 3.0)]
    assert builder.table["timestamp"].to_physical().to_list() == [NS + 2, NS + 1]
    assert builder.table.schema == pl.Schema(schema_of(Quote))
    assert len(builder) == 2


def test_prices_come_as_decimals_on_request() -> None:
    builder = TableBuilder(Quote, decimals=4)
    builder.append(quotes(132.4600, float("nan")))

    assert builder.table["bidPrice"].to_list() == [Decimal("132.4600"), None]
    assert builder.table["bidPrice"].dtype == pl.Decimal(38, 4)


def test_columns_can_be_chosen() -> None:
    builder = TableBuilder(Quote, columns=["eventSymbol", "askPrice", "timestamp"])
    builder.append(quotes(1.0))

    assert builder.table.columns == ["eventSymbol", "askPrice", "timestamp"]


@pytest.mark.parametrize("columns", [["bidPrice"], ["eventSymbol", "shoeSize"]])
def test_columns_that_cannot_be_are_refused(columns: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="columns of Quote must include eventSymbol"):
        TableBuilder(Quote, columns=columns)


def test_a_batch_of_another_class_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="a table of Trade takes no Quote"):
        TableBuilder(Trade).append(quotes(1.0))  # type: ignore[arg-type]  # wrong on purpose


def test_attachments_are_json_text() -> None:
    builder = TableBuilder(Message)
    builder.extend([Message("A", attachment={"a": [1]}), Message("A")])

    assert builder.table["attachment"].to_list() == ['{"a":[1]}', None]


def test_cleared_is_empty_and_goes_on() -> None:
    builder = TableBuilder(Quote)
    builder.append(quotes(1.0))
    builder.clear()
    builder.append(quotes(2.0))

    assert builder.table["bidPrice"].to_list() == [2.0]


def test_exact_decimals_lose_no_digit() -> None:
    texts = ["1.98706893394E-05", "0.0001167923003537", "82.4", "1E+2", "0.1"]
    table = pl.DataFrame({"x": [float(text) for text in texts], "n": [1, 2, 3, 4, 5]})

    assert with_exact_decimals(table)["x"].to_list() == [Decimal(text) for text in texts]
    assert with_exact_decimals(table)["n"].dtype == pl.Int64


def test_exact_decimals_of_missing_and_infinite_values_are_null() -> None:
    table = pl.DataFrame({"x": [None, float("inf"), 1e30]}, schema={"x": pl.Float64})

    assert with_exact_decimals(table)["x"].to_list() == [None, None, Decimal(10) ** 30]
