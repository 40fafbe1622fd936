from __future__ import annotations

import asyncio

import pytest
from starlette.applications import Starlette

from tastytrade.dashboard.limits import Limits
from tastytrade.dashboard.listener import HOST, Listener, hang_up
from tastytrade.errors import ConfigurationError


async def test_a_free_port_is_taken_and_given_back() -> None:
    listener = Listener(0, Limits())
    await listener.open(Starlette())
    port = listener.port
    with pytest.raises(ConfigurationError, match="open already"):
        await listener.open(Starlette())
    await listener.aclose()
    await listener.aclose()
    again = Listener(port, Limits())
    await again.open(Starlette())
    await again.aclose()

    assert port > 0


async def test_a_port_that_is_taken_is_named() -> None:
    listener = Listener(0, Limits())
    await listener.open(Starlette())
    with pytest.raises(ConfigurationError, match=rf"cannot listen on {HOST} port {listener.port} "):
        await Listener(listener.port, Limits()).open(Starlette())
    await listener.aclose()


async def test_more_connections_than_there_may_be_are_hung_up_on() -> None:
    listener = Listener(0, Limits(connections=2))
    await listener.open(Starlette())
    ends = [await asyncio.open_connection(HOST, listener.port) for _ in range(3)]
    try:
        async with asyncio.timeout(5):
            third = await ends[2][0].read()
    except ConnectionError:
        third = b""
    open_still = [not reader.at_eof() for reader, _ in ends[:2]]
    for _, writer in ends:
        writer.transport.abort()
    await listener.aclose()

    assert third == b""
    assert open_still == [True, True]


def test_what_has_no_connection_cannot_be_hung_up_on() -> None:
    hang_up({"type": "websocket"})
