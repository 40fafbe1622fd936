"""A DXLink client of few words: it says JSON on a real socket, and hears everything that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from tastytrade import Simulator


class FeedClient:
    """``heard`` has every message in order, as it came."""

    def __init__(self, door: ClientConnection) -> None:
        self.door = door
        self.heard: list[dict[str, Any]] = []

    async def say(self, kind: str, channel: int = 0, **rest: Any) -> None:
        await self.door.send(msgspec.json.encode({"type": kind, "channel": channel, **rest}).decode())

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next message of one of these kinds; an AUTH_STATE goes by its state too."""
        async with asyncio.timeout(5):
            while True:
                message = msgspec.json.decode(await self.door.recv())
                self.heard.append(message)
                if {message["type"], message.get("state")} & set(kinds):
                    return dict(message)

    async def hear_on(self, seconds: float = 5.0) -> None:
        """Everything that comes; TimeoutError when that goes on for so long."""
        async with asyncio.timeout(seconds):
            while True:
                self.heard.append(msgspec.json.decode(await self.door.recv()))

    async def enter(self, simulator: Simulator) -> FeedClient:
        """As far as AUTHORIZED."""
        await self.say("SETUP", version="0.1", keepaliveTimeout=60, acceptKeepaliveTimeout=60)
        await self.hear("UNAUTHORIZED")
        await self.say("AUTH", token=simulator.accounts.quote_tokens.issue())
        await self.hear("AUTHORIZED")
        return self

    async def want(
        self, kind: str, *symbols: str, channel: int = 1, contract: str = "TICKER", **rest: Any
    ) -> FeedClient:
        """Subscribe on a new channel, COMPACT and without aggregation."""
        await self.say("CHANNEL_REQUEST", channel, service="FEED", parameters={"contract": contract})
        await self.hear("CHANNEL_OPENED")
        await self.say("FEED_SETUP", channel, acceptDataFormat="COMPACT", acceptAggregationPeriod=0)
        entries = [{"type": kind, "symbol": symbol, **rest} for symbol in symbols]
        await self.say("FEED_SUBSCRIPTION", channel, add=entries)
        return self

    @property
    def kinds(self) -> list[str]:
        return [str(message.get("state", message["type"])) for message in self.heard]


@asynccontextmanager
async def feed_client(simulator: Simulator, *, path: str = "/realtime") -> AsyncIterator[FeedClient]:
    url = simulator.dxlink_url.replace("/realtime", path)
    async with connect(url, proxy=None, max_size=None, close_timeout=0.2) as door:
        yield FeedClient(door)
