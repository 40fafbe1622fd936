"""A program that speaks to a dashboard as a page does, and raw requests that no page would send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from tastytrade.dashboard import Dashboard


async def enter(dashboard: Dashboard) -> str:
    """Exchange a link for the key."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(dashboard.new_url())
    return answer.cookies[f"tastytrade_{dashboard.port}"]


async def raw(dashboard: Dashboard, request: bytes) -> tuple[int, bytes]:
    """Status and the whole answer of a request as it stands; 0 where the connection just ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", dashboard.port)
    try:
        writer.write(request)
        async with asyncio.timeout(5):
            answer = await reader.read()
    except ConnectionError:
        return 0, b""
    finally:
        writer.transport.abort()  # what was not taken by then never will be
    return int(answer.split(None, 2)[1]) if answer else 0, answer


def request_of(dashboard: Dashboard, path: str = "/", *, method: str = "GET", **headers: str | None) -> bytes:
    """A request with the right Host unless told; ``sec_fetch_site`` is Sec-Fetch-Site, None leaves out."""
    every = {"host": f"127.0.0.1:{dashboard.port}", "connection": "close"} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in every.items() if value is not None]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1")


def upgrade_of(dashboard: Dashboard, **headers: Any) -> bytes:
    """A request to open the WebSocket."""
    asked: dict[str, Any] = {
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec_websocket_version": "13",
    }
    return request_of(dashboard, "/ws", **(asked | headers))


class Page:
    """One open WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.told: list[dict[str, Any]] = []

    async def ask(self, do: str, **said: Any) -> None:
        await self.connection.send(json.dumps({"do": do, **said}))

    async def show(self, panel: str, **args: Any) -> None:
        await self.ask("show", panel=panel, args=args)

    async def hear(self, kind: str, panel: str | None = None) -> dict[str, Any]:
        """The next message of a kind, and of a panel."""
        return await self.hear_until(lambda one: one["t"] == kind and panel in {None, one.get("panel")})

    async def hear_until(self, is_it: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        async with asyncio.timeout(8):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.recv())
                self.told.append(message)
                if is_it(message):
                    return message


@asynccontextmanager
async def page_of(dashboard: Dashboard, key: str) -> AsyncIterator[Page]:
    """A page, as a program without a browser opens it."""
    url = f"ws://127.0.0.1:{dashboard.port}/ws"
    headers = {"Authorization": f"Bearer {key}"}
    async with connect(url, additional_headers=headers, proxy=None, max_size=None) as connection:
        yield Page(connection)


@asynccontextmanager
async def browser_of(dashboard: Dashboard, key: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with the key as its cookie."""
    base = f"http://127.0.0.1:{dashboard.port}"
    cookies = {f"tastytrade_{dashboard.port}": key}
    async with httpx2.AsyncClient(base_url=base, cookies=cookies, trust_env=False) as client:
        yield client


def token_of(url: str) -> str:
    """What is secret of a link."""
    return urlsplit(url).query.removeprefix("token=")
