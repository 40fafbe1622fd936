"""Where a command's data goes: every format, a file that is there when complete, stderr for the rest."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from tastytrade.store import Store
from tests.integration.commands import environment, run, running
from tests.integration.recorded_day import GAP, PRINTS, SYMBOLS, keep_day

PRINTED = ("--events", "TimeAndSale", "--speed", "max")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("output") / "day")


@pytest.fixture(scope="module")
def sizes(day: Path) -> list[float]:
    """The sizes of SPY's prints, in order."""
    return Store(day).scan("TimeAndSale", symbols="SPY").sort("n").collect()["size"].to_list()


def read(text: str, chosen: str) -> list[float]:
    if chosen == "json":
        return [event["size"] for event in json.loads(text)]
    if chosen == "csv":
        return [float(row["size"]) for row in csv.DictReader(io.StringIO(text))]
    return [json.loads(line)["size"] for line in text.splitlines()]


@pytest.mark.parametrize("chosen", ["json", "ndjson", "csv"])
def test_events_come_in_every_format_of_text(day: Path, sizes: list[float], chosen: str) -> None:
    done = run("replay", str(day), "SPY", *PRINTED, "--format", chosen)

    assert done.returncode == 0
    assert read(done.stdout, chosen) == sizes
    assert done.stderr.startswith("tastytrade: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("suffix", [".json", ".ndjson", ".csv", ".parquet"])
def test_events_go_to_a_file_that_replaces_nothing(
    day: Path, sizes: list[float], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"prints{suffix}"
    done = run("replay", str(day), "SPY", *PRINTED, "-o", str(path))
    again = run("replay", str(day), "SPY", *PRINTED, "-o", str(path))

    assert (done.returncode, done.stdout) == (0, "")
    assert (again.returncode, again.stdout) == (1, "")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    if suffix == ".parquet":
        assert pl.read_parquet(path)["size"].to_list() == sizes
    else:
        assert read(path.read_text(), suffix[1:]) == sizes


def test_columns_are_those_of_one_event_type(day: Path) -> None:
    done = run("replay", str(day), "--speed", "max", "--format", "csv")

    assert (done.returncode, done.stdout) == (1, "")
    assert "csv has the columns of one event type, and these are Quote, " in done.stderr


def test_ctrl_c_keeps_what_came_and_says_how_much(day: Path, tmp_path: Path) -> None:
    path = tmp_path / "prints.json"
    with running("replay", str(day), *SYMBOLS, "--events", "TimeAndSale", "-o", str(path)) as process:
        part = tmp_path / "prints.json.part"
        while process.poll() is None and not (part.exists() and part.stat().st_size):
            pass
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=9)
    events = json.loads(path.read_text())

    assert process.returncode == 130
    assert 0 < len(events) < PRINTS * len(SYMBOLS)
    assert said.splitlines()[-1].endswith(f" s: {len(events):,} events")


def test_quiet_says_nothing_but_gaps_and_errors(day: Path) -> None:
    with running("--quiet", "replay", str(day), *PRINTED[:2]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=9)
    whole = run("--quiet", "replay", str(day), "--speed", "max")

    assert (process.returncode, said) == (130, "")
    assert whole.stderr == f"tastytrade: {GAP}\n"


def test_verbose_logs_on_stderr_only() -> None:
    done = run("-vv", "stream", "SPX", "--simulator", "--for", "0.5", timeout=20)

    assert done.returncode == 0
    assert " - DEBUG:tastytrade" in done.stderr
    assert all(json.loads(line) for line in done.stdout.splitlines())


def test_a_disk_that_takes_nothing_is_one_sentence(day: Path, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    path = folder / "prints.csv.d" / "prints.csv"
    done = run("replay", str(day), *PRINTED, "-o", str(path))

    assert done.returncode == 1
    assert done.stderr == f"tastytrade: -o {path} is in a folder that is not there: name a file\n"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tastytrade qu", "quote"),
        ("tastytrade quote --fo", "--format"),
        ("tastytrade quote --format p", "parquet"),
    ],
)
def test_a_shell_completes_commands_options_and_values(typed: str, offered: str) -> None:
    asked = {"_TASTYTRADE_COMPLETE": "complete_bash", "COMP_WORDS": typed}
    done = subprocess.run(
        [Path(sys.executable).with_name("tastytrade")],
        env=environment({**asked, "COMP_CWORD": str(len(typed.split()) - 1)}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert offered in done.stdout.split()


def test_colours_are_for_terminals_that_want_them(day: Path) -> None:
    def in_terminal(**variables: str) -> bytes:
        ours, theirs = os.openpty()
        with running("quote", "SPY", "--replay", str(day), variables=variables, stdout=theirs) as process:
            os.close(theirs)
            shown = b""
            with suppress(OSError):  # Linux' word for: the other side has closed
                while read := os.read(ours, 4096):
                    shown += read
            process.wait()
        os.close(ours)
        return shown

    terminal = {"TERM": "xterm-256color"}
    assert b"\x1b[36m" in in_terminal(**terminal)
    assert b"\x1b[36m" not in in_terminal(**terminal, NO_COLOR="1")
