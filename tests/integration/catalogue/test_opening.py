"""What can go wrong before a connection is up (C1, C4 to C8), at first and later."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from tastytrade.dxfeed.gap import GapReason
from tastytrade.errors import ConnectFailed
from tastytrade.source import State
from tests.integration.catalogue.doors import free_port, full_port, refused
from tests.integration.catalogue.observed import FAST, Through, observed, port_of, proxy_to, simulated, turn


async def test_c1_a_port_that_refuses_is_said_at_once_and_tried_again() -> None:
    error = await refused(f"ws://127.0.0.1:{free_port()}")
    async with simulated() as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        async with observed(Through(session, proxy.port)) as one:
            await turn(proxy, "refuse")
            await one.until(lambda: len(one.pauses) >= 5)
            await turn(proxy, "pass")
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert isinstance(error, ConnectFailed)
    assert error.step == "tcp"
    assert [pause.attempt for pause in one.pauses] == list(range(1, len(one.pauses) + 1))
    assert all("nothing listens at ws://127.0.0.1" in pause.reason for pause in one.pauses[1:])
    assert all(pause.at_ns <= (pause.retry_at_ns or 0) <= pause.at_ns + 0.11e9 for pause in one.pauses)


async def test_c4_a_syn_that_is_not_answered_is_given_up_in_time() -> None:
    loop = asyncio.get_running_loop()
    with full_port() as full:
        began = loop.time()
        error = await refused(f"ws://127.0.0.1:{full}")
        took = loop.time() - began
    async with simulated() as (simulator, session):
        through = Through(session, port_of(simulator.dxlink_url))
        async with observed(through) as one:
            usual = through.port
            with full_port() as through.port:
                await simulator.drop_connections()
                await one.until(lambda: len(one.pauses) >= 2)
            through.port = usual
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert isinstance(error, ConnectFailed)
    assert f"did not answer within {FAST.open:g} s" in str(error)
    assert FAST.open <= took < FAST.open + 0.3
    assert "did not answer within" in one.pauses[1].reason


async def test_c5_an_upgrade_that_is_never_answered_is_given_up_in_time() -> None:
    async with simulated() as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        async with observed(Through(session, proxy.port)) as one:
            await turn(proxy, "stall")
            await proxy.do({"do": "fin"})
            await one.until(lambda: len(one.pauses) >= 2)
            error = await refused(f"ws://127.0.0.1:{proxy.port}/realtime")
            await turn(proxy, "pass")
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert isinstance(error, ConnectFailed)
    assert error.step == "open"
    waited_s = (one.pauses[1].at_ns - (one.pauses[0].retry_at_ns or 0)) / 1e9
    assert FAST.open <= waited_s < FAST.open + 0.3
    assert "did not answer within" in one.pauses[1].reason


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("SETUP", "did not send SETUP"),
        ("UNAUTHORIZED", "did not send its first AUTH_STATE"),
        ("AUTHORIZED", "did not send AUTH_STATE AUTHORIZED"),
        ("CHANNEL_OPENED", "did not send CHANNEL_OPENED of channel 1"),
        ("FEED_CONFIG", "did not send FEED_CONFIG of channel 1"),
    ],
)
async def test_c6_a_step_that_never_comes_is_named_and_tried_again(message: str, words: str) -> None:
    never = {message, "UNAUTHORIZED"} if message == "SETUP" else {message}
    async with simulated() as (simulator, session), asyncio.timeout(1.2), observed(session) as one:
        for one_of in never:
            simulator.inject({"name": "withhold", "message": one_of, "connection": 2, "times": None})
        await simulator.drop_connections()
        await one.live_again(epoch=3 if message in {"CHANNEL_OPENED", "FEED_CONFIG"} else 2)

    first, second = one.pauses
    assert words in second.reason
    assert second.at_ns - (first.retry_at_ns or 0) < (FAST.step + 0.3) * 1e9
    assert second.attempt == 2
    assert one.subscription.gaps[0].reason is GapReason.DISCONNECT
    assert not any(gap.is_open for gap in one.subscription.gaps)


async def test_c7_a_server_that_is_busy_or_broken_is_tried_again() -> None:
    statuses = [500, 502, 503, 504, 429]
    async with simulated() as (simulator, session):
        async with observed(session) as one:
            for status in statuses:
                simulator.inject({"name": "upgrade", "status": status})
            await simulator.drop_connections()
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    *broken, busy = [((pause.retry_at_ns or 0) - pause.at_ns) / 1e9 for pause in one.pauses]
    told = [f"HTTP {status}" in pause.reason for status, pause in zip(statuses, one.pauses[1:], strict=True)]
    assert told == [True] * 5
    assert max(broken) <= FAST.backoff_cap + 0.01
    assert busy >= FAST.busy - 0.01
    assert simulator.requests["GET /api-quote-tokens"] == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_c7_an_upgrade_that_is_not_allowed_is_tried_once_more_with_a_new_token(status: int) -> None:
    lasting = replace(FAST, proven_healthy=0.01)
    async with simulated() as (simulator, session), observed(session, timeouts=lasting) as one:
        simulator.inject({"name": "upgrade", "status": status})
        await simulator.drop_connections()
        await one.live_again()
        await asyncio.sleep(2 * lasting.proven_healthy)
        renewed = simulator.requests["GET /api-quote-tokens"]
        simulator.inject({"name": "upgrade", "status": status, "times": None})
        await simulator.drop_connections()
        await one.until(lambda: one.is_in(State.FAILED))

    assert renewed == 2
    assert simulator.requests["GET /api-quote-tokens"] == 3
    assert isinstance(one.failure, ConnectFailed)
    assert one.failure.status == status


@pytest.mark.parametrize("status", [404, 426])
async def test_c7_an_address_that_is_no_feed_is_final(status: int) -> None:
    async with simulated() as (simulator, session), observed(session) as one:
        simulator.inject({"name": "upgrade", "status": status, "times": None})
        await simulator.drop_connections()
        await one.until(lambda: one.is_in(State.FAILED))

    assert isinstance(one.failure, ConnectFailed)
    assert str(one.failure).endswith(
        f"answered HTTP {status} instead of opening a WebSocket; check the address"
    )
    assert len(one.pauses) == 1


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:{other}/realtime", "ws://127.0.0.1:{other}/", "/delayed"]
)
async def test_c8_a_redirect_is_not_followed_because_a_token_would_go_there(where: str) -> None:
    """Not to the same host either: the address with its token comes anew for each connection."""
    visits = 0

    async def visited(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        writer.close()

    async with (
        simulated() as (simulator, session),
        await asyncio.start_server(visited, "127.0.0.1", 0) as other,
    ):
        port = other.sockets[0].getsockname()[1]
        location = where.format(other=port)
        async with observed(session) as one:
            simulator.inject({"name": "upgrade", "status": 302, "location": location, "times": None})
            await simulator.drop_connections()
            await one.until(lambda: one.is_in(State.FAILED))

    assert isinstance(one.failure, ConnectFailed)
    assert (one.failure.step, one.failure.status) == ("upgrade", 302)
    assert visits == 0
