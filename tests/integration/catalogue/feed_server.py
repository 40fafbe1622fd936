"""A DXLink server on a real socket that says what a test wants, and hears everything.

The conversation is ServerProtocol's; what there is to deliver, and everything wrong, is the test's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from math import isnan
from types import TracebackType
from typing import Any, Self

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.dxlink.contracts import contract_of
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.server import Changed, ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tests.canary import CANARY
from tests.integration.waiting import until

TOKEN = f"sim_{CANARY}"

Answer = Callable[["Link", Contract, list[Entry]], Awaitable[None]]
"""What follows when subscriptions were added."""


class Link:
    """One client's connection, from the server's side. ``heard`` has every message, in order."""

    def __init__(self, connection: ServerConnection, options: ServerOptions, answer: Answer | None) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []
        self.protocol = ServerProtocol(self._user_of, options, now=self._now())
        self.slowness = 0.0
        """Seconds from hearing something to acting on it."""
        self._answer = answer

    # What it knows.

    def entries(self, contract: Contract) -> dict[str, Entry]:
        """What is subscribed on the channel of a contract, by symbol."""
        return {
            entry.symbol: entry
            for channel in self.protocol.channels.values()
            if channel.contract is contract
            for entry in channel.entries.values()
        }

    @property
    def subscribed(self) -> set[tuple[str, str]]:
        channels = self.protocol.channels.values()
        return {(entry.type, entry.symbol) for channel in channels for entry in channel.entries.values()}

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The client's messages of one type."""
        return [message for message in self.heard if message["type"] == kind]

    @property
    def asked(self) -> list[str]:
        """The types of the client's messages, but for its signs of life."""
        return [message["type"] for message in self.heard if message["type"] != "KEEPALIVE"]

    def number(self, contract: Contract) -> int:
        """The number of the channel of a contract, the newest one where there are several."""
        channels = self.protocol.channels.values()
        return max(channel.number for channel in channels if channel.contract is contract)

    async def wants(self, *symbols: str) -> Link:
        """Wait until the client has subscribed to these."""
        await until(lambda: set(symbols) <= {symbol for _, symbol in self.subscribed})
        return self

    def row(self, event: Event, contract: Contract | None = None) -> list[Any]:
        """The values of an event as they go over the wire, in the order of the columns in force."""
        name = type(event).__name__
        channel = self.protocol.channels[self.number(contract or contract_of(Entry(name, "X")))]
        values = (getattr(event, column, f"new {column}") for column in channel.columns(name))
        return ["NaN" if isinstance(value, float) and isnan(value) else value for value in values]

    # What it says.

    async def say_data(self, *data: Any, contract: Contract = Contract.TICKER) -> None:
        """One FEED_DATA of anything."""
        await self.say_message("FEED_DATA", self.number(contract), data=list(data))

    async def give(self, *events: Event, contract: Contract | None = None) -> None:
        """Deliver events, one FEED_DATA for each run of a type."""
        for cls, run in groupby(events, key=type):
            number = self.number(contract or contract_of(Entry(cls.__name__, "X")))
            self.protocol.send(number, [EventBatch.from_events(list(run))])
        await self.flush()

    async def say(self, text: str | bytes) -> None:
        """One text frame of anything."""
        await self.connection.send(text.encode() if isinstance(text, str) else text, text=True)

    async def say_message(self, kind: str, channel: int = 0, **rest: Any) -> None:
        """One message."""
        await self.say(msgspec.json.encode({"type": kind, "channel": channel, **rest}))

    def octets(self, data: bytes) -> None:
        """Bytes on the TCP connection, whatever they mean there."""
        self.connection.transport.write(data)

    async def flush(self) -> None:
        for text in self.protocol.data_to_send(self._now()):
            await self.connection.send(text, text=True)
        if self.protocol.closing is not None:
            await self.connection.close(self.protocol.closing.code, self.protocol.closing.reason)

    def abort(self) -> None:
        """End the TCP connection at once."""
        self.connection.transport.abort()

    # Its life.

    async def serve(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                text = await self.connection.recv(decode=False)
                self.heard.append(msgspec.json.decode(text))
                if self.slowness:
                    await asyncio.sleep(self.slowness)
                changes = self.protocol.receive(text, now=self._now())
                await self.flush()
                await self._follow(changes)

    async def _follow(self, changes: Iterable[Changed]) -> None:
        for change in changes:
            if change.added and self._answer is not None:
                await self._answer(self, change.channel.contract, change.added)

    def _user_of(self, token: str) -> str | None:
        return "me" if token.startswith("sim_") else None

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


class FeedServer:
    """``links`` has every connection there was. ``conduct`` comes before the conversation, per
    connection, and says whether there is to be one. ``patience``: seconds for the WebSocket's handshake.
    """

    def __init__(
        self,
        options: ServerOptions | None = None,
        *,
        answer: Answer | None = None,
        conduct: Callable[[Link, int], Awaitable[bool]] | None = None,
        port: int = 0,
        patience: float = 0.5,
    ) -> None:
        self.links: list[Link] = []
        self.url = ""
        self._options = options or ServerOptions()
        self._answer = answer
        self._conduct = conduct
        self._port = port
        self._patience = patience
        self._server: Server | None = None

    async def link(self, number: int = 1) -> Link:
        """The so-many-th connection, as soon as it has been let in."""
        await until(lambda: len(self.links) >= number and self.links[number - 1].protocol.is_authorized)
        return self.links[number - 1]

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self._port,
            ping_interval=None,
            max_size=None,
            open_timeout=self._patience,
            close_timeout=0.2,
        )
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        for link in self.links:
            link.abort()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, connection: ServerConnection) -> None:
        link = Link(connection, self._options, self._answer)
        self.links.append(link)
        if self._conduct is None or await self._conduct(link, len(self.links)):
            await link.serve()
