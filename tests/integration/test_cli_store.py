"""The commands that look at a store, keep it in order, and write its contents elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tastytrade import Quote, TimeAndSale
from tastytrade.dxfeed import EventBatch, Gap
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.store import Store, StoreWriter
from tests.integration.commands import run, running
from tests.integration.recorded_day import BEGAN_NS, CANDLES, PRINTS, SYMBOLS, keep_day
from tests.integration.test_cli_errors import sentence

READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "parquet": pl.read_parquet,
    "csv": pl.read_csv,
    "ndjson": pl.read_ndjson,
}
EXPORTED = PRINTS * len(SYMBOLS)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A small day of real-time data."""
    return keep_day(tmp_path / "day", chain={"data": {"items": []}})


def in_tables(path: Path) -> Path:
    """The same, in files of tables."""
    with StoreWriter(path, feed_level="api", event_types=(), symbols=()) as writer:
        writer.move(everything=True)
    return path


def damaged(path: Path) -> Path:
    """The same with a byte of its prints changed; gives that file."""
    (file,) = in_tables(path).glob("tables/TimeAndSale/day=*/*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return file


def quotes(at_ns: int, *, count: int = 1) -> EventBatch[Quote]:
    return EventBatch.from_events([Quote("A", bidPrice=1.0)] * count, received_ns=at_ns)


def gap(number: int) -> Gap:
    return Gap(
        number=number,
        reason=GapReason.DECODE_ERROR,
        scope=GapScope.CHANNEL,
        event_types=("Quote",),
        from_ns=BEGAN_NS + number,
        to_ns=BEGAN_NS + number,
        detected_ns=BEGAN_NS,
        epoch_before=1,
    )


# inspect


def test_inspect_says_what_is_there(day: Path) -> None:
    done = run("inspect", str(day))
    lines = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0] == f"{day}  api market data"
    assert lines[2].startswith("2026-11-20 14:13:20 to 14:13:29 UTC, 3,204 records, ")
    assert "option chains of SPX" in lines
    for words in (["Candle", "3", "1"], ["Quote", "200", "3"], ["TimeAndSale", "3,000", "3"]):
        assert [line for line in lines if line.split()[:3] == words]
    (bars,) = (line for line in lines if line.startswith("TimeAndSale   ") and "█" in line)
    assert bars.endswith("█")
    assert lines[lines.index(bars) + 1].strip().startswith("gaps")
    assert "1 gap, 1.0 s" in lines
    assert [line for line in lines if "disconnect" in line and "Quote, TimeAndSale" in line]


def test_inspect_is_an_object_for_programs(day: Path) -> None:
    told = json.loads(run("inspect", str(day), "--json").stdout)

    assert (told["feed_level"], told["is_simulated"], told["chains"]) == ("api", False, ["SPX"])
    assert told["first_ns"] == BEGAN_NS
    assert {one["name"]: (one["rows"], one["symbols"]) for one in told["types"]} == {
        "Candle": (3, 1),
        "Quote": (200, 3),
        "TimeAndSale": (3_000, 3),
    }
    assert [gap["reason"] for gap in told["gaps"]] == ["disconnect"]
    assert [session["is_clean"] for session in told["sessions"]] == [True]


def test_inspect_says_loudly_that_data_is_simulated_and_that_somebody_writes(tmp_path: Path) -> None:
    with StoreWriter(tmp_path, feed_level="simulated", event_types=["Quote"], symbols=["A"]):
        done = run("inspect", str(tmp_path))

    assert "SIMULATED market data: made up, no market's" in done.stdout
    assert f"process {os.getpid()} writes" in done.stdout
    assert done.stdout.endswith("nothing was captured yet\n")


def test_inspect_shows_what_is_left_of_a_damaged_store(day: Path) -> None:
    file = damaged(day)
    done = run("inspect", str(day))

    assert done.returncode == 0
    assert f"{file} is damaged" in done.stderr
    assert [line for line in done.stdout.splitlines() if line.split()[:3] == ["Quote", "200", "3"]]


def test_the_newest_gaps_are_shown_unless_all_are_asked_for(tmp_path: Path) -> None:
    with StoreWriter(tmp_path, event_types=["Quote"], symbols=["A"]) as writer:
        for number in range(1, 31):
            writer.append(gap(number))
    few, all_of_them = run("inspect", str(tmp_path)).stdout, run("inspect", str(tmp_path), "--gaps").stdout

    assert (few.count("decode"), all_of_them.count("decode")) == (20, 30)
    assert few.endswith("and 10 older ones: --gaps shows all\n")


# verify


def test_verify_finds_a_whole_store_whole(day: Path) -> None:
    done = run("verify", str(in_tables(day)))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "whole: 3,204 rows in 4 files, each as it was written, and every number once\n"


def test_verify_names_what_is_damaged(day: Path) -> None:
    file = damaged(day)
    done = run("verify", str(day))
    told = run("verify", str(day), "--json")

    assert (done.returncode, told.returncode) == (1, 1)
    assert "it does not hold what was written to it" in done.stdout
    assert [
        line for line in done.stdout.splitlines() if line.startswith("tables/TimeAndSale/day=2026-11-20/")
    ]
    assert "damaged: 204 rows in 3 files can be read" in done.stdout
    report = json.loads(told.stdout)
    assert report["is_whole"] is False
    assert (report["damage"][0]["place"], report["damage"][0]["rows"]) == (str(file), 3_000)


# compact


def test_compact_makes_one_file_of_several_and_changes_nothing_that_is_read(day: Path) -> None:
    with StoreWriter(day, feed_level="api", event_types=(), symbols=()) as writer:
        writer.move(everything=True)
        writer.append(next(Store(day).records(event_types=["TimeAndSale"], from_n=100)))
        writer.commit()
        writer.move(everything=True)
    before = Store(day).content_hash()
    done = run("compact", str(day), "--keep", "0")

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rpartition(",")[0] for line in done.stdout.splitlines()] == [
        "before: 3,207 rows in 5 files",
        "after:  3,207 rows in 4 files",
    ]
    assert Store(day).content_hash() == before


def test_compact_forgets_nothing_unless_it_is_told_to(day: Path) -> None:
    kept = run("compact", str(day), "--before", "2026-11-20")
    bounds = Store(day).bounds()
    gone = run("compact", str(day), "--before", "2026-11-21", "--keep", "1h")

    assert kept.stdout.startswith("forgotten before 2026-11-20: 0 rows\n")
    assert bounds is not None
    assert bounds.last_n == 3_204
    assert gone.stdout.startswith("forgotten before 2026-11-21: 3,204 rows of 2026-11-20\n")
    assert gone.stdout.endswith("files that were replaced stay until a later run, for 1h (--keep)\n")
    assert Store(day).bounds() is None


def test_days_to_keep_are_counted_back_from_today(tmp_path: Path) -> None:
    today = int(datetime.now(UTC).timestamp()) * 1_000_000_000
    with StoreWriter(tmp_path, event_types=["Quote"], symbols=["A"]) as writer:
        for days in (9, 1):
            writer.append(quotes(today - days * 86_400 * 1_000_000_000))
    run("compact", str(tmp_path), "--keep-days", "5")
    bounds = Store(tmp_path).bounds()

    assert bounds is not None
    assert (bounds.first_n, bounds.rows) == (2, {"Quote": 1})


# export


@pytest.mark.parametrize("suffix", ["parquet", "csv", "ndjson"])
def test_an_export_has_everything_in_its_order(day: Path, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"x.{suffix}"
    done = run("export", str(day), "TimeAndSale", "-o", str(file))
    read = READERS[suffix](file)
    expected = Store(day).scan(TimeAndSale).sort("n").collect()

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{EXPORTED:,} rows, ")
    assert done.stdout.endswith(f": {file}\n")
    assert read.columns == expected.columns
    for name in ("n", "eventSymbol", "price", "size", "index"):
        assert read[name].to_list() == expected[name].to_list()
    if suffix == "parquet":
        assert read.equals(expected)


def test_an_export_can_be_of_some_symbols_and_times(day: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    times = ["--start", "14:13:22", "--end", "2026-11-20T09:13:23-05:00"]
    done = run("export", str(day), "TimeAndSale", "-o", str(file), "--symbols", "SPY,SPX", *times)
    candles = run("export", str(day), "Candle", "-o", str(tmp_path / "c.csv"), "--symbols", CANDLES)
    read = pl.read_parquet(file)

    assert (done.returncode, done.stderr) == (0, "")
    assert read["eventSymbol"].unique().sort().to_list() == ["SPX", "SPY"]
    assert read["size"].unique(maintain_order=True).to_list() == [float(number) for number in range(200, 300)]
    assert candles.stdout.startswith("3 rows, ")


@pytest.mark.parametrize("suffix", ["parquet", "csv", "ndjson"])
def test_gaps_are_exported_as_a_table(day: Path, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"gaps.{suffix}"
    done = run("export", str(day), "gaps", "-o", str(file))
    read = READERS[suffix](file)

    assert (done.returncode, done.stdout.partition(",")[0]) == (0, "1 rows")
    assert read["reason"].to_list() == ["disconnect"]
    if suffix == "csv":
        assert read["event_types"].to_list() == ["Quote TimeAndSale"]


def test_a_file_that_is_there_is_replaced_only_when_that_is_asked_for(day: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("mine")
    refused = sentence(run("export", str(day), "Quote", "-o", str(file)), 1)
    kept = file.read_text()
    done = run("export", str(day), "Quote", "-o", str(file), "--force")

    assert "is there already: choose another name, or replace it by --force" in refused
    assert kept == "mine"
    assert (done.returncode, file.read_text().partition(",")[0]) == (0, "eventSymbol")


def test_an_export_of_what_is_damaged_leaves_no_file(day: Path, tmp_path: Path) -> None:
    file = damaged(day)
    said = sentence(run("export", str(day), "TimeAndSale", "-o", str(tmp_path / "x.csv")), 1)

    assert f"{file} is damaged" in said
    assert not list(tmp_path.glob("x.csv*"))


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_export_that_is_ended_leaves_no_file(tmp_path: Path, number: signal.Signals, status: int) -> None:
    with StoreWriter(tmp_path / "day", event_types=["Quote"], symbols=["A"]) as writer:
        for at in range(40):
            writer.append(quotes(BEGAN_NS + at, count=50_000))
            writer.commit()
    with running("export", str(tmp_path / "day"), "Quote", "-o", str(tmp_path / "x.ndjson")) as process:
        while process.poll() is None and not (tmp_path / "x.ndjson.part").exists():
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
        process.send_signal(number)
        process.communicate(timeout=5)

    assert process.returncode == status
    assert not list(tmp_path.glob("x.*"))


# What cannot be done.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["inspect", "nowhere"], "nowhere is not there: name the folder that was captured to"),
        (["verify", "."], ". is no store: name the folder that was captured to"),
        (["compact", "nowhere"], "nowhere is not there"),
        (["export", "nowhere", "Quote", "-o", "x.csv"], "nowhere is not there"),
        (["compact", "DAY", "--before", "soon"], "--before soon: expected a day such as 2026-11-01"),
        (["compact", "DAY", "--before", "2026-11-01", "--keep-days", "1"], "exclude each other; choose one"),
        (["compact", "DAY", "--keep", "long"], "--keep long: expected a duration"),
        (["export", "DAY", "Quote", "-o", "x.xlsx"], "must end in .parquet, .csv or .ndjson"),
        (["export", "DAY", "Quote", "-o", "gone/x.csv"], "is in a folder that is not there"),
        (["export", "DAY", "Greeks", "-o", "x.csv"], "has no events of type Greeks; it has: Candle, Quote"),
        (["export", "DAY", "Rumour", "-o", "x.csv"], "unknown event type Rumour"),
        (["export", "DAY", "Quote", "-o", "x.csv", "--start", "soon"], "--start soon: expected a time"),
        (["export", "DAY", "gaps", "-o", "x.csv", "--symbols", "SPY"], "gaps are exported as a whole"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(day: Path, arguments: list[str], words: str) -> None:
    command = [str(day) if argument == "DAY" else argument for argument in arguments]

    assert words in sentence(run(*command), 1)


def test_a_store_that_somebody_writes_to_is_read_and_not_compacted(day: Path, tmp_path: Path) -> None:
    with StoreWriter(day, feed_level="api", event_types=(), symbols=()):
        looked = [
            run(*command).returncode
            for command in (
                ["inspect", str(day)],
                ["verify", str(day)],
                ["export", str(day), "Quote", "-o", str(tmp_path / "x.csv")],
            )
        ]
        refused = sentence(run("compact", str(day)), 1)

    assert looked == [0, 0, 0]
    assert f"process {os.getpid()} on " in refused
