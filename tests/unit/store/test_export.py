from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tastytrade import Greeks, TimeAndSale
from tastytrade.errors import ConfigurationError, StoreDamaged, StoreError
from tastytrade.store import Store, StoreWriter
from tastytrade.store.export import export_events, export_gaps
from tests.integration.recorded_day import BEGAN_NS, keep_day

PRINTS = 3_000


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A small day, half of it in tables."""
    path = keep_day(tmp_path / "day")
    with StoreWriter(path, feed_level="api", event_types=(), symbols=()) as writer:
        writer.move(everything=True)
        for record in Store(path).records():
            writer.append(record)
    return path


def test_events_are_written_in_their_order_from_tables_and_journal(day: Path, tmp_path: Path) -> None:
    told: list[int] = []
    rows = export_events(Store(day), TimeAndSale, tmp_path / "x.parquet", progress=told.append)
    read = pl.read_parquet(tmp_path / "x.parquet")

    assert rows == read.height == 2 * PRINTS == told[-1]
    assert read.equals(Store(day).scan(TimeAndSale).sort("n").collect())


def test_some_symbols_and_times_are_chosen_as_for_a_scan(day: Path, tmp_path: Path) -> None:
    symbols, start, end = ["SPX", "SPY"], BEGAN_NS + 10_000_000, BEGAN_NS + 30_000_000
    path = tmp_path / "x.parquet"
    rows = export_events(Store(day), "TimeAndSale", path, symbols=symbols, start=start, end=end)
    scanned = Store(day).scan("TimeAndSale", symbols=symbols, start=start, end=end)

    assert rows == 8
    assert pl.read_parquet(path).equals(scanned.sort("n").collect())


def test_a_type_of_which_there_is_nothing_makes_a_table_without_rows(day: Path, tmp_path: Path) -> None:
    rows = export_events(Store(day), Greeks, tmp_path / "x.parquet")
    read = pl.read_parquet(tmp_path / "x.parquet")

    assert (rows, read.height) == (0, 0)
    assert read.schema == Store(day).scan(Greeks).collect_schema()


def test_gaps_are_the_gaps_table(day: Path, tmp_path: Path) -> None:
    rows = export_gaps(Store(day), tmp_path / "x.parquet")
    export_gaps(Store(day), tmp_path / "x.csv")

    assert pl.read_parquet(tmp_path / "x.parquet").equals(Store(day).gaps())
    assert pl.read_csv(tmp_path / "x.csv")["event_types"].to_list() == ["Quote TimeAndSale"] * rows


def test_a_file_is_replaced_by_a_complete_one(day: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")
    kept: list[str] = []
    export_events(Store(day), TimeAndSale, path, progress=lambda _: kept.append(path.read_text()))

    assert set(kept) == {"old"}
    assert path.read_text().startswith("eventSymbol,timestamp,")
    assert list(tmp_path.glob("x.csv?*")) == []


def test_what_cannot_be_finished_leaves_the_old_file(day: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")
    (file,) = day.glob("tables/TimeAndSale/day=*/*.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(StoreDamaged, match="does not hold what was written to it"):
        export_events(Store(day), TimeAndSale, path)

    assert path.read_text() == "old"
    assert list(tmp_path.glob("x.csv?*")) == []


def test_a_disk_that_does_not_take_it_is_one_sentence(day: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"x\.csv cannot be written \(.+\): see that there is room"):
        export_gaps(Store(day), tmp_path / "gone" / "x.csv")


def test_a_format_that_is_none_is_refused(day: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"x\.xlsx: the name must end in \.parquet, \.csv or \.ndjson"
    ):
        export_gaps(Store(day), tmp_path / "x.xlsx")
