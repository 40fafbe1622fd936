"""The way to an address, on loopback: what stands there is a line of a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tastytrade.checkup.finding import Diagnosis
from tastytrade.checkup.proxies import FOR_REST
from tastytrade.checkup.reach import Reached, reach
from tests.canary import CANARY


@asynccontextmanager
async def server(answer: bytes, heard: list[bytes]) -> AsyncIterator[int]:
    """Says one thing to whoever has said something; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as one:
        yield one.sockets[0].getsockname()[1]


async def test_a_plain_address_is_reached_by_name_and_tcp() -> None:
    async with server(b"", []) as port:
        found = await reach(f"http://127.0.0.1:{port}", limit=1, schemes=FOR_REST)

    assert isinstance(found, Reached)
    assert list(found.steps) == ["name", "TCP"]
    assert str(found).startswith(f"127.0.0.1:{port}: name ")


async def test_what_takes_connections_and_does_not_speak_tls_is_told_from_a_bad_certificate() -> None:
    async with server(b"hello\r\n", []) as port:
        found = await reach(f"https://127.0.0.1:{port}", limit=1, schemes=FOR_REST)

    assert isinstance(found, Diagnosis)
    assert found.code == "no_tls"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "proxy_credentials"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "proxy_refuses"),
        (b"220 mail.example\r\n", "proxy_refuses"),
        (b"", "proxy_refuses"),
        (b"HTTP/1.1 200 Connection established\r\n\r\n", "no_tls"),
    ],
)
async def test_a_proxy_is_asked_to_connect_us_and_told_apart_by_its_answer(
    answer: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []
    async with server(answer, heard) as port:
        monkeypatch.setenv("https_proxy", f"http://me:{CANARY}@127.0.0.1:{port}")
        found = await reach("https://api.example", limit=1, schemes=FOR_REST)

    assert isinstance(found, Diagnosis)
    assert found.code == code
    assert CANARY not in repr(found)
    assert heard[0].startswith(b"CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n")
    assert b"Proxy-Authorization: Basic " in heard[0]
