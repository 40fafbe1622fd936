"""``tastytrade capture``: what is on the disk afterwards, and what is said."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tastytrade import Simulator, Streamer, Trade
from tastytrade.capture import Capture
from tastytrade.cli.capture_board import CaptureBoard
from tastytrade.dxfeed.streamer_symbols import from_streamer_symbol
from tastytrade.store import Store, StoreWriter
from tests.integration.commands import run, running
from tests.integration.recorded_day import keep_day
from tests.integration.test_cli_errors import sentence

SIMULATED = ("--simulator", "--for", "0.5s")


def capture(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("capture", *arguments, "-o", str(path))


def wait_for_events(path: Path, process: subprocess.Popen[str]) -> None:
    """Until something was captured there, or the command has ended."""
    while process.poll() is None:
        with suppress(Exception):
            if Store(path).bounds() is not None:
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)


def test_a_capture_keeps_what_was_asked_for_and_says_what_that_was(tmp_path: Path) -> None:
    path = tmp_path / "day"
    done = capture(path, "SPY", "QQQ", "--events", "Quote, Trade", *SIMULATED)
    store = Store(path)
    bounds = store.bounds()

    assert (done.returncode, done.stderr) == (0, "")
    assert bounds is not None
    assert set(bounds.rows) == {"Quote", "Trade"}
    assert store.symbols("Quote") == ["QQQ", "SPY"]
    assert store.manifest.is_simulated
    assert store.manifest.sessions[0].is_clean
    assert "everything that was received is written\nSIMULATED market data\n" in done.stdout
    assert f"  tastytrade inspect {path}\n" in done.stdout
    assert f"Quote  {bounds.rows['Quote']:>4,}" in done.stdout


def test_a_chain_is_captured_around_the_money_with_its_underlying_and_kept(tmp_path: Path) -> None:
    done = capture(
        tmp_path, "SPY", "--chain", "SPX:0dte:around=5", "--chain", "NVDA:all:around=1", *SIMULATED
    )
    store = Store(tmp_path)
    symbols = store.manifest.sessions[0].symbols
    calls = [from_streamer_symbol(one) for one in symbols if one.startswith(".SPX") and "C" in one]

    assert (done.returncode, done.stderr) == (0, "")
    assert symbols[:2] == ("SPY", "SPX")
    assert "NVDA" in symbols
    assert len(calls) == 5
    assert len({symbol[:12] for symbol in calls}) == 1
    assert len({one[:11] for one in symbols if one.startswith(".NVDA")}) > 1
    assert store.chains() == ["NVDA", "SPX"]
    kept = store.chain("SPX")
    assert kept is not None
    assert set(kept) == {"data", "context"}


def test_a_folder_that_was_captured_to_goes_on(tmp_path: Path) -> None:
    for symbol in ("SPY", "QQQ"):
        capture(tmp_path, symbol, "--simulator", "--for", "0.1s")
    sessions = Store(tmp_path).manifest.sessions

    assert [session.symbols for session in sessions] == [("SPY",), ("QQQ",)]
    assert Store(tmp_path).verify().is_whole


def test_messages_are_kept_as_they_came_and_durability_can_be_full(tmp_path: Path) -> None:
    done = capture(tmp_path, "SPY", "--wire", "--durability", "full", *SIMULATED)

    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "wire").iterdir())


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_it_with_everything_written(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    with running("capture", "SPX", "SPY", "--simulator", "-o", str(tmp_path)) as process:
        wait_for_events(tmp_path, process)
        process.send_signal(number)
        shown, said = process.communicate(timeout=5)
    report = Store(tmp_path).verify()

    assert (process.returncode, said) == (status, "")
    assert "everything that was received is written" in shown
    assert (report.is_whole, report.parts) == (True, 0)


def test_a_terminal_has_a_live_line(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = ["capture", "SPY", "--simulator", "--for", "1s", "-o", str(tmp_path / "day")]
    with running(*command, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # Linux' word for: the other side has closed
            while read := os.read(ours, 4096):
                shown += read
        status = process.wait()
    os.close(ours)

    assert status == 0
    assert "of 0:00:01" in shown.decode()
    assert "no gaps" in shown.decode()


async def test_a_gap_that_is_open_is_said_in_words(
    tmp_path: Path, simulator: Simulator, streamer: Streamer
) -> None:
    async with Capture(streamer, tmp_path, [Trade], ["SPX", "SPY"]) as recording:
        board = CaptureBoard(streamer, recording, duration=3_600)
        await recording.wait(0.5)
        await board.look()
        before = board.line()
        await simulator.aclose()
        while not board.open_gaps():
            await recording.wait(0.1)
            await board.look()
        line, lines = board.line(), board.text().plain.splitlines()

    assert before.startswith("live · simulated · 0:00:00 of 1:00:00 · ")
    assert "no gaps" in before
    assert line.partition(" · ")[0] in {"backoff", "connecting"}
    assert "1 gap, 1 open" in line
    assert lines[-1].startswith("Trade may be missing since ")
    assert lines[-1].endswith(" UTC (disconnect)")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["SPY", "--for", "soon"], "--for soon: expected a duration of at least 0.1 s, such as 90s"),
        (["SPY", "--for", "0"], "--for 0: expected a duration"),
        (["SPY", "--events", "Rumour"], "unknown event type Rumour; there are: Quote, Trade"),
        (["SPY", "--events", ","], "the list of event types is empty"),
        (["", "--simulator"], "not a symbol: ''"),
        (["--chain", "SPX:soon"], "--chain SPX:soon: expected UNDERLYING[:EXPIRATION][:around=STRIKES]"),
        (["--chain", "/ES", "--simulator"], "chains are of stocks, funds and indices"),
        (["--chain", "SPX:5000d", "--simulator"], "no SPX option expires in 5000 days (the nearest: "),
        (["--chain", "SPX:2026-01-02", "--simulator"], "no SPX option expires on 2026-01-02"),
        (["--chain", "SPX", "--url", "wss://127.0.0.1:9/"], "an address has none: leave out --url"),
        (["SPY", "--simulator", "--environment", "production"], "exclude each other; choose one"),
    ],
)
def test_a_capture_that_cannot_be_is_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    path = tmp_path / "day"

    assert words in sentence(capture(path, *arguments), 1)
    assert not path.exists()


def test_nothing_to_capture_and_nowhere_to_are_usage_errors(tmp_path: Path) -> None:
    assert "name symbols, or options by --chain" in capture(tmp_path / "day").stderr
    assert [capture(tmp_path / "day").returncode, run("capture", "SPY").returncode] == [2, 2]


def test_a_folder_that_somebody_writes_to_is_refused(tmp_path: Path) -> None:
    with StoreWriter(tmp_path, feed_level="simulated", event_types=(), symbols=()):
        done = capture(tmp_path, "SPY", *SIMULATED)

    assert f"process {os.getpid()} on " in sentence(done, 1)


def test_what_is_simulated_never_goes_where_real_data_is(tmp_path: Path) -> None:
    done = capture(keep_day(tmp_path / "day"), "SPY", *SIMULATED)

    assert "holds api market data, and this is simulated: choose another folder" in sentence(done, 1)
