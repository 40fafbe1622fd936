from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tastytrade.errors import StoreError, StoreOwned
from tastytrade.store import Pace, Store, compact, forget
from tests.unit.store.made import DAY_NS, NOON_NS, gap, prices, quotes, writer


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two days, many files of each, a gap a day, and a rest in the journal."""
    with writer(tmp_path, pace=Pace(move_rows=10)) as one:
        for number in range(8):
            one.append(quotes(10 * number, at_ns=NOON_NS + number * DAY_NS // 8))
            one.append(gap(number, at_ns=NOON_NS + number * DAY_NS // 8))
            one.commit()
            one.move()
    return tmp_path


def test_compacting_changes_nothing_that_is_read(store: Path) -> None:
    before, hashed, told = prices(store), Store(store).content_hash(), list[str]()
    done = compact(store, keep=0, progress=told.append)
    again = compact(store, keep=0)

    assert (done.files_before, done.files_after, done.swept) == (10, 4, 8)
    assert (again.rows, again.swept) == (0, 0)
    assert (prices(store), Store(store).content_hash()) == (before, hashed)
    assert told == ["Quote of 2025-11-19: 4 files, 40 rows", "Quote of 2025-11-20: 4 files, 40 rows"]
    assert Store(store).verify().is_whole


def test_what_somebody_reads_while_it_is_replaced_stays(store: Path) -> None:
    reading = Store(store).records()
    next(reading)
    done = compact(store)
    rest = sum(1 for _ in reading)

    assert done.swept == 0
    assert rest > 0


def test_forgetting_takes_whole_days_and_their_gaps(store: Path) -> None:
    done = forget(store, before=date(2025, 11, 20), keep=0)

    assert (done.days, done.rows) == (("2025-11-19",), 44)
    assert prices(store) == [float(number) for number in range(40, 80)]
    assert Store(store).gaps().height == 4
    assert Store(store).verify().is_whole
    assert forget(store, before=date(2025, 11, 20)).rows == 0


def test_neither_is_done_while_somebody_writes_nor_where_no_store_is(store: Path, tmp_path: Path) -> None:
    with writer(store):
        for work in (lambda: compact(store), lambda: forget(store, before=date(2025, 11, 20))):
            with pytest.raises(StoreOwned):
                work()

    with pytest.raises(StoreError, match="is no store"):
        compact(tmp_path / "none")
