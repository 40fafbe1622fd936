from __future__ import annotations

import asyncio
import socket
from datetime import date

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tastytrade import Session, Simulator, Streamer, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.instruments import get_option_chain


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
