"""Clocks, days and names in stores: S12, S15 and S17 of the fault catalogue."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tastytrade import EventBatch, Quote
from tastytrade.errors import StoreError
from tastytrade.store import Pace, Store, compact
from tests.unit.store.made import DAY_NS, NOON_NS, prices, prints, quotes, writer

HOUR_NS = 3600 * 10**9
MIDNIGHT_NS = NOON_NS + DAY_NS // 2
NAMES = [
    "../x", "CON", "nul.txt", "a:b", "/ES", "BRK/B", "..", ".", "x" * 10_000, "Ünïcode 日本 🐂",
    'a"b', "a\\b", "%41", "day=2026-01-01", "null", "NaN",
]  # fmt: skip


@pytest.fixture(params=["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """A place where this process is for a while."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def days(path: Path) -> dict[str, int]:
    """The days of quotes that are on the disk, and how many rows of each."""
    found: dict[str, int] = {}
    for file in path.glob("tables/Quote/day=*/*.parquet"):
        day = file.parent.name.removeprefix("day=")
        found[day] = found.get(day, 0) + int(file.name.split("-")[2])
    return found


def test_s12_the_night_the_clocks_change_has_the_rows_that_came_in_it(zone: str, tmp_path: Path) -> None:
    starts = [int(datetime(2026, month, day, tzinfo=UTC).timestamp()) * 10**9 for month, day in CHANGES]
    at = [start + hour * HOUR_NS // 2 for start in starts for hour in range(48)]
    with writer(tmp_path / "store") as store:
        for number, at_ns in enumerate(at):
            store.append(quotes(number, 1, at_ns=at_ns))
        store.commit()
        store.move(everything=True)

    assert zone
    assert days(tmp_path / "store") == {f"2026-{month:02}-{day:02}": 48 for month, day in CHANGES}
    assert prices(tmp_path / "store") == [float(number) for number in range(len(at))]


CHANGES = [(3, 8), (3, 29), (4, 5), (9, 27), (10, 25), (11, 1)]
"""Days of 2026 in which clocks change in one of those places."""


@pytest.mark.parametrize("step", [-HOUR_NS, HOUR_NS], ids=["back", "ahead"])
@pytest.mark.parametrize("is_moved", [False, True], ids=["in the journal", "in tables"])
def test_s12_a_clock_that_is_put_right_changes_neither_order_nor_rows(
    tmp_path: Path, step: int, *, is_moved: bool
) -> None:
    times = [MIDNIGHT_NS + offset for offset in (0, 1, step, step + 1, 2, step + 2)]
    with writer(tmp_path / "store") as store:
        for number, at_ns in enumerate(times):
            store.append(quotes(10 * number, at_ns=at_ns))
            store.commit()
            store.move(everything=is_moved)
    store_read = Store(tmp_path / "store")
    later = store_read.scan(Quote, start=MIDNIGHT_NS, end=MIDNIGHT_NS + 3).collect().height
    received = [one.received_ns for one in store_read.records() if isinstance(one, EventBatch)]

    assert prices(store_read) == [float(number) for number in range(60)]
    assert received == times
    assert later == 30
    assert store_read.verify().is_whole


@pytest.mark.parametrize("ahead", [-HOUR_NS, HOUR_NS], ids=["behind", "ahead"])
def test_s12_a_restart_after_a_wrong_clock_has_a_gap_that_does_not_end_before_it_begins(
    tmp_path: Path, ahead: int
) -> None:
    store = writer(tmp_path / "store")
    store.append(quotes(0, at_ns=time.time_ns() + ahead))
    store.commit()
    store.close(is_clean=False)
    with writer(tmp_path / "store") as again:
        assert again.restart is not None
        began_ns, from_ns = again.session.started_ns, again.restart.from_ns
    with writer(tmp_path / "store"):
        pass
    gaps = Store(tmp_path / "store").gaps()

    assert from_ns <= began_ns
    assert gaps.filter(gaps["to"] < gaps["from"]).is_empty()


def test_s12_a_restart_goes_on_from_the_last_row_when_the_clock_was_put_back_before_it(
    tmp_path: Path,
) -> None:
    store = writer(tmp_path / "store")
    now_ns = time.time_ns()
    store.append(quotes(0, at_ns=now_ns))
    store.append(quotes(10, at_ns=now_ns - HOUR_NS))
    store.commit()
    store.close(is_clean=False)
    with writer(tmp_path / "store") as again:
        restart = again.restart

    assert restart is not None
    assert restart.from_ns == now_ns - HOUR_NS


def test_s15_symbols_of_any_text_come_back_and_make_no_files(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "eventSymbol": NAMES,
        "bidPrice": [float(number) for number in range(len(NAMES))],
    }
    with writer(tmp_path / "store", symbols=NAMES, pace=Pace(move_rows=1)) as store:
        store.append(EventBatch(Quote, columns, received_ns=NOON_NS, epoch=1))
        store.commit()
        in_journal = Store(tmp_path / "store").symbols(Quote)
        store.move()
    read = Store(tmp_path / "store")
    each = [read.scan(Quote, symbols=name).collect()["bidPrice"].to_list() for name in NAMES]

    assert in_journal == read.symbols(Quote) == sorted(NAMES)
    assert each == [[float(number)] for number in range(len(NAMES))]
    assert read.manifest.sessions[0].symbols == tuple(NAMES)
    assert {path.name for path in tmp_path.iterdir()} == {"store"}
    assert len(list((tmp_path / "store").rglob("*.parquet"))) == 1


def test_s15_chains_of_any_underlying_are_files_of_their_own_or_refused(tmp_path: Path) -> None:
    refused = []
    with writer(tmp_path / "store") as store:
        for name in NAMES:
            try:
                store.keep_chain(name, {"data": name})
            except StoreError:
                refused.append(name)
    read = Store(tmp_path / "store")
    files = [path.name for path in (tmp_path / "store" / "chains").iterdir()]

    assert refused == ["x" * 10_000]
    assert read.chains() == sorted(set(NAMES) - set(refused))
    assert [read.chain(name) for name in read.chains()] == [{"data": name} for name in read.chains()]
    assert read.verify().is_whole
    assert len({name.casefold() for name in files}) == len(NAMES) - 1
    assert {path.name for path in tmp_path.iterdir()} == {"store"}
    assert not {"con.json", "nul.txt.json"} & {name.casefold() for name in files}


def test_s17_at_midnight_no_row_is_lost_or_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "store"
    times = [MIDNIGHT_NS + offset for offset in range(-100, 100)]
    with writer(path, pace=Pace(move_rows=200)) as store:
        for number, at_ns in enumerate(times):
            store.append(quotes(20 * number, at_ns=at_ns))
            store.append(prints(20 * number + 10, at_ns=at_ns))
            if number % 7 == 0:
                store.commit()
                store.move()
    before, hashed = prices(path), Store(path).content_hash()
    compact(path, keep=0)
    store_read = Store(path)
    old = store_read.scan(Quote, end=MIDNIGHT_NS).collect().height
    new = store_read.scan(Quote, start=MIDNIGHT_NS).collect().height

    assert before == prices(path) == [float(number) for number in range(4000)]
    assert store_read.content_hash() == hashed
    assert (old, new) == (1000, 1000)
    assert days(path) == {"2025-11-19": 1000, "2025-11-20": 1000}
    assert store_read.verify().is_whole
