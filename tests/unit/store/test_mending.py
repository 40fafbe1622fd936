from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.store import Store, forget
from tastytrade.store.journal import Journal
from tastytrade.store.mending import declare_lost_end, finish_forgetting
from tastytrade.store.view import JOURNAL
from tastytrade.store.watermark import Watermark
from tests.unit.store.made import DAY_NS, NOON_NS, prices, quotes, writer


@pytest.fixture
def days(tmp_path: Path) -> Path:
    """A store of three days, ten quotes each."""
    with writer(tmp_path) as store:
        for day in range(3):
            store.append(quotes(10 * day, at_ns=NOON_NS + day * DAY_NS))
        store.commit()
        store.move(everything=True)
    return tmp_path


def test_what_is_being_forgotten_is_gone_at_once_and_removed_by_whoever_comes_next(days: Path) -> None:
    journal = Journal(days / JOURNAL, durability="process")
    head = journal.head
    journal.commit([], replace(head, rows={"Quote": 20}, forgotten=10, forgetting="2025-11-20"))
    meanwhile = (prices(days), Store(days).verify().damage)
    finish_forgetting(days, Store(days).manifest, journal)
    journal.close()

    assert meanwhile == ([float(number) for number in range(10, 30)], ())
    assert prices(days) == meanwhile[0]
    assert journal.head.forgetting == ""
    assert Store(days).verify().is_whole


def test_a_store_that_has_forgotten_is_whole_and_goes_on(days: Path) -> None:
    forgotten = forget(days, before=date(2025, 11, 21), keep=0)
    with writer(days) as store:
        store.append(quotes(30, at_ns=NOON_NS + 3 * DAY_NS))

    assert (forgotten.days, forgotten.rows) == (("2025-11-19", "2025-11-20"), 20)
    assert prices(days) == [float(number) for number in range(20, 40)]
    assert Store(days).verify().is_whole


def test_a_lost_end_is_a_gap_and_its_numbers_are_not_given_again(days: Path) -> None:
    mark = Watermark(days / JOURNAL)
    mark.rise(50)
    mark.close()
    journal = Journal(days / JOURNAL, durability="process")
    declare_lost_end(days, Store(days).manifest, journal)
    journal.close()
    (gap,) = [one for one in Store(days).records() if isinstance(one, Gap)]

    assert (gap.reason, gap.from_ns, gap.is_open) == (GapReason.STORAGE, NOON_NS + 2 * DAY_NS, False)
    assert Store(days).bounds().last_n == 51  # type: ignore[union-attr]  # it has rows
    assert Store(days).verify().is_whole


def test_nothing_is_declared_where_nothing_is_lost(days: Path) -> None:
    journal = Journal(days / JOURNAL, durability="process")
    before = journal.head
    declare_lost_end(days, Store(days).manifest, journal)
    journal.close()

    assert journal.head == before
