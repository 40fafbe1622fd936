"""The official JavaScript dxLink client (from npm) finds in the simulator the server it knows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest

HERE = Path(__file__).resolve().parent
SYMBOLS = ["SPY", "AAPL", "SPX"]
PERIOD_MS = 5 * 60 * 1000
OPEN = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("America/New_York"))
"""The day the simulated market begins on, and when it opened: half an hour before the simulator starts."""

pytestmark = pytest.mark.timeout(120)

Line = dict[str, Any]


@pytest.fixture(scope="module")
def node() -> str:
    """The path of node, with the client's packages installed; where that cannot be, nothing here runs."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        cannot_run("node and npm are not installed")
    if not (HERE / "node_modules" / "ws").exists():
        done = subprocess.run([npm, "ci"], cwd=HERE, capture_output=True, text=True, check=False)
        if done.returncode:
            cannot_run(f"npm ci could not install the client: {done.stderr.strip()[-300:]}")
    return node


def cannot_run(reason: str) -> NoReturn:
    """Fails where everything has to run, skips elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def simulator() -> Iterator[dict[str, str]]:
    """What a simulator in a process of its own says of itself: its URLs and credentials."""
    program = Path(sys.executable).parent / "tastytrade"
    command: list[str | Path] = [program, "simulator", "--port", "0", "--today", f"{OPEN:%Y-%m-%d}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the simulator did not start; its own words are on stderr"
        try:
            yield json.loads(line)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def printed(node: str, simulator: dict[str, str]) -> list[Line]:
    """What the client printed of three symbols and the candles of one since the market opened."""
    from_time = str(round(OPEN.timestamp() * 1000))
    client = [node, "client.mjs", simulator["dxlink_url"], quote_token(simulator), "SPY{=5m}", from_time]
    done = subprocess.run([*client, *SYMBOLS], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stderr}\n{done.stdout[:2000]}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def quote_token(simulator: dict[str, str]) -> str:
    grant = {
        "grant_type": "refresh_token",
        "refresh_token": simulator["refresh_token"],
        "client_secret": simulator["client_secret"],
    }
    url, agent = simulator["api_url"], {"User-Agent": "interop/1.0"}
    asked = Request(
        f"{url}/oauth/token", json.dumps(grant).encode(), {**agent, "Content-Type": "application/json"}
    )
    with urlopen(asked) as answer:
        access_token = json.load(answer)["access_token"]
    with urlopen(
        Request(f"{url}/api-quote-tokens", None, {**agent, "Authorization": f"Bearer {access_token}"})
    ) as answer:
        return str(json.load(answer)["data"]["token"])


def events(printed: list[Line], event_type: str) -> list[Line]:
    return [line["event"] for line in printed if line.get("event", {}).get("eventType") == event_type]


def test_it_receives_quotes_with_two_sides(printed: list[Line]) -> None:
    quotes = events(printed, "Quote")

    assert {quote["eventSymbol"] for quote in quotes} == set(SYMBOLS)
    assert all(0 < quote["bidPrice"] <= quote["askPrice"] for quote in quotes)


def test_it_receives_trades_with_a_price_and_a_time(printed: list[Line]) -> None:
    trades = events(printed, "Trade")

    assert {trade["eventSymbol"] for trade in trades} == set(SYMBOLS)
    assert all(trade["price"] > 0 and trade["time"] > 0 for trade in trades)


def test_it_receives_the_last_value_of_every_event_type_and_symbol_first(printed: list[Line]) -> None:
    # The client reads only the first event type of a COMPACT frame: a server that has it for a client
    # puts one event type in a frame.
    wanted = {(event_type, symbol) for event_type in ("Quote", "Trade") for symbol in SYMBOLS}
    received = [line["event"] for line in printed if "event" in line]

    assert {(event["eventType"], event["eventSymbol"]) for event in received[: len(wanted)]} == wanted


def test_it_receives_candles_up_to_the_current_one(printed: list[Line]) -> None:
    (history,) = [line for line in printed if "candles" in line]
    times = [candle["time"] for candle in history["candles"]]

    assert history["end"] == "end"
    assert times[0] == OPEN.timestamp() * 1000
    assert all(later - earlier == PERIOD_MS for earlier, later in pairwise(times))
    # The last trade printed before it is in the last candle, or that candle has begun since.
    before = events(printed[: printed.index(history)], "Trade")
    traded = max(trade["time"] for trade in before if trade["eventSymbol"] == "SPY")
    assert times[-1] - PERIOD_MS <= traded < times[-1] + PERIOD_MS
    assert all(
        candle["low"]
        <= min(candle["open"], candle["close"])
        <= max(candle["open"], candle["close"])
        <= candle["high"]
        for candle in history["candles"]
    )


def test_it_is_told_the_configuration_it_asked_for(printed: list[Line]) -> None:
    configs = [line["config"] for line in printed if "config" in line]

    assert {config["dataFormat"] for config in configs} == {"COMPACT"}
    assert any(
        config["eventFields"].get("Quote", [])[1:3] == ["eventSymbol", "bidPrice"] for config in configs
    )
