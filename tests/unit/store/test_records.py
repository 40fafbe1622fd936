from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tastytrade.dxfeed import EventBatch, Gap, Quote
from tastytrade.store import Pace, Store, compact
from tastytrade.store.records import WINDOW
from tests.unit.store.made import NOON_NS, gap, prints, quotes, writer


def shown(record: EventBatch[Any] | Gap) -> tuple[object, ...]:
    """What a record is, in short."""
    if isinstance(record, Gap):
        return ("gap", record.number, record.is_open)
    return (record.event_class.__name__, len(record), record.received_ns - NOON_NS, record.epoch)


def test_batches_and_gaps_come_in_the_order_in_which_they_were_appended(tmp_path: Path) -> None:
    given: list[EventBatch[Any] | Gap] = [
        quotes(0, 3, at_ns=NOON_NS),
        prints(3, 2, at_ns=NOON_NS),
        gap(1, seconds=None),
        quotes(5, 1, at_ns=NOON_NS + 1),
        gap(1),
        quotes(6, 1, at_ns=NOON_NS + 1, epoch=2),
    ]
    with writer(tmp_path) as store:
        for record in given:
            store.append(record)

    assert [shown(record) for record in Store(tmp_path).records()] == [shown(record) for record in given]


def test_the_same_rows_make_the_same_batches_wherever_they_are(tmp_path: Path) -> None:
    with writer(tmp_path, pace=Pace(move_rows=30)) as store:
        for number in range(20):
            store.append(quotes(20 * number, at_ns=NOON_NS + number))
            store.append(prints(20 * number + 10, at_ns=NOON_NS + number))
            store.commit()
        in_journal = [shown(record) for record in Store(tmp_path).records()]
        store.move()
    in_tables = [shown(record) for record in Store(tmp_path).records()]
    compact(tmp_path)

    assert in_journal == in_tables == [shown(record) for record in Store(tmp_path).records()]


def test_a_window_ends_nowhere_that_a_reader_would_notice(tmp_path: Path) -> None:
    rows = WINDOW + 10
    with writer(tmp_path) as store:
        store.append(quotes(0, rows))
        store.append(prints(rows, 5))
    prices = [price for record in Store(tmp_path).records() for price in _prices(record)]

    assert prices == [float(number) for number in range(rows + 5)]


def _prices(record: EventBatch[Any] | Gap) -> list[float]:
    assert isinstance(record, EventBatch)
    return record.columns["bidPrice" if record.event_class is Quote else "price"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"event_types": ["TimeAndSale"]}, [("TimeAndSale", 10, 0, 1), ("TimeAndSale", 10, 1, 1)]),
        ({"from_n": 15}, [("TimeAndSale", 6, 0, 1), ("Quote", 10, 1, 1), ("TimeAndSale", 10, 1, 1)]),
        ({"end": NOON_NS + 1}, [("Quote", 10, 0, 1), ("TimeAndSale", 10, 0, 1)]),
        ({"start": NOON_NS + 1, "symbols": "A"}, [("Quote", 3, 1, 1), ("TimeAndSale", 4, 1, 1)]),
    ],
)
def test_what_is_chosen_is_given(options: dict[str, Any], expected: list[object], tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        for number in range(2):
            store.append(quotes(20 * number, at_ns=NOON_NS + number))
            store.append(prints(20 * number + 10, at_ns=NOON_NS + number))

    assert [shown(record) for record in Store(tmp_path).records(**options)] == expected


def test_a_gap_that_reaches_into_a_range_comes_first(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        store.append(quotes(0, at_ns=NOON_NS))
        store.append(gap(1, at_ns=NOON_NS, seconds=None))
        store.append(gap(2, at_ns=NOON_NS, seconds=0.5))
        store.append(quotes(10, at_ns=NOON_NS + 2 * 10**9))
    found = list(Store(tmp_path).records(start=NOON_NS + 10**9))

    assert [shown(record) for record in found] == [("gap", 1, True), ("Quote", 10, 2 * 10**9, 1)]
