"""Whatever batches come, and however often it is asked for, a table is the one made row by row."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any

import msgspec
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tastytrade.dxfeed import Candle, Event, EventBatch, Field, Kind, Message, Quote, TimeAndSale, fields_of
from tastytrade.dxfeed.gap import Gap
from tastytrade.tables import TableBuilder, schema_of
from tests.unit.tables.test_gaps import gap

Row = dict[str, Any]

INT64 = (-(1 << 63), (1 << 63) - 1)
DOUBLES = st.one_of(
    st.sampled_from([0, 0.0, -0.0, 450, float("nan"), float("inf"), float("-inf"), None]),
    st.floats(),
    st.integers(-(10**25), 10**25),
)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.DOUBLE: DOUBLES,
    Kind.INTEGER: st.one_of(st.sampled_from([0, 0, *INT64, None]), st.integers(*INT64)),
    Kind.BOOLEAN: st.booleans(),
    Kind.TEXT: st.one_of(st.sampled_from(["", "Q", "\0", None]), st.text(max_size=20)),
    Kind.NAME: st.sampled_from(["BUY", "UNDEFINED", "a name of tomorrow"]),
    Kind.ANY: st.one_of(st.none(), st.booleans(), st.sampled_from([0, 1, 1.0, [1], {"a": None}])),
}
SYMBOLS = st.sampled_from(["A", "B", ".SPXW261218C5900", "/ESZ26:XCME", "€"])
CLASSES: list[type[Event]] = [Quote, TimeAndSale, Candle, Message]


@st.composite
def batches(draw: st.DrawFn, event_class: type[Event]) -> EventBatch[Event]:
    """Some rows of some columns; a column is often of one value, as it is on the wire."""
    rows = draw(st.integers(1, 6))
    columns: dict[str, list[Any]] = {"eventSymbol": draw(st.lists(SYMBOLS, min_size=rows, max_size=rows))}
    for field in fields_of(event_class)[1:]:
        how, values = draw(st.sampled_from(["absent", "one value", "any"])), VALUES[field.kind]
        if how == "one value":
            columns[field.name] = [draw(values)] * rows
        elif how == "any":
            columns[field.name] = draw(st.lists(values, min_size=rows, max_size=rows))
    return EventBatch(event_class, columns, received_ns=draw(st.integers(0, INT64[1])))


def steps(event_class: type[Event]) -> st.SearchStrategy[list[EventBatch[Event] | Gap | str]]:
    """What happens to a builder: batches, gaps, and somebody who looks or clears."""
    others = st.sampled_from([gap(event_types=(event_class.__name__,)), "look", "look", "clear"])
    return st.lists(st.one_of(batches(event_class), batches(event_class), others), max_size=20)


def rows_of(batch: EventBatch[Event], decimals: int | None) -> list[Row]:
    """The rows of a batch as a table shows them, each value by itself."""
    found = []
    for at in range(len(batch)):
        row: Row = {"eventSymbol": batch.symbols[at], "timestamp": batch.received_ns}
        for field in fields_of(batch.event_class)[1:]:
            column = batch.columns.get(field.name)
            row[field.name] = cell(field, field.default if column is None else column[at], decimals)
        found.append(row)
    return found


def cell(field: Field, value: Any, decimals: int | None) -> Any:
    """What a table shows for a value."""
    if value is None or field.kind is Kind.NAME:
        return value if value is None else str(value)
    if field.kind is Kind.ANY:
        return msgspec.json.encode(value).decode()
    if field.kind is not Kind.DOUBLE:
        return value
    number = float(value)
    if isnan(number) or decimals is None:
        return None if isnan(number) else number
    if abs(number) >= 10.0 ** (38 - decimals):  # no Decimal of 38 digits holds it
        return None
    return pl.Series([number]).cast(pl.Decimal(38, decimals)).item()


def shown(table: pl.DataFrame) -> str:
    """Every value of a table in a text that tells 0.0 from -0.0."""
    return repr(table.with_columns(pl.col("timestamp").to_physical()).to_dict(as_series=False))


def check(
    builder: TableBuilder[Any],
    happens: list[EventBatch[Event] | Gap | str],
    keep: Callable[[list[Row], list[Row]], list[Row]],
    decimals: int | None,
) -> None:
    """Do to a builder and to a list of rows what happens, and compare. Tables somebody has stay."""
    rows: list[Row] = []
    gaps = appended = 0
    seen: list[tuple[pl.DataFrame, str]] = []
    for step in [*happens, "look"]:
        if isinstance(step, EventBatch):
            builder.append(step)
            rows = keep(rows, rows_of(step, decimals))
            appended += len(step)
        elif isinstance(step, Gap):
            builder.append(step)
            gaps = 1
        elif step == "clear":
            builder.clear()
            rows, gaps = [], 0
        else:
            table = builder.table
            expected = {name: [row[name] for row in rows] for name in builder.schema}
            assert shown(table) == repr(expected)
            assert table.schema == pl.Schema(schema_of(builder.event_class, decimals=decimals))
            seen.append((table, repr(expected)))
        assert (len(builder), builder.appended, builder.gaps.height) == (len(rows), appended, gaps)
    assert all(shown(table) == text for table, text in seen)


@settings(max_examples=40, deadline=None)
@given(
    data=st.data(),
    event_class=st.sampled_from(CLASSES),
    decimals=st.sampled_from([None, None, 0, 4]),
    last=st.sampled_from([1, 3, 20, 1_000_000]),
)
def test_the_newest_rows_are_those_that_came_last(
    data: st.DataObject, event_class: type[Event], decimals: int | None, last: int
) -> None:
    happens = data.draw(steps(event_class))

    check(
        TableBuilder(event_class, last=last, decimals=decimals),
        happens,
        lambda rows, more: [*rows, *more][-last:],
        decimals,
    )


@settings(max_examples=40, deadline=None)
@given(data=st.data(), event_class=st.sampled_from(CLASSES), decimals=st.sampled_from([None, None, 4]))
def test_the_latest_rows_are_the_last_of_each_symbol(
    data: st.DataObject, event_class: type[Event], decimals: int | None
) -> None:
    happens = data.draw(steps(event_class))

    def keep(rows: list[Row], more: list[Row]) -> list[Row]:
        return list({row["eventSymbol"]: row for row in [*rows, *more]}.values())

    check(TableBuilder(event_class, latest=True, decimals=decimals), happens, keep, decimals)
