"""``tastytrade wire``, as a user runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Session, Simulator
from tastytrade.transport.wire import Arrival
from tastytrade.wire_log import WireLog
from tests.integration.commands import TASTYTRADE, environment, run, running
from tests.unit.wire_log.said import BEGINNING, config, quotes, written


def messages(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_handshake_is_told_both_ways_and_the_token_is_not() -> None:
    done = run("wire", "SPX", "--simulator", "--for", "0.5s")
    told = messages(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert [(one["direction"], one["type"]) for one in told[:5]] == [
        ("sent", "SETUP"),
        ("received", "SETUP"),
        ("received", "AUTH_STATE"),
        ("sent", "AUTH"),
        ("received", "AUTH_STATE"),
    ]
    assert told[3]["message"]["token"] == "<hidden>"
    assert "sim_" not in done.stdout.replace("1.0-sim-", "")
    assert [one["ms"] for one in told] == sorted(one["ms"] for one in told)
    assert sum(one["rows"].get("Quote", 0) for one in told if one["type"] == "FEED_DATA") > 0


def test_people_get_a_line_a_message() -> None:
    done = run("wire", "SPX", "--events", "Summary", "--simulator", "--for", "0.5", "--format", "table")
    lines = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0].startswith("        0.0 ms -> 0 SETUP             version ")
    assert any("-> 1 FEED_SUBSCRIPTION reset +Summary:SPX" in line for line in lines)
    assert any("<- 1 FEED_DATA         Summary 1 (" in line for line in lines)


async def test_a_token_that_is_refused_is_seen_in_the_conversation(
    simulator: Simulator, session: Session
) -> None:
    """The simulator is in this loop, so that the command runs beside it."""
    import asyncio

    command = [*TASTYTRADE, "wire", "SPX", "--url", simulator.dxlink_url, "--format", "table"]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment({"DXLINK_TOKEN": "no-canary-7Zq"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    shown, said = await process.communicate()

    assert process.returncode == 3
    assert b"<- 0 ERROR             UNAUTHORIZED" in shown
    assert b"takes the token from DXLINK_TOKEN" in said
    assert b"canary-7Zq" not in shown + said
    assert session.is_open


def test_ctrl_c_ends_with_what_came_and_one_line_of_totals() -> None:
    with running("wire", "SPX", "--simulator") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=5)

    assert process.returncode == 130
    assert json.loads(first)["type"] == "SETUP"
    assert all(json.loads(line) for line in rest.splitlines())
    assert said.startswith("tastytrade: interrupted; messages: ")


def test_a_reader_who_has_seen_enough_ends_it_quietly() -> None:
    with running("wire", "SPX", "--simulator") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        status = process.wait(timeout=8)

    assert (status, said) == (0, "")


def test_a_wire_log_is_shown_as_it_was_received(tmp_path: Path) -> None:
    written(tmp_path, [*BEGINNING, config("bidPrice")], [quotes("A", 1.5), quotes("A", 2.5)])
    done = run("wire", "--wire-log", str(tmp_path), "--data")
    told = messages(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert [one["type"] for one in told] == [
        "SETUP", "AUTH_STATE", "CHANNEL_OPENED", "FEED_CONFIG", "FEED_DATA", "FEED_DATA",
    ]  # fmt: skip
    assert told[1]["hidden"] is True
    assert [one["events"][0]["bidPrice"] for one in told[4:]] == [1.5, 2.5]


def test_what_is_missing_in_a_wire_log_is_said(tmp_path: Path) -> None:
    log = WireLog(tmp_path, limit_bytes=10)
    for number in range(5):
        log.take(1, 1, Arrival([quotes("A", number)], time.time_ns(), 60))
    log.close()
    done = run("wire", "--wire-log", str(tmp_path))

    assert done.returncode == 0
    assert done.stderr == "tastytrade: messages are missing here (storage)\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no symbols: name one at least"),
        (["SPX", "--wire-log", "x"], "--wire-log has symbols and a feed of its own"),
        (["--wire-log", "no-such-place"], "wire log"),
        (["SPX", "--for", "soon"], "--for soon: expected a duration"),
        (["SPX", "--events", "Rumour"], "unknown event type Rumour"),
        (["SPX", "--simulator", "--environment", "simulator"], "exclude each other"),
        (["SPX", "--url", "ws://127.0.0.1:9/"], "nothing listens at ws://127.0.0.1:9/"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: list[str], words: str) -> None:
    done = run("wire", *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
