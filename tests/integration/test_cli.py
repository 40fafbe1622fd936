"""What the commands do, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Quote, Session, Streamer, Summary, get_option_chain
from tastytrade.instruments import get_equities
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tests.integration.commands import program, run, running

COMMANDS = (
    ["-h"],
    ["--help"],
    ["demo", "--help"],
    ["stream", "--help"],
    ["simulator", "--help"],
    ["simulator", "exec", "--help"],
)
KEYS = ["api_url", "dxlink_url", "events_url", "login", "password", "client_secret", "refresh_token"]
FRIDAY = date(2023, 6, 16)


def events_in(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def execute(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python against a simulator of its own."""
    return run("simulator", "exec", "--", sys.executable, *arguments, **options)


@pytest.fixture(scope="module")
def of_june_2023() -> Iterator[dict[str, str]]:
    """A simulator with every option of the command set."""
    options = ["--seed", "5", "--today", "2023-06-01", "--rate", "2000", "--symbol", "AMD"]
    with running("simulator", *options) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture
async def session(of_june_2023: dict[str, str]) -> Session:
    names = {"TT_API_URL": "api_url", "TT_USER": "login", "TT_PASS": "password"}
    return Session.from_environment(variables={name: of_june_2023[key] for name, key in names.items()})


def test_the_version_is_the_packages() -> None:
    done = run("--version")

    assert done.stdout == f"tastytrade-marketdata {version('tastytrade-marketdata')}\n"
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_for_every_command(command: list[str]) -> None:
    done = run(*command)

    assert "Usage: " in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tastytrade", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    # A line is "import time:  self [us] | cumulative | imported package".
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert "tastytrade.cli.app" in imported
    assert imported.isdisjoint({"polars", "uvicorn", "websockets", "httpx2", "starlette", "msgspec"})


def test_the_demo_goes_from_login_to_tables() -> None:
    done = run("demo", "--for", "1", "--seed", "3")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^(\w+): [\d,]+ rows; the newest of \d symbols", done.stdout, re.MULTILINE) == [
        "Quote",
        "Trade",
        "Greeks",
        "Summary",
        "Profile",
    ]
    assert re.search(r"At the money: SPX [\d,.]+, strike \d+; 10 points around it:", done.stdout)
    assert re.search(r"calls +\.SPX", done.stdout)
    assert "tastytrade stream SPX NVDA --simulator" in done.stdout


def test_a_stream_in_a_pipe_is_one_json_object_a_line() -> None:
    done = run("stream", "SPX", "NVDA", "--simulator", "--for", "1")
    events = events_in(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert {event["eventType"] for event in events} == {"Quote", "Trade"}
    assert {event["eventSymbol"] for event in events} == {"SPX", "NVDA"}
    assert {next(iter(event)) for event in events} == {"eventType"}
    assert all(isinstance(event["bidPrice"], float) for event in events if event["eventType"] == "Quote")


def test_other_event_types_can_be_asked_for() -> None:
    done = run("stream", "SPX", "--events", "Profile, Summary", "--simulator", "--for", "0.5")

    assert {event["eventType"] for event in events_in(done.stdout)} == {"Profile", "Summary"}


def test_a_table_can_be_asked_for_in_a_pipe() -> None:
    done = run("stream", "SPX", "NVDA", "--simulator", "--format", "table", "--for", "0.5")
    header, *rows = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert header.split()[:3] == ["eventSymbol", "bidSize", "bidPrice"]
    assert [row.split()[0] for row in rows] == ["SPX", "NVDA"]


def test_a_terminal_gets_a_table() -> None:
    ours, theirs = os.openpty()
    with running("stream", "SPX", "--simulator", "--for", "0.5", stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # Linux' word for: the other side has closed
            while read := os.read(ours, 4096):
                shown += read
        status = process.wait()
    os.close(ours)
    text = shown.decode()

    assert status == 0
    assert "eventSymbol" in text
    assert "simulated" in text
    assert '{"eventType"' not in text


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    with running("stream", "SPX", "NVDA", "--simulator", "--for", "8") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        process.stdout.close()
        status = process.wait()
        said = process.stderr.read()

    assert json.loads(line)["eventType"] in {"Quote", "Trade"}
    assert (status, said) == (0, "")


def test_ctrl_c_ends_a_stream_with_a_line_of_what_it_was() -> None:
    with running("stream", "SPX", "--simulator") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()

    assert process.returncode == 130
    assert re.fullmatch(r"tastytrade: interrupted after [\d.]+ s: [\d,]+ events\n", said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_one_sentence() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with running("stream", "SPX", "--simulator", stdout=full) as process:
        os.close(full)
        _, said = process.communicate()

    assert said == "tastytrade: cannot write to stdout (No space left on device); the stream ends here\n"
    assert process.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_simulator_says_one_line_and_ends_well_when_it_is_told_to(number: signal.Signals) -> None:
    with running("simulator") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(number)
        rest, said = process.communicate()

    assert list(json.loads(line)) == KEYS
    assert (process.returncode, rest, said) == (0, "", "")


async def test_the_day_of_a_simulator_can_be_chosen(session: Session) -> None:
    async with session:
        chain = await get_option_chain(session, "SPLG")

    assert FRIDAY in chain
    assert 23 in {option.strike_price for option in chain[FRIDAY]}
    assert ".SPLG230616C23" in {option.streamer_symbol for option in chain[FRIDAY]}


async def test_further_equities_can_be_listed(session: Session) -> None:
    async with session:
        (amd,) = await get_equities(session, ["AMD"])

    assert amd.symbol == "AMD"


async def test_the_rate_and_the_seed_of_a_simulator_can_be_chosen(session: Session) -> None:
    async with session, Streamer(session) as streamer:
        summary = await anext(streamer.subscribe(Summary, ["SPX"]).events())
        async with streamer.subscribe(Quote, ["SPX", "NVDA"]) as subscription:
            quotes = [quote async for quote in subscription.events(duration=0.5)]
    closes = []
    for seed in (5, 6):
        market = Market(Listing(date(2023, 6, 1)), seed=seed)
        batch = market.snapshot(Summary, ["SPX"], market.time_at(0.0))
        assert batch is not None
        closes += [one.prevDayClosePrice for one in batch]

    assert summary.prevDayClosePrice == closes[0] != closes[1]
    assert len(quotes) > 200  # at its own pace the market makes some twenty


def test_a_program_runs_with_the_environment_of_a_simulator(tmp_path: Path) -> None:
    script = program(tmp_path, "import json, os\nprint(json.dumps(dict(os.environ)))\n")
    done = run(
        "simulator", "exec", "--", sys.executable, script, variables={"TT_USER": "me", "OTHER": "kept"}
    )
    found = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert found["TT_API_URL"] == found["TT_SANDBOX_URL"]
    assert found["TT_API_URL"].startswith("http://127.0.0.1:")
    assert {found[f"{prefix}_{name}"] for prefix in ("TT", "TT_SANDBOX") for name in ("USER", "PASS")} == {
        "username",
        "password",
    }
    assert found["TT_REFRESH"].startswith("sim_")
    assert found["OTHER"] == "kept"


def test_a_program_can_use_its_simulator(tmp_path: Path) -> None:
    lines = [
        "import asyncio",
        "from tastytrade import Session, get_option_chain",
        "async def main():",
        "    async with Session.from_environment() as session:",
        "        print(min(await get_option_chain(session, 'SPLG')))",
        "asyncio.run(main())",
    ]
    script = program(tmp_path, "\n".join(lines))
    done = run("simulator", "--today", "2023-06-01", "exec", "--", sys.executable, script)

    assert (done.stdout, done.stderr) == ("2023-06-16\n", "")


@pytest.mark.parametrize("status", [0, 3])
def test_the_status_of_a_program_is_passed_on(status: int) -> None:
    assert execute("-c", f"raise SystemExit({status})").returncode == status


def test_options_after_the_dashes_are_the_programs_own() -> None:
    done = run(
        "simulator", "exec", "--", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--seed", "x"
    )

    assert done.stdout == "['--seed', 'x']\n"


def test_a_program_that_is_not_there_is_127() -> None:
    done = run("simulator", "exec", "--", "/no/such/program")

    assert done.stderr == "tastytrade: cannot run '/no/such/program' (No such file or directory)\n"
    assert (done.returncode, done.stdout) == (127, "")


@pytest.mark.parametrize(
    ("number", "to_all", "said", "status"),
    [
        (signal.SIGTERM, False, "", 143),
        # A terminal sends Ctrl-C to both, and the program decides what it means.
        (signal.SIGINT, True, "cleaned up\n", 7),
    ],
)
def test_a_program_is_ended_with_its_simulator(
    tmp_path: Path, number: signal.Signals, to_all: bool, said: str, status: int
) -> None:
    lines = [
        "import signal, sys",
        "try:",
        "    print('ready', flush=True)",
        "    signal.pause()",
        "except KeyboardInterrupt:",
        "    print('cleaned up')",
        "    sys.exit(7)",
    ]
    script = program(tmp_path, "\n".join(lines))
    with running("simulator", "exec", "--", sys.executable, script) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if to_all:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        output, errors = process.communicate()

    assert (process.returncode, output, errors) == (status, said, "")


def test_the_installed_command_is_the_same() -> None:
    command = Path(sys.executable).with_name("tastytrade")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout == run("--version").stdout
