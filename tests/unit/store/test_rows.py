from __future__ import annotations

from math import isnan
from typing import Any

import polars as pl
import pytest
from msgspec.structs import astuple

from tastytrade.dxfeed import EVENT_CLASSES, Event, EventBatch, Quote, fields_of
from tastytrade.store.kinds import GAP, kind_of
from tastytrade.store.rows import EventColumns, EventRows, GapRows, gaps_of
from tests.unit.store.made import NOON_NS, gap, quotes


def kept(batch: EventBatch[Event], *, first_n: int = 1, epoch: int = 3) -> pl.DataFrame:
    rows = EventRows(batch.event_class)
    rows.append(batch, first_n=first_n, epoch=epoch)
    return rows.table()


def are_same(one: Event, other: Event) -> bool:
    values = zip(astuple(one), astuple(other), strict=True)
    return all(mine == its or (mine != mine and its != its) for mine, its in values)  # noqa: PLR0124 - nan


@pytest.mark.parametrize("name", EVENT_CLASSES)
def test_every_event_class_comes_back_as_it_was(name: str) -> None:
    cls = EVENT_CLASSES[name]
    batch = EventBatch.from_events([cls("A"), cls("B")], received_ns=NOON_NS)
    table = kept(batch)
    back = EventColumns(cls, table).take(2, received_ns=NOON_NS, epoch=3)

    assert dict(table.schema) == kind_of(name).schema
    assert all(are_same(*pair) for pair in zip(back, batch, strict=True))
    assert (back.epoch, back.received_ns, list(back.numbers)) == (3, NOON_NS, [1, 2])


def test_doubles_that_are_missing_are_null_at_rest_and_nan_again_as_events() -> None:
    columns: dict[str, list[Any]] = {
        "eventSymbol": ["A", "A", "A"],
        "bidPrice": [float("nan"), float("inf"), -0.0],
    }
    table = kept(EventBatch(Quote, columns))
    back = EventColumns(Quote, table).take(3, received_ns=0, epoch=0).columns["bidPrice"]

    assert table["bidPrice"].to_list() == [None, float("inf"), -0.0]
    assert isnan(back[0])
    assert [str(value) for value in back[1:]] == ["inf", "-0.0"]


def test_columns_that_did_not_come_have_their_defaults() -> None:
    table = kept(EventBatch(Quote, {"eventSymbol": ["A"]}))

    assert [table[field.name][0] for field in fields_of(Quote) if field.name == "sequence"] == [0]
    assert table["bidPrice"].null_count() == 1


def test_batches_are_taken_from_the_front_on_with_their_numbers() -> None:
    rows = EventRows(Quote)
    rows.append(quotes(0, 3), first_n=5, epoch=1)
    rows.append(quotes(3, 2), first_n=10, epoch=1)
    columns = EventColumns(Quote, rows.table())
    taken = [columns.take(count, received_ns=0, epoch=1) for count in (2, 2, 1)]

    assert len(rows) == 5
    assert [list(batch.numbers) for batch in taken] == [[5, 6], [7, 10], [11]]
    assert [batch.columns["bidPrice"] for batch in taken] == [[0.0, 1.0], [2.0, 3.0], [4.0]]


def test_gaps_come_back_as_they_were() -> None:
    given = [gap(1), gap(2, seconds=None, symbols=("A", "B"))]
    rows = GapRows(kind_of(GAP))
    for number, one in enumerate(given):
        rows.append(one, n=number, received_ns=NOON_NS)

    assert gaps_of(rows.table()) == given
    assert len(rows) == 2
