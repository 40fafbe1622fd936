from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tastytrade import Quote, TimeAndSale, Trade
from tastytrade.errors import StoreError
from tastytrade.store import Bounds, Store
from tastytrade.tables.schema import schema_of
from tests.unit.store.made import NOON_NS, gap, prints, quotes, writer


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Quotes in a table and in the journal, prints and a gap."""
    with writer(tmp_path) as one:
        one.append(quotes(0, at_ns=NOON_NS))
        one.append(gap(1, seconds=None))
        one.append(gap(1))
        one.commit()
        one.move(everything=True)
        one.append(quotes(10, at_ns=NOON_NS + 1))
        one.append(prints(20, at_ns=NOON_NS + 2))
    return Store(tmp_path)


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no store: name the folder that was captured to"):
        Store(tmp_path)
    with pytest.raises(StoreError, match="is not there"):
        Store(tmp_path / "none")


def test_it_says_what_it_has(store: Store) -> None:
    assert store.event_types == [Quote, TimeAndSale]
    assert store.symbols(Quote) == ["A", "B", "C"]
    assert store.bounds() == Bounds(1, 32, NOON_NS, NOON_NS + 2, {"Quote": 20, "TimeAndSale": 10}, 2)


def test_a_scan_has_the_columns_of_tables_and_the_numbers(store: Store) -> None:
    scanned = store.scan(Quote)

    assert dict(scanned.collect_schema()) == {**schema_of(Quote), "n": pl.Int64(), "epoch": pl.Int64()}
    assert scanned.sort("n").collect()["n"].to_list() == [*range(1, 11), *range(13, 23)]


def test_a_scan_of_what_is_not_there_is_empty_and_typed(store: Store) -> None:
    assert store.scan(Trade).collect().schema == {**schema_of(Trade), "n": pl.Int64(), "epoch": pl.Int64()}
    assert store.scan(Quote, symbols="Z").collect().is_empty()


@pytest.mark.parametrize(
    ("start", "end", "rows"), [(None, None, 20), (NOON_NS + 1, None, 10), (None, NOON_NS + 1, 10), (1, 2, 0)]
)
def test_a_scan_is_from_its_start_on_and_before_its_end(
    start: int | None, end: int | None, rows: int, store: Store
) -> None:
    assert store.scan(Quote, start=start, end=end).collect().height == rows


def test_the_latest_are_one_of_each_symbol_also_at_a_moment(store: Store) -> None:
    now, then = store.latest(Quote), store.latest(Quote, at=NOON_NS)

    assert now["eventSymbol"].to_list() == ["A", "B", "C"]
    assert (now["bidPrice"].to_list(), then["bidPrice"].to_list()) == ([18.0, 19.0, 17.0], [9.0, 7.0, 8.0])


def test_a_gap_is_shown_as_it_is_known_now(store: Store) -> None:
    gaps = store.gaps()

    assert (gaps.height, gaps["to"].null_count(), gaps["seconds"].to_list()) == (1, 0, [1.0])


def test_equal_contents_have_equal_hashes_and_others_have_others(store: Store, tmp_path: Path) -> None:
    copies = {}
    for name, left_out in (("same", None), ("other", 2)):
        with writer(tmp_path / name) as copy:
            for number, record in enumerate(store.records()):
                if number != left_out:
                    copy.append(record)
        copies[name] = Store(tmp_path / name).content_hash()

    assert copies["same"] == store.content_hash() != copies["other"]
