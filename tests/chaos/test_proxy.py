"""The fault proxy: what it does to bytes and to connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.chaos.proxy import Proxy

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """One before a server that says everything again."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    made = Proxy(server.sockets[0].getsockname()[1])
    await made.listen()
    yield made
    await made.do({"do": "mode", "mode": "refuse"})
    server.close()
    await asyncio.sleep(0)


def connected(proxy: Proxy) -> AbstractAsyncContextManager[Ends]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Ends]:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    return opened()


async def said_again(ends: Ends, text: bytes) -> bytes:
    ends[1].write(text)
    async with asyncio.timeout(2):
        return await ends[0].readexactly(len(text))


async def is_silent(ends: Ends, seconds: float = 0.1) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await ends[0].read(1)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize(
    ("mode", "value"), [("pass", 0), ("slice", 0), ("latency", 0.01), ("bandwidth", 1e6), ("hold", 0)]
)
async def test_whole_messages_arrive_in_every_mode_that_loses_nothing(
    proxy: Proxy, mode: str, value: float
) -> None:
    text = bytes(range(256)) * 20
    async with connected(proxy) as ends:
        await said_again(ends, b"hello")
        await proxy.do({"do": "mode", "mode": mode, "value": value})
        ends[1].write(text)
        await asyncio.sleep(0)
        if mode == "hold":
            assert await is_silent(ends)
            await proxy.do({"do": "mode", "mode": "pass"})

        async with asyncio.timeout(5):
            assert await ends[0].readexactly(len(text)) == text


async def test_a_reset_is_met_as_a_reset(proxy: Proxy) -> None:
    async with connected(proxy) as ends:
        await said_again(ends, b"hello")
        await proxy.do({"do": "rst"})

        with pytest.raises(ConnectionResetError):
            await ends[0].read(1)


async def test_a_fin_is_met_as_the_end(proxy: Proxy) -> None:
    async with connected(proxy) as ends:
        await said_again(ends, b"hello")
        await proxy.do({"do": "fin"})

        assert await ends[0].read(1) == b""


async def test_half_a_message_comes_before_a_reset(proxy: Proxy) -> None:
    async with connected(proxy) as ends:
        await said_again(ends, b"hello")
        await proxy.do({"do": "half"})
        ends[1].write(b"0123456789")

        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await ends[0].readexactly(10)


async def test_nothing_listens_while_connections_are_refused(proxy: Proxy) -> None:
    await proxy.do({"do": "mode", "mode": "refuse"})
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", proxy.port)
    await proxy.do({"do": "mode", "mode": "pass"})

    async with connected(proxy) as ends:
        assert await said_again(ends, b"hello") == b"hello"


@pytest.mark.parametrize("mode", ["blackhole", "deaf", "dumb"])
async def test_a_connection_that_lost_bytes_stays_dead_and_a_new_one_lives(proxy: Proxy, mode: str) -> None:
    async with connected(proxy) as ends:
        await said_again(ends, b"hello")
        await proxy.do({"do": "mode", "mode": mode})
        ends[1].write(b"lost")
        assert await is_silent(ends)
        await proxy.do({"do": "mode", "mode": "pass"})
        ends[1].write(b"too late")

        assert await is_silent(ends)
        async with connected(proxy) as others:
            assert await said_again(others, b"hello") == b"hello"


async def test_a_stalled_connection_is_accepted_and_never_answered(proxy: Proxy) -> None:
    await proxy.do({"do": "mode", "mode": "stall"})
    async with connected(proxy) as ends:
        ends[1].write(b"hello")

        assert await is_silent(ends)
