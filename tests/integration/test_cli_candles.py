"""``tastytrade candles``: of a simulator and of a captured day."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.commands import run
from tests.integration.recorded_day import keep_day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("candles") / "day")


@pytest.mark.timeout(40)
def test_candles_come_ascending_from_the_moment_asked_for() -> None:
    done = run("candles", "BTC/USD:CXTALP", "--period", "1h", "--from", "-2d", "--simulator", timeout=30)
    times = [json.loads(line)["time"] for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert len(times) > 5
    assert times == sorted(set(times))


def test_candles_that_were_captured_are_given_as_they_are(day: Path) -> None:
    done = run("candles", "SPX", "--period", "m", "--replay", str(day))
    closes = [json.loads(line)["close"] for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, "")
    assert closes == [2.0, 1.0, 0.0]


def test_others_are_made_of_prints(day: Path) -> None:
    done = run(
        "candles", "SPY", "--period", "1s", "--from", "14:13:22", "--to", "14:13:25", "--replay", str(day)
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, "")
    assert [(row["open"], row["close"], row["count"]) for row in rows[:2]] == [
        (2.0, 2.99, 100),
        (3.0, 3.99, 100),
    ]


def test_symbols_without_candles_are_named(day: Path) -> None:
    done = run("candles", "SPX", "NOPE", "--period", "m", "--replay", str(day), "--format", "csv")

    assert (done.returncode, len(done.stdout.splitlines())) == (4, 4)
    assert done.stderr == "tastytrade: no candles of NOPE were captured\n"


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_moment_that_is_none_is_refused_in_words(option: str, day: Path) -> None:
    done = run("candles", "SPX", option, "noon", "--replay", str(day))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"tastytrade: {option} noon: expected a time such as ")
