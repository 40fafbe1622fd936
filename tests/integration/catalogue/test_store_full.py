"""Disks that are full: S1 and X6 of the fault catalogue."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Capture, EventBatch, Quote, Store, TimeAndSale
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.errors import StoreError, StoreFull
from tastytrade.store import Pace
from tests.integration.catalogue.given import Given
from tests.integration.catalogue.small_disk import SmallDisk, small_disk
from tests.integration.catalogue.test_end_processes import until_slowly
from tests.unit.store.made import SYMBOLS, prices, prints, quotes, writer

ROWS = 500
PACE = Pace(commit_after=0.02, retry_after=0.1, spool_rows=4000, move_rows=3000, move_after=0.2)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 6) as one:
        yield one


def capture(source: Given, path: Path, **options: Any) -> Capture:
    return Capture(source, path, [Quote, TimeAndSale], SYMBOLS, pace=PACE, **options)


async def give_until(source: Given, is_so: Any) -> None:
    """Batches, one after the other, with a time of their own each."""
    async with asyncio.timeout(10):
        while not is_so():
            await source.give(quotes(source.given, ROWS, at_ns=time.time_ns()))
            await asyncio.sleep(0.001)


def storage_gaps(store: Store) -> list[Gap]:
    records = [one for one in store.records() if isinstance(one, Gap) and one.reason is GapReason.STORAGE]
    return list({gap.number: gap for gap in records}.values())


async def test_s1_a_full_disk_is_told_of_and_what_it_costs_stands_in_a_gap(disk: SmallDisk) -> None:
    source, path = Given(), disk.path / "store"
    async with capture(source, path) as captured:
        source.restore()
        await give_until(source, lambda: captured.committed_n > 3 * ROWS)
        disk.fill()
        full_at = time.monotonic()
        concerns: list[float] = []
        waiting: list[int] = []
        async with asyncio.timeout(10):
            while (stats := await captured.stats()).dropped < 10 * ROWS:
                if stats.concern and not concerns:
                    concerns.append(time.monotonic() - full_at)
                waiting.append(stats.waiting_rows)
                await source.give(quotes(source.given, ROWS, at_ns=time.time_ns()))
        acknowledged = captured.committed_n
        readable = await asyncio.to_thread(lambda: Store(path).verify())
        disk.make_room()
        await give_until(source, lambda: captured.committed_n > acknowledged + 10 * ROWS)
        dropped = (await captured.stats()).dropped
    store = Store(path)
    kept, (gap,) = prices(store), storage_gaps(store)
    missing = sorted(set(map(float, range(source.given))) - set(kept))
    batches = [one for one in store.records() if isinstance(one, EventBatch)]
    before = max(one.received_ns for one in batches if one.columns["bidPrice"][0] < missing[0])
    after = min(one.received_ns for one in batches if one.columns["bidPrice"][0] > missing[-1])

    assert concerns[0] < 1.0
    assert max(waiting) <= PACE.spool_rows + 2 * ROWS
    assert (readable.damage, readable.rows) == ((), acknowledged)
    assert (len(missing), gap.lost_count) == (dropped, dropped)
    assert source.given == len(kept) + dropped
    assert (kept, store.verify().damage) == (sorted(kept), ())
    assert before == gap.from_ns
    assert gap.to_ns is not None
    assert gap.from_ns < gap.to_ns < after


async def test_s1_what_was_let_go_is_declared_when_there_is_room_and_not_when_an_event_comes(
    disk: SmallDisk,
) -> None:
    source, path = Given(), disk.path / "store"
    async with capture(source, path) as captured:
        source.restore()
        disk.fill()
        async with asyncio.timeout(10):
            while (await captured.stats()).dropped < ROWS:
                await source.give(quotes(source.given, ROWS, at_ns=time.time_ns()))
        disk.make_room()
        async with asyncio.timeout(10):
            while (await captured.stats()).concern:  # noqa: ASYNC110 - the disk has no event of its own
                await asyncio.sleep(0.02)
            await captured.committed()
            gaps = await asyncio.to_thread(storage_gaps, Store(path))
        dropped = (await captured.stats()).dropped

    assert [(gap.is_open, gap.lost_count) for gap in gaps] == [(False, dropped)]


def test_s1_what_could_not_be_written_leaves_no_files_behind(disk: SmallDisk) -> None:
    store = writer(disk.path / "store", pace=Pace(move_rows=1))
    store.append(quotes(0, 20_000))
    store.commit()
    disk.fill(left=50_000)
    failures = 0
    for _ in range(5):
        try:
            store.move()
        except StoreFull:
            failures += 1
    files = list(disk.path.rglob("*.parquet"))
    disk.make_room()
    moved = store.move()
    store.close()

    assert (failures, files, moved) == (5, [], 20_000)
    assert Store(disk.path / "store").verify().leftover == ()


@pytest.mark.parametrize("place", ["store", "new"])
def test_s1_opening_on_a_full_disk_says_so_and_leaves_nothing_locked(disk: SmallDisk, place: str) -> None:
    with writer(disk.path / "store") as store:
        store.append(quotes(0))
    disk.fill()
    with pytest.raises(StoreFull) as raised:
        writer(disk.path / place)
    disk.make_room()
    with writer(disk.path / place) as store:
        store.append(quotes(10))

    assert "full" in str(raised.value)
    assert prices(disk.path / place)[-1] == 19.0
    assert Store(disk.path / place).verify().is_whole


@contextmanager
def no_larger_files_than(size: int) -> Iterator[None]:
    """What a process may write, where nobody may mount a disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_s1_rows_wait_while_no_file_may_grow_and_are_written_when_one_may(tmp_path: Path) -> None:
    with writer(tmp_path / "store") as store:
        store.append(quotes(0))
        acknowledged = store.commit()
        store.append(quotes(10, 50_000))
        with no_larger_files_than(60_000), pytest.raises(StoreError):
            store.commit()
        kept_meanwhile, waiting = prices(tmp_path / "store"), store.waiting_rows
        store.append(prints(50_010))

    assert (acknowledged, kept_meanwhile, waiting) == (10, [float(one) for one in range(10)], 50_000)
    assert prices(tmp_path / "store") == [float(one) for one in range(50_020)]
    assert Store(tmp_path / "store").verify().is_whole


def test_s1_a_journal_without_room_keeps_what_it_has_and_goes_on_when_there_is_some(tmp_path: Path) -> None:
    with writer(tmp_path / "store") as store:
        store.append(quotes(0))
        store.commit()
        database: sqlite3.Connection = store._journal._opened()
        database.execute("pragma max_page_count = 8")
        store.append(quotes(10, 50_000))
        with pytest.raises(StoreFull, match="make room"):
            store.commit()
        meanwhile = prices(tmp_path / "store")
        database.execute("pragma max_page_count = 1000000")
        store.commit()

    assert meanwhile == [float(one) for one in range(10)]
    assert prices(tmp_path / "store") == [float(one) for one in range(50_010)]


async def test_x6_a_disk_that_is_full_at_the_end_says_how_much_was_not_written(disk: SmallDisk) -> None:
    source, path = Given(), disk.path / "store"
    captured = capture(source, path)
    await captured.open()
    source.restore()
    await give_until(source, lambda: captured.committed_n > ROWS)
    await until_slowly(lambda: captured.committed_n == source.given)
    given = source.given
    disk.fill()
    await source.give(quotes(given, 3 * ROWS, at_ns=time.time_ns()))
    began = time.monotonic()
    with pytest.raises(StoreFull) as raised:
        await captured.aclose()
    took = time.monotonic() - began
    kept = prices(path)
    disk.make_room()
    with writer(path) as store:
        store.append(quotes(given))

    assert took < 5
    assert f"{3 * ROWS:,} rows were received and could not be written" in str(raised.value)
    assert len(kept) == given
    assert (source.given, Store(path).verify().is_whole) == (len(kept) + 3 * ROWS, True)
