"""``tastytrade replay`` in the terminal and as a server."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tastytrade.dxfeed import EventBatch
from tastytrade.store import Store
from tests.integration.commands import run, running
from tests.integration.recorded_day import GAP, SYMBOLS, keep_day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("replay") / "day")


def test_a_replay_in_a_pipe_is_one_json_object_an_event_and_gaps_are_told(day: Path) -> None:
    done = run("replay", str(day), "--speed", "max")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    records = [record for record in Store(day).records() if isinstance(record, EventBatch)]

    assert (done.returncode, done.stderr) == (0, f"tastytrade: {GAP}\n")
    assert [(event["eventType"], event["eventSymbol"]) for event in events] == [
        (type(event).__name__, event.eventSymbol) for record in records for event in record
    ]


def test_symbols_types_and_times_can_be_chosen(day: Path) -> None:
    part = ["--start", "14:13:22", "--end", "2026-11-20T09:13:23-05:00"]
    done = run("replay", str(day), "SPY", "--events", "TimeAndSale", "--speed", "50", *part)
    prints = [json.loads(line) for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, "")
    assert {event["eventSymbol"] for event in prints} == {"SPY"}
    assert [event["size"] for event in prints] == [float(number) for number in range(200, 300)]


def test_a_table_has_the_newest_values(day: Path) -> None:
    done = run("replay", str(day), *SYMBOLS, "--events", "TimeAndSale", "--speed", "max", "--format", "table")
    header, *rows = done.stdout.splitlines()

    assert header.split() == ["eventSymbol", "price", "size", "aggressorSide"]
    assert [row.split()[:3] for row in rows] == [[symbol, "9.99", "999"] for symbol in SYMBOLS]
    assert (done.returncode, done.stderr) == (0, f"tastytrade: {GAP}\n".replace("Quote, ", ""))


def test_a_terminal_shows_the_recorded_time_the_speed_and_gaps(day: Path) -> None:
    ours, theirs = os.openpty()
    with running("replay", str(day), "--speed", "50", stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # Linux' word for: the other side has closed
            while read := os.read(ours, 4096):
                shown += read
        status = process.wait()
    os.close(ours)
    text = shown.decode()

    assert status == 0
    assert "2026-11-20 14:13:29 UTC · 50x · 3,203 events · 1 gap" in text
    assert "may be missing from 14:13:24.000 to 14:13:25.000 UTC (disconnect)" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--speed", "0"], "--speed 0: expected a positive number, or max"),
        (["--speed", "fast"], "--speed fast: expected a positive number, or max"),
        (["--start", "noon"], "--start noon: expected a time such as 2026-11-20T14:30, "),
        (["--events", "Greeks"], "--events Greeks: "),
        (["--events", "Nope"], "unknown event type Nope; there are: Quote, "),
        (["--serve", "0", "--speed", "max"], "--speed max cannot be served: "),
        (["SPY", "--serve", "0"], "with --serve the clients choose: "),
        (["--serve", "0", "--start", "20:00"], "nothing was recorded between start and end; "),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(day: Path, arguments: list[str], words: str) -> None:
    done = run("replay", str(day), *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"tastytrade: {words}")


def test_a_folder_that_is_no_store_is_named(tmp_path: Path) -> None:
    done = run("replay", str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith(f"tastytrade: {tmp_path} is no store: ")


def test_sigterm_ends_a_replay(day: Path) -> None:
    with running("replay", str(day)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=9)

    assert process.returncode == 143


def test_what_is_served_is_said_in_one_line_of_json(day: Path) -> None:
    done = run("replay", str(day), "--serve", "0", "--for", "0.5")
    told = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert told["dxlink_url"].startswith("ws://127.0.0.1:")
    assert (told["login"], told["password"]) == ("username", "password")
