"""Faults on real sockets: what a client sees of each."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidMessage, InvalidStatus

from tastytrade import Simulator
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.fault_kinds import Close
from tests.integration.feed_client import FeedClient, feed_client
from tests.integration.waiting import until

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


async def closed(client: FeedClient) -> ConnectionClosed:
    """How the connection ends, whatever comes before."""
    with pytest.raises(ConnectionClosed) as caught:
        await client.hear_on()
    return caught.value


async def test_a_fault_closes_with_its_code_and_reason(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject(Close(code=1011, reason="broken"))
        end = await closed(client)

    assert end.rcvd is not None
    assert (end.rcvd.code, end.rcvd.reason) == (1011, "broken")


async def test_an_aborted_connection_ends_without_a_close_frame(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject({"name": "abort"})
        end = await closed(client)

    assert isinstance(end, ConnectionClosedError)
    assert end.rcvd is None
    assert isinstance(end.__cause__, ConnectionResetError)


async def test_a_fault_waits_for_its_step_and_comes_so_often() -> None:
    fault = {"name": "close", "code": 1013, "on_step": "CHANNEL_REQUEST", "nth": 2, "times": 2}
    ends = []
    async with Simulator(faults=[fault]) as simulator:
        for _ in range(3):
            async with feed_client(simulator) as client:
                await client.enter(simulator)
                for channel in (1, 3):
                    await client.say(
                        "CHANNEL_REQUEST", channel, service="FEED", parameters={"contract": "AUTO"}
                    )
                await client.say("AUTH", token="bad")
                try:
                    await client.hear("ERROR")
                except ConnectionClosed as end:
                    ends.append(end.rcvd.code if end.rcvd else None)

    assert ends == [1013, 1013]
    assert client.kinds[-3:] == ["CHANNEL_OPENED", "CHANNEL_OPENED", "ERROR"]


async def test_accept_then_drop_so_many_seconds_after_setup() -> None:
    fault = {"name": "abort", "on_step": "SETUP", "after_s": 0.05, "times": None}
    async with Simulator(faults=[fault]) as simulator:
        for _ in range(2):
            async with feed_client(simulator) as client:
                await client.enter(simulator)
                await closed(client)

    assert [done.connections for done in simulator.faults.done] == [[1], [2]]


@pytest.mark.parametrize(("before", "frames"), [(True, 2), (False, 3)])
async def test_a_fault_comes_before_or_after_a_frame_of_data(*, before: bool, frames: int) -> None:
    fault = {"name": "close", "on_frame": 3, "before": before}
    async with Simulator(faults=[fault], rate=1000) as simulator, feed_client(simulator) as client:
        await (await client.enter(simulator)).want("Quote", "SPY")
        await closed(client)

    assert client.kinds.count("FEED_DATA") == frames


async def test_a_restart_closes_all_and_lets_nobody_in_for_a_while(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject({"name": "restart", "seconds": 0.2})
        end = await closed(client)
        with pytest.raises(InvalidMessage):
            await connect(simulator.dxlink_url, proxy=None)
        await until(lambda: not simulator.faults.waiting)
    async with feed_client(simulator) as client:
        await client.enter(simulator)

    assert end.rcvd is not None
    assert (end.rcvd.code, end.rcvd.reason) == (1012, "Reconnection is required")


async def test_an_upgrade_is_answered_with_a_status_once(simulator: Simulator) -> None:
    simulator.inject({"name": "upgrade", "status": 503})
    with pytest.raises(InvalidStatus) as caught:
        await connect(simulator.dxlink_url, proxy=None)
    async with feed_client(simulator) as client:
        await client.enter(simulator)

    assert caught.value.response.status_code == 503


async def test_an_upgrade_is_redirected(simulator: Simulator) -> None:
    simulator.inject({"name": "upgrade", "status": 302, "location": "ws://elsewhere.invalid/"})
    async with httpx2.AsyncClient(trust_env=False) as asking:
        answer = await asking.get(simulator.dxlink_url.replace("ws:", "http:"), headers=UPGRADE)

    assert (answer.status_code, answer.headers["location"]) == (302, "ws://elsewhere.invalid/")


async def test_an_upgrade_is_never_answered_and_stops_nobody_from_closing() -> None:
    fault = {"name": "upgrade", "never": True}
    async with asyncio.TaskGroup() as tasks, httpx2.AsyncClient(trust_env=False) as asking:
        async with Simulator(faults=[fault]) as simulator:
            with pytest.raises(TimeoutError):
                await connect(simulator.dxlink_url, proxy=None, open_timeout=0.1)
            simulator.inject(fault)
            url = simulator.dxlink_url.replace("ws:", "http:")
            waiting = tasks.create_task(asking.get(url, headers=UPGRADE, timeout=5))
            await until(lambda: len(simulator.faults.done) == 2)
        answer = await waiting

    assert answer.status_code == 500


@pytest.mark.parametrize("message", ["SETUP", "UNAUTHORIZED", "AUTHORIZED", "CHANNEL_OPENED", "FEED_CONFIG"])
async def test_a_step_of_the_handshake_is_never_answered(message: str) -> None:
    fault = {"name": "withhold", "message": message}
    async with Simulator(faults=[fault]) as simulator, feed_client(simulator) as client:
        await client.say("SETUP", version="0.1")
        await client.say("AUTH", token=simulator.accounts.quote_tokens.issue())
        await client.say("CHANNEL_REQUEST", 1, service="FEED", parameters={"contract": "TICKER"})
        await client.say("FEED_SETUP", 1, acceptDataFormat="COMPACT")
        await client.say("CHANNEL_CANCEL", 1)
        await client.hear("CHANNEL_CLOSED")

    usual = ["SETUP", "UNAUTHORIZED", "AUTHORIZED", "CHANNEL_OPENED", "FEED_CONFIG", "CHANNEL_CLOSED"]
    assert client.kinds == [kind for kind in usual if kind != message]


async def test_messages_come_in_another_order_or_twice() -> None:
    faults: list[dict[str, Any]] = [
        {"name": "late", "message": "SETUP"},
        {"name": "repeat", "message": "AUTHORIZED", "count": 2},
    ]
    async with Simulator(faults=faults) as simulator, feed_client(simulator) as client:
        await client.enter(simulator)
        await client.say("CHANNEL_REQUEST", 1, service="FEED", parameters={"contract": "TICKER"})
        await client.hear("CHANNEL_OPENED")

    assert client.kinds == ["UNAUTHORIZED", "SETUP", *["AUTHORIZED"] * 3, "CHANNEL_OPENED"]


async def test_a_step_is_delayed_and_with_it_what_follows() -> None:
    fault = {"name": "delay", "message": "AUTHORIZED", "seconds": 0.2}
    loop = asyncio.get_running_loop()
    async with Simulator(faults=[fault]) as simulator, feed_client(simulator) as client:
        began = loop.time()
        await client.enter(simulator)
        took = loop.time() - began

    assert took >= 0.2


async def test_a_mute_server_sends_nothing_and_does_not_answer_a_close() -> None:
    async with Simulator(rate=1000) as simulator, feed_client(simulator) as client:
        await (await client.enter(simulator)).want("Quote", "SPY")
        await client.hear("FEED_DATA")
        simulator.inject({"name": "mute"})
        heard = len(client.heard)
        with pytest.raises(TimeoutError):
            await client.hear_on(0.3)
        await client.door.ping()
        await client.door.close()

    assert len(client.heard) - heard <= 3  # what was on its way
    assert client.door.latency == 0  # no ping was answered
    assert client.door.protocol.close_rcvd is None


async def test_a_mute_server_speaks_again_when_its_time_is_over() -> None:
    async with Simulator(rate=1000) as simulator, feed_client(simulator) as client:
        await (await client.enter(simulator)).want("Quote", "SPY")
        await client.hear("FEED_DATA")
        simulator.inject({"name": "mute", "seconds": 0.1})
        await client.hear("FEED_DATA")

    assert client.kinds.count("FEED_DATA") == 2


async def test_only_data_are_missing_and_keepalives_go_on() -> None:
    options = ServerOptions(keepalive_timeout=3)
    async with Simulator(rate=1000, dxlink_options=options) as simulator, feed_client(simulator) as client:
        simulator.inject({"name": "mute", "data_only": True, "on_step": "FEED_SUBSCRIPTION"})
        await (await client.enter(simulator)).want("Quote", "SPY")
        await client.hear("KEEPALIVE")

    assert "FEED_DATA" not in client.kinds


async def test_a_frozen_server_reads_and_writes_nothing_and_then_all_of_it(simulator: Simulator) -> None:
    loop = asyncio.get_running_loop()
    async with feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject({"name": "freeze", "seconds": 0.2})
        began = loop.time()
        await client.say("CHANNEL_REQUEST", 1, service="FEED", parameters={"contract": "TICKER"})
        await client.hear("CHANNEL_OPENED")

    assert loop.time() - began >= 0.19


async def test_a_close_of_the_client_is_not_answered(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject({"name": "ignore_close"})
        await client.door.close()

    assert client.door.protocol.close_sent is not None
    assert client.door.protocol.close_rcvd is None


async def test_a_fault_for_one_connection_leaves_others_alone(simulator: Simulator) -> None:
    async with feed_client(simulator) as first, feed_client(simulator) as second:
        await first.enter(simulator)
        await second.enter(simulator)
        simulator.inject({"name": "close", "connection": 1})
        await closed(first)
        await second.say("AUTH", token="bad")
        await second.hear("ERROR")

    assert simulator.faults.done[0].connections == [1]


async def test_it_comes_every_so_many_seconds() -> None:
    fault = {"name": "error", "preset": "timeout", "at_s": 0.05, "times": 3}
    async with Simulator(faults=[fault]) as simulator, feed_client(simulator) as client:
        await client.enter(simulator)
        for _ in range(3):
            await client.hear("ERROR")
        await until(lambda: not simulator.faults.waiting)

    assert len(simulator.faults.done) == 3


def test_a_fault_that_is_none_is_refused_with_all_there_are() -> None:
    with pytest.raises(ConfigurationError, match="there are upgrade, withhold, "):
        Simulator(faults=[{"name": "earthquake"}])
