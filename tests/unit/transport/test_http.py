import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tastytrade.errors import ConfigurationError, RequestError, ServiceUnavailable, UnexpectedAnswer
from tastytrade.rest import Call, Secret
from tastytrade.transport import http
from tastytrade.transport.http import NO_CONNECTION, HttpDoor, user_agent
from tests.canary import CANARY, shown_by

ASK: Call[Any] = Call(
    method="GET", path="/option-chains/BRK%2FB", parse=dict, query=(("symbol[]", "BTC/USD"),)
)
LOG_IN: Call[Any] = Call(
    method="POST",
    path="/sessions",
    parse=dict,
    body={"password": Secret("canary-7Zq")},
    headers=(("X-Tastyworks-OTP", Secret("123456")),),
    authorized=False,
)
Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def peer(talk: Talk) -> AsyncIterator[str]:
    """A server that reads one request and lets ``talk`` answer each connection; gives its URL."""
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        await talk(head + await reader.readexactly(int(length[1]) if length else 0), writer)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking = asyncio.create_task(answer(reader, writer))
        ending = asyncio.create_task(ended.wait())
        await asyncio.wait({talking, ending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (talking, ending):
            task.cancel()
        writer.close()
        await asyncio.gather(talking, ending, writer.wait_closed(), return_exceptions=True)
        served.set()

    served = asyncio.Event()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ended.set()
        await served.wait()


def saying(answer: bytes, seen: list[bytes] | None = None) -> Talk:
    async def talk(request: bytes, writer: asyncio.StreamWriter) -> None:
        if seen is not None:
            seen.append(request)
        writer.write(answer)
        await writer.drain()

    return talk


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Odd: 1\r\nContent-Length: 2\r\n\r\n{}"


async def test_an_answer_is_given_whatever_its_status() -> None:
    teapot = b"HTTP/1.1 418 Teapot\r\nContent-Length: 3\r\nX-Odd: 1\r\n\r\nabc"
    async with peer(saying(teapot)) as url, HttpDoor(url) as door:
        answer = await door.send(ASK)

    assert (answer.status, answer.body, answer.headers["x-odd"]) == (418, b"abc", "1")


async def test_the_encoded_path_and_query_arrive_as_they_are() -> None:
    seen: list[bytes] = []
    async with peer(saying(OK, seen)) as url, HttpDoor(url) as door:
        await door.send(ASK, Secret("Bearer x"))

    lines = seen[0].split(b"\r\n")
    assert lines[0] == b"GET /option-chains/BRK%2FB?symbol%5B%5D=BTC%2FUSD HTTP/1.1"
    assert b"Authorization: Bearer x" in lines
    assert f"User-Agent: {user_agent()}".encode() in lines
    assert b"Accept: application/json" in lines


async def test_a_body_and_its_headers_are_sent_revealed() -> None:
    seen: list[bytes] = []
    async with peer(saying(OK, seen)) as url, HttpDoor(url) as door:
        await door.send(LOG_IN)

    assert seen[0].endswith(b'\r\n\r\n{"password":"canary-7Zq"}')
    assert b"X-Tastyworks-OTP: 123456\r\n" in seen[0]
    assert b"Content-Type: application/json\r\n" in seen[0]
    assert b"authorization" not in seen[0].lower()


async def test_a_redirect_is_not_followed() -> None:
    seen: list[bytes] = []
    moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    async with peer(saying(moved, seen)) as url, HttpDoor(url) as door:
        answer = await door.send(ASK, Secret("canary-7Zq"))

    assert answer.status == 302
    assert len(seen) == 1


async def never(request: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drip(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("talk", "error", "text"),
    [
        (never, ServiceUnavailable, "in time"),
        (drip, ServiceUnavailable, "in time"),
        (saying(b""), ServiceUnavailable, "check the network"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), ServiceUnavailable, "100"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), ServiceUnavailable, "check the network"),
        (
            saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
            UnexpectedAnswer,
            "cannot be read",
        ),
    ],
)
async def test_no_answer_or_half_of_one_is_an_error_with_method_and_host(
    talk: Talk, error: type[RequestError], text: str
) -> None:
    async with peer(talk) as url, HttpDoor(url, timeout=0.3) as door:
        with pytest.raises(error, match=text) as caught:
            await door.send(LOG_IN, Secret("canary-7Zq"))

    assert "POST /sessions" in str(caught.value)
    assert caught.value.__context__ is None
    assert CANARY not in shown_by(caught.value)


async def test_a_call_that_is_given_up_leaves_no_secret_in_the_error_that_reports_it() -> None:
    async with peer(never) as url, HttpDoor(url) as door:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.1):
                await door.send(LOG_IN, Secret("Bearer canary-7Zq"))

    assert caught.value.__cause__ is not None
    assert CANARY not in shown_by(caught.value)


@pytest.mark.parametrize("value", ["canary-7Zq\r\nX: y", "canary-7Zq\0", "canary-7Zq\u00e9"])
async def test_what_no_header_can_hold_is_neither_sent_nor_shown(value: str) -> None:
    async with HttpDoor("http://127.0.0.1:1") as door:
        with pytest.raises(ConfigurationError, match=r"was not sent: its header Authorization") as caught:
            await door.send(ASK, Secret(value))

    assert CANARY not in shown_by(caught.value)


async def test_an_answer_beyond_the_limit_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LIMIT_BYTES", 1_000)
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5_000
    async with peer(saying(large)) as url, HttpDoor(url) as door:
        with pytest.raises(UnexpectedAnswer, match="more than 1000 bytes"):
            await door.send(ASK)


async def test_nothing_listening_is_said_with_a_hint() -> None:
    async with HttpDoor("http://127.0.0.1:1") as door:
        with pytest.raises(
            ServiceUnavailable, match=r"nothing listens there .* is the simulator running"
        ) as caught:
            await door.send(ASK)

    assert caught.value.code == NO_CONNECTION


@pytest.mark.parametrize(("talk", "code"), [(saying(b""), NO_CONNECTION), (never, "")])
async def test_a_connection_that_broke_is_told_from_one_that_stays_silent(talk: Talk, code: str) -> None:
    async with peer(talk) as url, HttpDoor(url, timeout=0.3) as door:
        with pytest.raises(ServiceUnavailable) as caught:
            await door.send(ASK)

    assert caught.value.code == code


async def test_closing_a_door_gives_up_what_it_is_waiting_for() -> None:
    asked = asyncio.Event()

    async def wait(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await never(request, writer)

    async with peer(wait) as url:
        door = HttpDoor(url)
        sending = asyncio.create_task(door.send(ASK))
        await asked.wait()
        await door.aclose()
        with pytest.raises(ServiceUnavailable):
            await sending
        with pytest.raises(RequestError, match="session is closed"):
            await door.send(ASK)


@pytest.mark.parametrize("url", ["http://api.tastyworks.com", "https://user:canary@host", "host"])
def test_a_door_opens_to_no_address_in_plain_text(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        HttpDoor(url)

    assert "canary" not in str(caught.value)


async def test_proxy_variables_do_not_count_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with peer(saying(OK)) as url, HttpDoor(url) as door:
        answer = await door.send(ASK)

    assert answer.status == 200


def test_a_door_shows_its_address() -> None:
    assert repr(HttpDoor("https://api.tastyworks.com")) == "<HttpDoor https://api.tastyworks.com>"
