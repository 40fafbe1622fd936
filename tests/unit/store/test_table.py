from __future__ import annotations

import os
import time
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from tastytrade.errors import StoreDamaged
from tastytrade.store.kinds import kind_of
from tastytrade.store.rows import EventRows
from tastytrade.store.table import Contents, Table, piece_of
from tests.unit.store.made import DAY_NS, NOON_NS, quotes


def rows_of(first: int, *times: int) -> pl.DataFrame:
    rows = EventRows(quotes(0).event_class)
    for number, at_ns in enumerate(times):
        rows.append(quotes(first + 10 * number, at_ns=at_ns), first_n=first + 10 * number + 1, epoch=1)
    return rows.table()


def table(folder: Path) -> Table:
    return Table(folder / "Quote", kind_of("Quote"), store_id="s", feed_level="simulated")


def test_a_table_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert table(tmp_path).contents() == Contents((), 0)


def test_a_file_is_of_one_day_and_its_name_says_what_is_in_it(tmp_path: Path) -> None:
    table(tmp_path).add(rows_of(0, NOON_NS, NOON_NS + DAY_NS), taken=7)
    contents = table(tmp_path).contents()

    assert contents.taken == 7
    assert [(one.day, one.first_n, one.last_n, one.rows, one.first_ns) for one in contents.pieces] == [
        ("2025-11-19", 1, 10, 10, NOON_NS),
        ("2025-11-20", 11, 20, 10, NOON_NS + DAY_NS),
    ]
    assert [table(tmp_path).damage(one) for one in contents.pieces] == ["", ""]


@pytest.mark.parametrize(
    "name", ["x.parquet", "day=2025-11-19/part-1.parquet", "../day=2025-11-19/1-2-3.parquet"]
)
def test_another_name_is_none_of_ours(name: str) -> None:
    assert piece_of(name) is None


def test_who_has_a_reader_of_delta_tables_reads_it(tmp_path: Path) -> None:
    table(tmp_path).add(rows_of(0, NOON_NS), taken=1)
    read = pl.scan_delta(str(tmp_path / "Quote")).sort("n").collect()

    assert read["bidPrice"].to_list() == [float(number) for number in range(10)]
    assert "day" in read.columns


def test_what_compaction_replaced_stays_as_long_as_it_is_told_to_and_no_longer(tmp_path: Path) -> None:
    mine = table(tmp_path)
    for number in range(2):
        mine.add(rows_of(10 * number, NOON_NS), taken=number + 1)
    old = mine.contents().pieces
    for piece in old:
        os.utime(mine.folder / piece.name, (time.time() - 86_400,) * 2)
    (together,) = mine.by_day(rows_of(0, NOON_NS, NOON_NS))
    mine.commit([mine.write(together)], old, is_same=True)
    kept = mine.sweep(older_than=3600)
    swept = mine.sweep(older_than=0)

    assert (kept, swept) == (0, 2)
    assert [piece.rows for piece in mine.contents().pieces] == [20]


def test_a_log_that_names_a_file_of_another_is_damaged(tmp_path: Path) -> None:
    mine = table(tmp_path)
    mine.add(rows_of(0, NOON_NS), taken=1)
    log = mine.folder / "_delta_log" / f"{DeltaTable(mine.folder).version():020}.json"
    log.write_text(log.read_text().replace(".parquet", ".parquex"))

    with pytest.raises(StoreDamaged, match="not written by this package"):
        mine.contents()


def test_a_file_that_cannot_be_written_leaves_no_other_behind(tmp_path: Path) -> None:
    mine = table(tmp_path)
    (mine.folder / "day=2025-11-20").parent.mkdir()
    (mine.folder / "day=2025-11-20").write_text("in the way")
    with pytest.raises(Exception, match="writing a table"):
        mine.add(rows_of(0, NOON_NS, NOON_NS + DAY_NS), taken=1)

    assert list(tmp_path.rglob("*.parquet")) == []
    assert mine.contents() == Contents((), 0)
