from __future__ import annotations

import pickle
from typing import Any

from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.tables.latest_rows import LatestRows
from tastytrade.tables.schema import described, series

NAMES = ["eventSymbol", "timestamp", "bidPrice"]


def latest_rows() -> LatestRows:
    return LatestRows(described(Quote, NAMES), series)


def batch(at_ns: int = 0, **prices: float) -> EventBatch[Quote]:
    columns: dict[str, list[Any]] = {"eventSymbol": list(prices), "bidPrice": list(prices.values())}
    return EventBatch(Quote, columns, received_ns=at_ns)


def prices(rows: LatestRows) -> dict[str, float | None]:
    return dict(rows.table.select("eventSymbol", "bidPrice").iter_rows())


def test_a_symbol_keeps_its_place_and_new_ones_go_to_the_end() -> None:
    rows = latest_rows()
    rows.append(batch(B=1.0, A=2.0))
    first = list(prices(rows))
    rows.append(batch(C=3.0, A=4.0))

    assert first == ["B", "A"]
    assert list(prices(rows).items()) == [("B", 1.0), ("A", 4.0), ("C", 3.0)]


def test_a_row_replaces_all_of_the_one_before() -> None:
    rows = latest_rows()
    rows.append(batch(at_ns=1, A=2.0))
    rows.append(EventBatch(Quote, {"eventSymbol": ["A"]}, received_ns=2))

    assert rows.table.select("timestamp").to_series().to_physical().to_list() == [2]
    assert prices(rows) == {"A": None}


def test_a_table_that_somebody_has_stays_as_it_was() -> None:
    rows = latest_rows()
    rows.append(batch(A=1.0, B=2.0))
    before = rows.table
    rows.append(batch(B=3.0))

    assert prices(rows) == {"A": 1.0, "B": 3.0}
    assert before["bidPrice"].to_list() == [1.0, 2.0]


def test_symbols_count_before_anybody_has_looked() -> None:
    rows = latest_rows()
    rows.append(batch(A=1.0, B=2.0))
    rows.append(batch(B=1.0, C=2.0))

    assert len(rows) == 3


def test_cleared_it_begins_with_the_first_place_again() -> None:
    rows = latest_rows()
    rows.append(batch(A=1.0, B=2.0))
    assert len(rows) == 2
    rows.clear()
    rows.append(batch(B=5.0))

    assert prices(rows) == {"B": 5.0}


def test_texts_that_were_replaced_are_let_go() -> None:
    rows = LatestRows(described(Quote, ["eventSymbol", "bidExchangeCode"]), series)
    sizes: list[int] = []
    for number in range(600):
        names = [f"a name that is long, and new for the {number:03}th time"] * 50
        columns: dict[str, list[Any]] = {"eventSymbol": list(map(str, range(50))), "bidExchangeCode": names}
        rows.append(EventBatch(Quote, columns))
        sizes.append(len(pickle.dumps(rows.table)))  # a pickle has what polars keeps, needed or not

    assert max(sizes[300:]) < 1.1 * max(sizes[:300])
