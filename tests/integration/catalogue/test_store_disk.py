"""Disks that fail, are slow, or cannot be written to: S5, S6, S7, S13 and S14 of the fault catalogue."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import polars as pl
import pytest

from tastytrade import Capture, Quote, Store
from tastytrade.errors import StoreError, TastytradeError
from tastytrade.store import Pace
from tastytrade.store.journal import begin_wal
from tests.integration.catalogue.given import Given
from tests.integration.catalogue.small_disk import small_disk
from tests.integration.catalogue.test_end_processes import said_by_child
from tests.integration.catalogue.traced import COMMITS, ROWS, traced
from tests.unit.store.made import SYMBOLS, prices, quotes, writer

WRITES = {"write", "pwrite64"}
SYNCS = {"fsync", "fdatasync"}
ALL = [float(number) for number in range(COMMITS * ROWS)]

# S5: what is written and synced, in order.


def unsynced_when_said(calls: list[tuple[str, str]]) -> list[bool]:
    """For each word that rows are safe, whether some of the journal had not been synced."""
    is_dirty, found = False, []
    for call, name in calls:
        if name == "said":
            found.append(is_dirty)
        elif name.endswith((".sqlite-wal", ".sqlite")):
            is_dirty = call in WRITES
    return found


def unsynced_when_let_go(calls: list[tuple[str, str]]) -> list[set[str]]:
    """For each first write to the journal after a commit of a table, what of that had not been synced."""
    dirty, found, is_committed = set[str](), list[set[str]](), False
    for call, name in calls:
        path = name.partition("#")[0]
        if "/tables/" in path and call not in SYNCS:
            dirty |= {path, path.rpartition("/")[0]}
            is_committed |= call == "linkat"
        elif call in SYNCS:
            dirty.discard(path)
        elif path.endswith(".sqlite-wal") and is_committed:
            found.append(dirty)
            dirty, is_committed = set(), False
    return found


@pytest.mark.timeout(30)
def test_s5_nothing_is_called_safe_nor_let_go_before_it_is_on_the_disk(tmp_path: Path) -> None:
    said, calls = traced(tmp_path / "store", "full")

    assert [line.split()[0] for line in said] == [str(ROWS * (number + 1)) for number in range(COMMITS)]
    assert unsynced_when_said(calls) == [False] * COMMITS
    assert unsynced_when_let_go(calls) == [set(), set()]


@pytest.mark.timeout(30)
def test_s5_without_full_durability_only_tables_are_synced(tmp_path: Path) -> None:
    _, calls = traced(tmp_path / "store", "process")

    assert any(unsynced_when_said(calls))
    assert unsynced_when_let_go(calls) == [set(), set()]


@pytest.mark.parametrize("lost", [1, 2])
def test_s5_what_a_loss_of_power_took_of_the_end_stands_in_a_gap(tmp_path: Path, lost: int) -> None:
    folder, later = tmp_path / "store", tmp_path / "later"
    store = writer(folder)
    store.append(quotes(0))
    store.commit()
    shutil.copytree(folder, later)
    for number in range(lost):
        store.append(quotes(10 * (number + 1), at_ns=time.time_ns()))
        store.commit()
    shutil.copy(folder / "journal" / "acknowledged", later / "journal" / "acknowledged")
    store.close()
    with pytest.raises(StoreError, match="ends at number 10, and everything up to"):
        prices(later)
    left = prices(Store(later, skip_damaged=True))
    with writer(later) as store:
        store.append(quotes(1000))
    gaps = Store(later).gaps()
    numbers = Store(later).scan(Quote).filter(pl.col("bidPrice") >= 1000).collect()["n"].to_list()

    assert left == [float(number) for number in range(10)]
    assert gaps["reason"].to_list() == ["storage", "restart_crash"]
    assert min(numbers) > 10 * (lost + 1)
    assert Store(later).verify().is_whole


# S6: a disk that fails.


@pytest.mark.timeout(60)
@pytest.mark.parametrize("nth", [5, 7, 8, 10, 12])
def test_s6_after_a_sync_that_failed_a_new_journal_is_begun_and_nothing_is_lost(
    tmp_path: Path, nth: int
) -> None:
    said, _ = traced(tmp_path / "store", "full", "-e", f"inject=fdatasync:error=EIO:when={nth}")

    assert [line.split()[0] for line in said] == [str(ROWS * (number + 1)) for number in range(COMMITS)]
    assert nth > 8 or any(line.endswith(" 2") for line in said)
    assert prices(tmp_path / "store") == ALL
    assert Store(tmp_path / "store").verify().is_whole


@pytest.mark.parametrize("is_left_in_both", [False, True])
def test_s6_readers_read_both_files_and_each_row_once(tmp_path: Path, *, is_left_in_both: bool) -> None:
    store = writer(tmp_path / "store")
    store.append(quotes(0))
    store.commit()
    journal = tmp_path / "store" / "journal"
    store.append(quotes(10))
    if is_left_in_both:  # a sync may fail after all was written
        store.commit()
        shutil.copy(journal / "000001.sqlite", journal / "000002.sqlite")
        shutil.copy(journal / "000001.sqlite-wal", journal / "000002.sqlite-wal")
    store.close(is_clean=False)
    if not is_left_in_both:
        shutil.copy(journal / "000001.sqlite", journal / "000002.sqlite")
    with writer(tmp_path / "store") as again:
        again.append(quotes(20))
        again.commit()
        meanwhile = prices(tmp_path / "store")
        again.move(everything=True)

    kept = [*range(20), *range(20, 30)] if is_left_in_both else [*range(10), *range(20, 30)]
    assert meanwhile == prices(tmp_path / "store") == [float(number) for number in kept]
    assert Store(tmp_path / "store").verify().is_whole
    assert [path.name for path in sorted(journal.glob("*.sqlite"))] == ["000002.sqlite"]


# S7: folders that cannot be written to.


def refusal(path: Path) -> tuple[str, float]:
    began = time.monotonic()
    with pytest.raises(StoreError) as raised:
        writer(path)
    return str(raised.value), time.monotonic() - began


def test_s7_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    said, took = refusal(tmp_path / "file")
    below, _ = refusal(tmp_path / "file" / "store")

    assert said == f"{tmp_path / 'file'} is a file: name a folder to write to"
    assert str(tmp_path / "file") in below
    assert (tmp_path / "file").read_text() == "mine"
    assert took < 1


def test_s7_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    said, _ = refusal(tmp_path)

    assert "is no store and not empty" in said
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_s7_a_disk_that_is_read_only_can_be_read_and_not_written_to(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        ended, killed = disk.path / "ended", disk.path / "killed"
        with writer(ended) as store:
            store.append(quotes(0))
        store = writer(killed)
        store.append(quotes(0))
        store.commit()
        alone = disk.path / "alone"
        shutil.copytree(killed, alone)
        (alone / "journal" / "000001.sqlite-shm").unlink()
        store.close(is_clean=False)
        shutil.rmtree(killed)
        disk.protect()
        said, took = refusal(ended)
        new, _ = refusal(disk.path / "new")
        read = prices(ended)
        with pytest.raises(StoreError, match="copy the store to a folder that may be written to"):
            prices(alone)
        shutil.copytree(alone, tmp_path / "copied")

    assert "Read-only file system" in said
    assert "Read-only file system" in new
    assert read == prices(tmp_path / "copied") == [float(number) for number in range(10)]
    assert took < 1


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that another user may look into, and not write to."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become somebody else")
def test_s7_a_folder_of_somebody_else_is_told(public_folder: Path) -> None:
    def as_nobody() -> None:
        os.setuid(65534)
        writer(public_folder / "store")

    said = said_by_child(as_nobody)

    assert said.startswith("StoreError")
    assert "Permission denied" in said
    assert str(public_folder) in said


async def test_s7_a_folder_that_vanishes_is_told_within_a_second(tmp_path: Path) -> None:
    source, path = Given(), tmp_path / "store"
    captured = Capture(source, path, [Quote], SYMBOLS, pace=Pace(commit_after=0.02, retry_after=0.1))
    await captured.open()
    source.restore()
    await source.give(quotes(0, at_ns=time.time_ns()))
    await captured.committed()
    shutil.rmtree(path)
    began = time.monotonic()
    async with asyncio.timeout(5):
        while not (concern := (await captured.stats()).concern):
            await source.give(quotes(10, 1, at_ns=time.time_ns()))
            await asyncio.sleep(0.01)
    took = time.monotonic() - began
    with pytest.raises(StoreError, match="could not be written"):
        await captured.aclose()

    assert "has been removed" in concern
    assert str(path) in concern
    assert took < 1


# S16: disks of other machines.


def test_s16_a_disk_on_which_no_journal_can_be_kept_safely_is_refused() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as database,
        pytest.raises(StoreError, match="network or cloud"),
    ):
        begin_wal(database, Path("here"))


# S13: a disk that is slow.


async def test_s13_a_disk_that_takes_two_seconds_holds_up_the_source_and_not_the_loop(tmp_path: Path) -> None:
    source, path = Given(most=3), tmp_path / "store"
    pace = Pace(commit_after=0.02, commit_rows=100, spool_rows=2000)
    async with Capture(source, path, [Quote], SYMBOLS, pace=pace) as captured:
        source.restore()
        await source.give(quotes(0, at_ns=time.time_ns()))
        await captured.committed()
        disk = sqlite3.connect(path / "journal" / "000001.sqlite", isolation_level=None)
        disk.execute("begin immediate")  # whoever wants to commit waits
        longest, waiting, until = 0.0, 0, time.monotonic() + 2.0
        giving = asyncio.create_task(give_all(source, 100))
        while time.monotonic() < until:
            began = time.monotonic()
            await asyncio.sleep(0.002)
            longest = max(longest, time.monotonic() - began)
            waiting = max(waiting, (captured_rows := (await captured.stats()).waiting_rows))
        is_held_up = not giving.done()
        disk.execute("rollback")
        disk.close()
        await giving
        dropped = (await captured.stats()).dropped

    assert is_held_up
    assert captured_rows >= pace.spool_rows
    assert waiting <= pace.spool_rows + 200
    assert longest < 0.5
    assert (dropped, len(prices(path))) == (0, source.given)
    assert Store(path).gaps()["reason"].to_list() == []


async def give_all(source: Given, batches: int) -> None:
    for number in range(batches):
        await source.give(quotes(10 + 100 * number, 100, at_ns=time.time_ns()))


# S14: no handles left.


@contextmanager
def handles_left(count: int) -> Iterator[None]:
    """All handles but so many are taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64 + len(list(Path("/proc/self/fd").iterdir())), hard))
    taken: list[int] = []
    try:
        with suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(count):
            os.close(taken.pop())
        yield
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("left", [0, 1, 2, 3, 5, 8, 12])
def test_s14_without_handles_it_fails_in_words_and_goes_on_when_there_are_some(
    tmp_path: Path, left: int
) -> None:
    path = tmp_path / "store"
    store = writer(path, pace=Pace(move_rows=5))
    store.append(quotes(0))
    store.commit()
    store.move()
    failures: list[str] = []
    for number in range(1, 4):
        store.append(quotes(10 * number))
        with handles_left(left):
            for attempt in (
                store.commit,
                store.move,
                lambda: prices(path),
                lambda: writer(tmp_path / "other").close(),
            ):
                try:
                    attempt()
                except TastytradeError as error:
                    failures.append(str(error))
    store.close()

    assert failures or left > 5
    assert prices(tmp_path / "store") == [float(number) for number in range(40)]
    assert Store(tmp_path / "store").verify().damage == ()
