from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tastytrade.errors import ConfigurationError, ConnectFailed, ConnectionLost
from tastytrade.transport import websocket
from tastytrade.transport.websocket import WebSocketDoor, open_websocket
from tastytrade.transport.wire import Arrival

UNKNOWN_HOST = ".".join(["a" * 60] * 5)
"""Longer than any name may be, so that nobody is asked for it."""


@asynccontextmanager
async def server_that(behaves: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """A WebSocket server; its address."""
    async with serve(behaves, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@asynccontextmanager
async def server_answering(answer: bytes, *, stays: bool = False) -> AsyncIterator[str]:
    """A TCP server that answers whatever comes first; host and port."""
    served: list[asyncio.Task[None]] = []

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            await reader.read(4096)
            writer.write(answer)
            if stays:
                await reader.read()
        with suppress(OSError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.create_task(answering(reader, writer)))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await asyncio.gather(*served, return_exceptions=True)


def opening(url: str, *, open_timeout: float = 5.0) -> AbstractAsyncContextManager[WebSocketDoor]:
    return open_websocket(url, user_agent="a-test/1", open_timeout=open_timeout)


async def failure_at(url: str) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as caught:
        await opening(url).__aenter__()
    assert url in str(caught.value)
    return caught.value


async def next_of(door: WebSocketDoor) -> Arrival:
    """What arrives next."""
    found: list[Arrival] = []

    def take(arrival: Arrival) -> bool:
        found.append(arrival)
        return False

    await door.deliver(take)
    return found[0]


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def test_text_goes_out_and_comes_in_as_utf8_bytes() -> None:
    received = []

    async def keep(connection: ServerConnection) -> None:
        received.append(await connection.recv())
        await connection.send("価格")

    async with server_that(keep) as url, opening(url) as door:
        await door.send("naïve".encode())
        answer = await next_of(door)

    assert received == ["naïve"]
    assert answer.texts == ["価格".encode()]


async def test_the_server_is_told_who_we_are_and_offered_no_compression() -> None:
    headers: dict[str, str] = {}

    async def note(connection: ServerConnection) -> None:
        assert connection.request is not None
        headers.update(connection.request.headers)

    async with server_that(note) as url, opening(url):
        pass

    assert headers["user-agent"] == "a-test/1"
    assert "sec-websocket-extensions" not in headers


async def test_a_name_that_nobody_knows_fails_at_dns() -> None:
    failure = await failure_at(f"wss://{UNKNOWN_HOST}/")

    assert failure.step == "dns"
    assert "host name is not known" in str(failure)


async def test_a_name_that_cannot_be_one_fails_at_dns() -> None:
    assert (await failure_at("wss://.../")).step == "dns"


async def test_a_closed_port_fails_at_tcp() -> None:
    async with server_answering(b"") as closed:
        pass
    failure = await failure_at(f"ws://{closed}/")

    assert failure.step == "tcp"
    assert "is the server running?" in str(failure)


async def test_a_server_without_tls_fails_at_tls() -> None:
    async with server_answering(b"220 mail.example.com ESMTP\r\n") as address:
        failure = await failure_at(f"wss://{address}/")

    assert failure.step == "tls"
    assert "does not speak TLS" in str(failure)


async def test_a_redirect_is_not_followed_because_a_token_would_follow_it() -> None:
    heard = []

    async def note(connection: ServerConnection) -> None:
        heard.append(connection)

    async with server_that(note) as elsewhere:
        answer = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
        async with server_answering(answer.encode()) as address:
            failure = await failure_at(f"ws://{address}/")

    assert "answered HTTP 302" in str(failure)
    assert heard == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered HTTP 404"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "answered HTTP 200"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "does not speak WebSocket"),
        (b"220 mail.example.com ESMTP\r\n", "does not speak WebSocket"),
        (b"", "hung up while the WebSocket was being opened"),
    ],
)
async def test_a_server_of_another_kind_fails_at_the_upgrade(answer: bytes, words: str) -> None:
    async with server_answering(answer) as address:
        failure = await failure_at(f"ws://{address}/")

    assert failure.step == "upgrade"
    assert words in str(failure)
    assert "check the address" in str(failure)


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async with server_answering(b"", stays=True) as address:
        with pytest.raises(ConnectFailed) as raised:
            await opening(f"ws://{address}/", open_timeout=0.1).__aenter__()
    failure = raised.value

    assert failure.step == "open"
    assert "did not answer within 0.1 s" in str(failure)


@pytest.mark.parametrize(
    "url", ["", "spam", "http://127.0.0.1/", "ws://example.com/", "wss:///x", "ws://127.0.0.1:99999/"]
)
async def test_an_address_that_a_token_must_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        await opening(url).__aenter__()


async def test_a_close_by_the_server_says_code_and_reason() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(1012, "restart")

    async with server_that(leave) as url, opening(url) as door:
        with pytest.raises(ConnectionLost, match=r"1012 'restart'") as caught:
            await next_of(door)

    assert (caught.value.code, caught.value.reason) == (1012, "restart")


async def test_a_connection_that_breaks_has_the_code_for_that() -> None:
    async def break_off(connection: ServerConnection) -> None:
        connection.transport.abort()

    async with server_that(break_off) as url, opening(url) as door:
        with pytest.raises(ConnectionLost, match="without a close frame") as caught:
            await next_of(door)

    assert caught.value.code == 1006


async def test_sending_on_a_closed_connection_is_the_same_error() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(1001)

    async with server_that(leave) as url, opening(url) as door:
        with pytest.raises(ConnectionLost):
            await next_of(door)
        with pytest.raises(ConnectionLost, match="1001"):
            await door.send(b"{}")


async def test_a_frame_of_megabytes_is_taken_in() -> None:
    async def boast(connection: ServerConnection) -> None:
        await connection.send("x" * (3 << 20))
        await connection.wait_closed()

    async with server_that(boast) as url, opening(url) as door:
        arrival = await next_of(door)

    assert list(map(len, arrival.texts)) == [3 << 20]


async def test_a_frame_that_is_out_of_all_proportion_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "MAX_MESSAGE_BYTES", 1000)

    async def boast(connection: ServerConnection) -> None:
        await connection.send("x" * 1001)
        await connection.wait_closed()

    async with server_that(boast) as url, opening(url) as door:
        with pytest.raises(ConnectionLost, match="a frame of over 1,000 bytes") as caught:
            await next_of(door)

    assert caught.value.code == 1009


async def test_nothing_that_is_sent_or_received_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with server_that(echo) as url, opening(url) as door:
        await door.send(b'{"type":"AUTH","channel":0,"token":"very-secret"}')
        await next_of(door)

    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("websockets.s")]
    assert not [text for text in ours if "very-secret" in text]
