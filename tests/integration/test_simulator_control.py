"""The control address and the truth log: how another program makes things go wrong, and judges it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tastytrade import Simulator
from tastytrade.errors import ConfigurationError
from tastytrade.simulator import RestOptions
from tests.integration.commands import run, running
from tests.integration.feed_client import feed_client
from tests.integration.waiting import until


@pytest.fixture
async def controlled() -> AsyncIterator[Simulator]:
    async with Simulator(control=True, rate=1000) as simulator:
        yield simulator


@pytest.fixture
async def controller(controlled: Simulator) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {controlled.control_token}"}
    url = controlled.control_url or ""
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        yield client


async def test_there_is_no_control_unless_asked_for(simulator: Simulator) -> None:
    assert (simulator.control_url, simulator.control_token) == (None, None)


@pytest.mark.parametrize("header", [None, "Bearer wrong", "", "Bearer \xff"])
async def test_without_the_token_nothing_is_done(controlled: Simulator, header: str | None) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    async with httpx2.AsyncClient(base_url=controlled.control_url or "", trust_env=False) as client:
        answer = await client.post("/faults", json={"name": "abort"}, headers=headers)

    assert answer.status_code == 401
    assert "control token" in answer.json()["error"]
    assert not controlled.faults.done


@pytest.mark.parametrize("header", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
async def test_a_page_of_another_site_is_turned_away(
    controller: httpx2.AsyncClient, header: dict[str, str]
) -> None:
    assert (await controller.get("/connections", headers=header)).status_code == 403


async def test_a_fault_is_given_and_told_of(controlled: Simulator, controller: httpx2.AsyncClient) -> None:
    async with feed_client(controlled) as client:
        await client.enter(controlled)
        given = await controller.post("/faults", json={"name": "error", "preset": "timeout"})
        await client.hear("ERROR")
        waits = await controller.post("/faults", json={"name": "close", "on_step": "AUTH", "times": 2})
        told = (await controller.get("/faults")).json()

    assert (given.json(), waits.json()) == ({"number": 1}, {"number": 2})
    assert told["waiting"] == [
        {"number": 2, "fault": {"name": "close", "on_step": "AUTH", "times": 2}, "left": 2}
    ]
    [done] = told["done"]
    assert (done["number"], done["connections"]) == (1, [1])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "a fault is a JSON object"),
        (b'{"name": "earthquake"}', "no fault is called earthquake; there are upgrade, "),
        (b'{"name": "close", "colour": 1}', "close has no colour; it has at_s, "),
        (b'{"name": "close", "code": "x"}', "fault close: Expected `int`"),
        (b"[" * 5000, "a fault is a JSON object"),
    ],
)
async def test_what_is_no_fault_is_refused_in_words(
    controller: httpx2.AsyncClient, body: bytes, words: str
) -> None:
    answer = await controller.post("/faults", content=body)

    assert answer.status_code == 400
    assert words in answer.json()["error"]


async def test_connections_are_told_of_with_what_they_are_subscribed_to(
    controlled: Simulator, controller: httpx2.AsyncClient
) -> None:
    async with feed_client(controlled) as client:
        await (await client.enter(controlled)).want("Quote", "SPY", "AAPL")
        await client.want("Candle", "SPY{=1m}", channel=3, contract="HISTORY", fromTime=5)
        await client.hear("FEED_DATA")
        [told] = (await controller.get("/connections")).json()["connections"]
        subscriptions = controlled.subscriptions()

    assert (told["number"], told["user"]) == (1, "U0000000001")
    assert told["frames"] >= 1
    assert told["rows"] >= told["frames"]
    assert told["channels"] == [
        {
            "number": 1,
            "contract": "TICKER",
            "subscriptions": [["Quote", "SPY", None, None], ["Quote", "AAPL", None, None]],
        },
        {"number": 3, "contract": "HISTORY", "subscriptions": [["Candle", "SPY{=m}", None, 5]]},
    ]
    assert subscriptions == {("Quote", "SPY"), ("Quote", "AAPL"), ("Candle", "SPY{=m}")}


async def test_time_goes_forward_and_requests_are_told_of(
    controlled: Simulator, controller: httpx2.AsyncClient
) -> None:
    token = controlled.accounts.quote_tokens.issue()
    await controller.post("/advance", json={"seconds": 100_000, "market": True})
    backwards = await controller.post("/advance", json={"seconds": -1})
    nonsense = await controller.post("/advance", json={"hours": 1})
    async with httpx2.AsyncClient(trust_env=False) as client:
        await client.get(f"{controlled.api_url}/anything")

    assert not controlled.accounts.quote_tokens.holds(token)
    assert "forward" in backwards.json()["error"]
    assert (backwards.status_code, nonsense.status_code) == (400, 400)
    assert (await controller.get("/requests")).json() == {"requests": {"GET /anything": 1}}


async def test_the_next_quote_token_leads_elsewhere_or_to_the_delayed_feed(simulator: Simulator) -> None:
    urls = []
    headers = {"Authorization": simulator.accounts.session_tokens.issue()}
    async with httpx2.AsyncClient(headers=headers, trust_env=False) as client:
        for rest in (
            {"dxlink_url": "ws://127.0.0.1:1/realtime"},
            {"quote_token_level": "demo"},
            {"dxlink_url": None},
        ):
            simulator.inject({"name": "switch", "rest": rest})
            data = (await client.get(f"{simulator.api_url}/api-quote-tokens")).json()["data"]
            urls.append((data["dxlink-url"], data["level"]))

    assert urls == [
        ("ws://127.0.0.1:1/realtime", "simulated"),
        ("ws://127.0.0.1:1/delayed", "demo"),
        (simulator.dxlink_url.replace("realtime", "delayed"), "demo"),
    ]


async def test_the_delayed_address_is_served(simulator: Simulator) -> None:
    simulator.rest_options = RestOptions(quote_token_level="demo")
    async with feed_client(simulator, path="/delayed") as client:
        await (await client.enter(simulator)).want("Quote", "SPY")
        data = await client.hear("FEED_DATA")

    assert data["data"][0] == "Quote"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written(path: Path) -> list[bool]:
    """Whether data were written or withheld, without repetitions."""
    return [one for one, _ in groupby(line["written"] for line in lines(path) if line["kind"] == "data")]


async def test_the_truth_has_everything_that_was_done_and_no_token(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    async with Simulator(truth=path, rate=1000) as simulator:
        simulator.inject({"name": "upgrade", "status": 503})
        with pytest.raises(Exception, match="503"):
            async with feed_client(simulator):
                pass
        async with feed_client(simulator) as client:
            await (await client.enter(simulator)).want("TimeAndSale", "SPY", contract="STREAM")
            await client.want("Quote", "SPY", channel=3)
            await client.hear("FEED_DATA")
            await client.say("FEED_SUBSCRIPTION", 1, remove=[{"type": "TimeAndSale", "symbol": "SPY"}])
            simulator.inject({"name": "spoil", "how": "nan"})
            await until(lambda: len(simulator.faults.done) == 2)
            simulator.inject({"name": "mute", "seconds": 0.1})
            await until(lambda: written(path) == [True, False, True])
        await until(lambda: simulator.connections == 0)
        told = lines(path)
        assert "sim_quote" not in path.read_text(encoding="utf-8")

    kinds = [line["kind"] for line in told if line["kind"] != "data"]
    assert kinds[:6] == ["fault", "refused", "opened", "authorized", "subscribed", "subscribed"]
    subscribed = next(line for line in told if line["kind"] == "subscribed")
    assert subscribed["entries"] == [["TimeAndSale", "SPY", None]]
    assert kinds.count("unsubscribed") == 1
    assert told[-1]["kind"] == "closed"
    assert (told[-1]["by"], told[-1]["code"]) == ("client", 1000)
    data = [line for line in told if line["kind"] == "data"]
    assert [line["frame"] for line in data if line["written"]] == list(
        range(1, sum(line["written"] for line in data) + 1)
    )
    assert [line["fault"] for line in data if "fault" in line] == ["spoil nan"]
    assert all(line["rows"][0] == ["SPY", None] for line in data if line["type"] == "Quote")


async def test_a_truth_is_appended_to_and_needs_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    for _ in range(2):
        async with Simulator(truth=path) as simulator, feed_client(simulator) as client:
            await client.enter(simulator)
    with pytest.raises(ConfigurationError, match="cannot write a truth log"):
        await Simulator(truth=tmp_path / "nowhere" / "truth.jsonl").open()

    assert [line["kind"] for line in lines(path)].count("authorized") == 2


def test_the_command_listens_for_control_and_writes_the_truth(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    fault = '{"name": "close", "at_s": 0.01}'
    with running("simulator", "--control", "--truth", str(path), "--fault", fault) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {line['control_token']}"}
        given = httpx2.post(
            f"{line['control_url']}/faults", json={"name": "restart"}, headers=headers, trust_env=False
        )
        process.terminate()
        process.wait(5)

    assert given.status_code == 200
    assert {"name": "restart"} in [told["fault"] for told in lines(path)]


def test_the_command_says_what_is_no_fault() -> None:
    done = run("simulator", "--fault", '{"name": "earthquake"}')

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("tastytrade: no fault is called earthquake; there are upgrade, ")


async def test_a_request_whose_body_is_too_long_is_let_go_before_its_end(simulator: Simulator) -> None:
    host, _, port = simulator.api_url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: test/1\r\n"
        b"Content-Type: application/json\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 100_000
    )
    async with asyncio.timeout(5):
        answer = await reader.readline()
    writer.close()

    assert answer.split()[1] == b"413"
