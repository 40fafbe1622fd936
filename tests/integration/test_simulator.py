from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import date

import httpx2
import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tastytrade import Session, Simulator, Streamer, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.instruments import get_option_chain
from tastytrade.simulator import Failure, RestOptions


async def test_rest_and_dxlink_share_one_port_on_this_machine(simulator: Simulator) -> None:
    rest, dxlink = simulator.api_url, simulator.dxlink_url

    assert rest.startswith("http://127.0.0.1:")
    assert dxlink.startswith(rest.replace("http", "ws"))


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1.evil.example", "null"])
async def test_a_page_of_another_site_is_turned_away(simulator: Simulator, origin: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(simulator.dxlink_url, origin=origin, proxy=None)  # type: ignore[arg-type]  # plain text is fine

    assert caught.value.response.status_code == 403


async def test_a_page_of_this_machine_and_a_program_are_let_in(simulator: Simulator) -> None:
    for origin in ("http://localhost:3000", None):
        async with connect(simulator.dxlink_url, origin=origin, proxy=None):  # type: ignore[arg-type]  # as above
            pass


async def test_a_port_in_use_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match="choose another --port"):
            await Simulator(port=taken.getsockname()[1]).__aenter__()


async def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="rate"):
        Simulator(rate=0)


async def test_leaving_ends_connections_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    async with Simulator() as simulator:
        connection = await connect(simulator.dxlink_url, proxy=None)
    with pytest.raises(ConnectionClosed):
        await connection.recv()
    await connection.close()
    await asyncio.sleep(0)

    assert asyncio.all_tasks() - before == set()


async def test_it_can_begin_on_any_day_and_list_more_symbols() -> None:
    async with (
        Simulator(today=date(2023, 6, 1), symbols=["ZZZZ"]) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        chain = await get_option_chain(session, "SPLG")
        async with asyncio.timeout(5):
            trade = await anext(streamer.subscribe(Trade, ["ZZZZ"]).events())

    assert chain[date(2023, 6, 16)][0].streamer_symbol == ".SPLG230616C23"
    assert trade.price > 0


async def test_a_binary_frame_is_answered_and_harms_nobody(simulator: Simulator) -> None:
    async with connect(simulator.dxlink_url, proxy=None) as connection:
        await connection.send(b"\xff\x00")
        answer = await connection.recv()

    assert '"error":"INVALID_MESSAGE"' in str(answer)


async def prices(simulator: Simulator, *, user: httpx2.AsyncClient) -> httpx2.Response:
    return await user.get(f"{simulator.api_url}/market-data/index/SPX")


@pytest.fixture
async def user(simulator: Simulator) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with an access token of the simulator's."""
    headers = {"Authorization": f"Bearer {simulator.accounts.access_tokens.issue()}"}
    async with httpx2.AsyncClient(headers=headers, trust_env=False) as client:
        yield client


async def test_switches_are_replaced_while_it_runs(simulator: Simulator, user: httpx2.AsyncClient) -> None:
    statuses = []
    for options in (
        RestOptions(customer=False),
        RestOptions(failures=(Failure(status=429, path="/market-data"),)),
        RestOptions(),
    ):
        simulator.rest_options = options
        statuses.append((await prices(simulator, user=user)).status_code)

    assert statuses == [404, 429, 200]


async def test_a_request_can_be_left_without_an_answer(
    simulator: Simulator, user: httpx2.AsyncClient
) -> None:
    simulator.rest_options = RestOptions(failures=(Failure(status=None),))
    with pytest.raises(httpx2.ReadTimeout):
        await user.get(simulator.api_url, timeout=0.05)

    assert (await prices(simulator, user=user)).status_code == 200


async def test_requests_without_an_answer_stop_nobody_from_closing() -> None:
    """Whoever still waits when the simulator closes is let go, and at once."""
    failure = Failure(status=None, path="/stalled")
    async with asyncio.TaskGroup() as tasks, httpx2.AsyncClient(trust_env=False) as client:
        async with Simulator(rest_options=RestOptions(failures=(failure,))) as simulator:
            waiting = tasks.create_task(client.get(f"{simulator.api_url}/stalled", timeout=5))
            while not simulator.requests["GET /stalled"]:
                await client.get(simulator.api_url)
        answer = await waiting

    assert answer.status_code == 503


async def test_tokens_grow_old_without_waiting_and_the_market_stays(
    simulator: Simulator, user: httpx2.AsyncClient
) -> None:
    before = (await prices(simulator, user=user)).json()["data"]["updated-at"]
    simulator.advance(899)
    young = await prices(simulator, user=user)
    simulator.advance(2)
    old = await prices(simulator, user=user)

    assert (young.status_code, old.status_code) == (200, 401)
    assert young.json()["data"]["updated-at"][:15] == before[:15]


async def test_the_market_goes_forward_when_asked_and_connections_do_not_notice(
    simulator: Simulator, user: httpx2.AsyncClient
) -> None:
    simulator.rest_options = msgspec.structs.replace(simulator.rest_options, session_lifetime=10**6)
    user.headers["Authorization"] = simulator.accounts.session_tokens.issue()
    before = (await prices(simulator, user=user)).json()["data"]
    async with connect(simulator.dxlink_url, proxy=None) as connection:
        await connection.send('{"type":"SETUP","channel":0,"version":"0.1"}')
        await connection.recv()
        simulator.advance(2 * 3600, market=True)
        await connection.send('{"type":"KEEPALIVE","channel":0}')
        answer = await connection.recv()
        after = (await prices(simulator, user=user)).json()["data"]

    assert '"type":"AUTH_STATE"' in str(answer)
    assert int(after["updated-at"][11:13]) == int(before["updated-at"][11:13]) + 2
    assert after["summary-date"] == before["summary-date"]


async def test_time_does_not_go_back(simulator: Simulator) -> None:
    with pytest.raises(ConfigurationError, match="forward"):
        simulator.advance(-1)


async def test_the_web_service_takes_the_token_that_names_it(
    simulator: Simulator, user: httpx2.AsyncClient
) -> None:
    token = (await user.get(f"{simulator.api_url}/quote-streamer-tokens")).json()["data"]
    answer = await user.get(
        simulator.events_url,
        params={"events": "Quote", "symbols": "SPX"},
        headers={"Authorization": f"Bearer {token['token']}"},
    )

    assert simulator.events_url == f"{token['websocket-url']}/rest/events.json"
    assert answer.json()["status"] == "OK"
    assert simulator.requests["GET /live/rest/events.json"] == 1
