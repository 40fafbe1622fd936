"""``tastytrade quote``: what symbols cost, once, of a simulator and of a captured day."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tastytrade.store import Store
from tests.integration.commands import TASTYTRADE, environment, run
from tests.integration.recorded_day import SYMBOLS, keep_day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("quote") / "day")


def test_each_symbol_is_one_json_object_in_the_order_asked() -> None:
    done = run("quote", "SPX", "NVDA", "--simulator", timeout=20)
    rows = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0
    assert [row["eventSymbol"] for row in rows] == ["SPX", "NVDA"]
    assert rows[1]["bidPrice"] < rows[1]["askPrice"]
    assert rows[1]["dayLowPrice"] <= rows[1]["price"] <= rows[1]["dayHighPrice"]


@pytest.mark.timeout(30)
def test_what_nobody_answers_for_is_named_and_the_rest_is_shown() -> None:
    done = run("quote", "SPX", "NOPE", "--simulator", "--format", "csv", "--wait", "1", timeout=20)
    [row] = csv.DictReader(done.stdout.splitlines())

    assert done.returncode == 4
    assert row["eventSymbol"] == "SPX"
    assert done.stderr.endswith("tastytrade: nothing is known of NOPE (not entitled or unknown)\n")


@pytest.mark.timeout(30)
def test_a_pipe_that_closes_early_is_no_error() -> None:
    command = [*TASTYTRADE, "stream", "SPX", "NVDA", "--simulator", "--format", "ndjson", "--for", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as feed:
        head = subprocess.run(["head", "-3"], stdin=feed.stdout, capture_output=True, check=False)
        assert feed.stdout is not None
        feed.stdout.close()
        status = feed.wait(20)
        said = feed.stderr.read() if feed.stderr is not None else b""

    assert len(head.stdout.splitlines()) == 3
    assert (status, b"Traceback" in said) == (0, False)


def test_a_captured_day_says_what_was_known_last(day: Path) -> None:
    done = run("quote", *SYMBOLS, "--replay", str(day), "--format", "json")
    rows = json.loads(done.stdout)
    quotes = {row["eventSymbol"]: row for row in Store(day).latest("Quote").iter_rows(named=True)}

    assert (done.returncode, done.stderr) == (0, "")
    assert {row["eventSymbol"]: row["bidPrice"] for row in rows} == {
        symbol: quotes[symbol]["bidPrice"] for symbol in SYMBOLS
    }


def test_a_moment_of_a_captured_day_says_what_was_known_then(day: Path) -> None:
    latest = run("quote", "SPY", "--replay", str(day))
    earlier = run("quote", "SPY", "--replay", str(day), "--at", "-5s")

    assert (latest.returncode, earlier.returncode) == (0, 0)
    assert json.loads(earlier.stdout)["timestamp"] < json.loads(latest.stdout)["timestamp"]


@pytest.mark.parametrize("suffix", [".json", ".ndjson", ".csv", ".parquet", ".txt"])
def test_a_file_has_the_format_of_its_suffix(day: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"quotes{suffix}"
    done = run("quote", *SYMBOLS, "--replay", str(day), "-o", str(path))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    if suffix == ".txt":
        assert [line.split()[0] for line in path.read_text().splitlines()] == ["symbol", *SYMBOLS]
    else:
        assert read(path)["eventSymbol"].to_list() == list(SYMBOLS)


def read(path: Path) -> pl.DataFrame:
    match path.suffix:
        case ".json":
            return pl.read_json(path)
        case ".ndjson":
            return pl.read_ndjson(path)
        case ".csv":
            return pl.read_csv(path)
        case _:
            return pl.read_parquet(path)


def test_a_file_that_is_there_is_replaced_by_force_only(day: Path, tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text("mine")
    refused = run("quote", "SPY", "--replay", str(day), "-o", str(path))
    before = path.read_text()
    forced = run("quote", "SPY", "--replay", str(day), "-o", str(path), "--force")

    assert (refused.returncode, before) == (1, "mine")
    assert "is there already: choose another name, or replace it by --force" in refused.stderr
    assert (forced.returncode, path.read_text().startswith("eventSymbol,")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["SPX", "--at", "14:00"], 1, "--at is for a replay"),
        (["SPX", "--speed", "5"], 1, "--speed is for a replay that is watched"),
        (["SPX", "--replay", "x", "--simulator"], 1, "exclude each other; choose one"),
        (["SPX", "--format", "xml"], 2, "Invalid value for '--format'"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], status: int, words: str) -> None:
    done = run("quote", *arguments)

    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr
