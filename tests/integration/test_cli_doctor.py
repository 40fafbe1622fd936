"""``tastytrade doctor``, as a user runs it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.integration.commands import run, running


@pytest.fixture(scope="module")
def simulated() -> Iterator[dict[str, str]]:
    """Variables that lead to a simulator by OAuth."""
    with running("simulator", "--seed", "5") as process:
        assert process.stdout is not None
        found = json.loads(process.stdout.readline())
        yield {
            "TT_API_URL": found["api_url"],
            "TT_SECRET": found["client_secret"],
            "TT_REFRESH": found["refresh_token"],
        }
        process.terminate()


def test_a_simulator_of_its_own_is_in_good_health() -> None:
    done = run("doctor", "SPY", "/ES", "--simulator")
    lines = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert {line.split()[1] for line in lines[:18]} >= {"python", "clock", "login", "feed", "handshake"}
    assert not [line for line in lines if line.startswith("✗")]
    (quotes,) = [line for line in lines if line.startswith("Quote ")]
    assert quotes.count(" ms") == 2


def test_programs_read_codes_and_answers(simulated: dict[str, str]) -> None:
    done = run("doctor", "SPY", "--format", "json", variables=simulated)
    told = json.loads(done.stdout)
    checks = {one["check"]: one for one in told["checks"]}

    assert done.returncode == told["exit_code"] == 0
    assert checks["credentials"]["found"] == "OAuth, from environment variables"
    assert checks["level"] == {"check": "level", "outcome": "ok", "found": "simulated"}
    (spy,) = told["events"]
    assert (spy["symbol"], spy["kind"]) == ("SPY", "stock or index")
    assert spy["answers_ms"]["Trade"] > 0
    assert spy["answers_ms"]["Greeks"] == "silent"


def test_who_is_not_let_in_ends_with_3_and_what_to_do(simulated: dict[str, str]) -> None:
    done = run("doctor", variables={**simulated, "TT_REFRESH": "sim_canary-7Zq"})

    assert (done.returncode, done.stderr) == (3, "")
    assert "✗ login        refused\n" in done.stdout
    assert "-> make a new grant (my.tastytrade.com" in done.stdout
    assert "- handshake    needs round trip" in done.stdout
    assert "1 failed, 0 warnings" in done.stdout
    assert "canary-7Zq" not in done.stdout


def test_what_fails_without_a_login_ends_with_1() -> None:
    done = run("doctor", "--url", "ws://127.0.0.1:9/")

    assert (done.returncode, done.stderr) == (1, "")
    assert "nothing listens at ws://127.0.0.1:9" in done.stdout
    assert " login " not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--simulator", "--url", "ws://127.0.0.1:9/"], "exclude each other"),
        (["--url", "http://127.0.0.1:9/"], "--url is http://127.0.0.1:9: expected an address like wss://"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(arguments: list[str], words: str) -> None:
    done = run("doctor", *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr


def test_a_terminal_is_looked_at_too() -> None:
    ours, theirs = os.openpty()
    with running("doctor", "--url", "ws://127.0.0.1:9/", stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # Linux' word for: the other side has closed
            while read := os.read(ours, 4096):
                shown += read
        status = process.wait()
    os.close(ours)

    assert status == 1
    assert "columns" in shown.decode()
