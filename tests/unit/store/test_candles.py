from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tastytrade.dxfeed import EventBatch, EventFlags, Quote, TimeAndSale
from tastytrade.errors import ConfigurationError
from tastytrade.store import Store
from tests.unit.store.made import NOON_NS, gap, writer

SECOND = 10**9


def sale(
    index: int, price: float, *, second: int, kind: str = "NEW", flags: int = 0
) -> EventBatch[TimeAndSale]:
    columns: dict[str, list[Any]] = {
        "eventSymbol": ["A"], "eventFlags": [flags], "index": [index],
        "time": [NOON_NS // 10**6 + second * 1000],
        "price": [price], "size": [2.0], "type": [kind],
    }  # fmt: skip
    return EventBatch(TimeAndSale, columns, received_ns=NOON_NS + second * SECOND, epoch=1)


def kept(path: Path, *records: Any) -> Store:
    with writer(path) as store:
        for record in records:
            store.append(record)
    return Store(path)


def test_prints_make_candles_by_their_own_time(tmp_path: Path) -> None:
    prices = [(5.0, 0), (7.0, 10), (4.0, 50), (6.0, 59), (9.0, 60)]
    store = kept(
        tmp_path, *(sale(index, price, second=second) for index, (price, second) in enumerate(prices))
    )
    candles = store.candles("A")

    assert candles.select("open", "high", "low", "close", "volume", "count").rows() == [
        (5.0, 7.0, 4.0, 6.0, 8.0, 4),
        (9.0, 9.0, 9.0, 9.0, 2.0, 1),
    ]


def test_what_was_corrected_counts_as_corrected_and_what_was_cancelled_does_not(tmp_path: Path) -> None:
    store = kept(
        tmp_path,
        sale(1, 5.0, second=0),
        sale(2, 99.0, second=1),
        sale(3, 98.0, second=2),
        sale(1, 6.0, second=0, kind="CORRECTION"),
        sale(2, 99.0, second=1, kind="CANCEL"),
        sale(3, 98.0, second=2, flags=int(EventFlags.REMOVE_EVENT)),
    )

    assert store.candles("A").select("open", "high", "count").rows() == [(6.0, 6.0, 1)]


def test_mids_are_of_quotes_with_both_sides(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "eventSymbol": ["A", "A", "A"], "bidPrice": [1.0, float("nan"), 3.0], "askPrice": [2.0, 5.0, 4.0],
    }  # fmt: skip
    store = kept(tmp_path, EventBatch(Quote, columns, received_ns=NOON_NS, epoch=1))

    assert store.candles("A", "1s", of="mid").select("open", "close", "volume", "count").rows() == [
        (1.5, 3.5, None, 2)
    ]


def test_a_gap_is_counted_where_it_lies_also_where_nothing_came(tmp_path: Path) -> None:
    store = kept(
        tmp_path,
        sale(1, 5.0, second=0),
        gap(1, at_ns=NOON_NS + 50 * SECOND, seconds=100),
        gap(2, at_ns=NOON_NS + 60 * SECOND, seconds=30),
        sale(2, 6.0, second=170),
    )

    assert store.candles("A").select("open", "count", "gap_seconds").rows() == [
        (5.0, 1, 10.0),
        (None, 0, 60.0),
        (6.0, 1, 30.0),
    ]


def test_a_gap_of_other_symbols_is_not_counted(tmp_path: Path) -> None:
    store = kept(tmp_path, sale(1, 5.0, second=0), gap(1, seconds=10, symbols=("B",)))

    assert store.candles("A")["gap_seconds"].to_list() == [0.0]


@pytest.mark.parametrize(
    ("period", "of"), [("1", "prints"), ("0m", "prints"), ("1x", "prints"), ("1m", "what")]
)
def test_what_cannot_be_meant_is_refused(period: str, of: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        kept(tmp_path).candles("A", period, of=of)
