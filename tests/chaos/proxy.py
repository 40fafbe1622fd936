"""A TCP proxy that does to a client's connection what networks do. Runs as a process of its own.

    python -m tests.chaos.proxy UPSTREAM_PORT|0

It prints one line of JSON with its port, then takes one JSON object a line and answers each with one:

    {"do": "upstream", "port": 1234}                where it leads
    {"do": "rst" | "fin" | "half"}                  at once, to every connection; half: amid the next message
    {"do": "mode", "mode": ..., "value": ...}       for all connections, until another mode
        pass                                        what comes goes
        refuse                                      nothing listens; connections there are get a RST
        stall                                       a connection is accepted, and no byte of it moves
        blackhole, deaf, dumb                       bytes are eaten: all, the server's, the client's
        hold                                        bytes wait, and arrive when it is over
        slice, latency, bandwidth                   in crumbs; ``value`` s late; ``value`` bytes a second

A connection that lost bytes is never whole again: it stays dead in that direction when the mode is over,
as after a router forgot it. New ones pass.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from enum import Enum
from typing import Any

CRUMBS = 256
"""Bytes of each piece that go out in crumbs of one to seven."""

MEMORY = 2.0
"""Seconds for which one end of a dead connection is not told that the other has gone."""

_EATEN = {"blackhole": {"up", "down"}, "stall": {"up", "down"}, "deaf": {"down"}, "dumb": {"up"}}


class Side(Enum):
    """Which way bytes go: ``up`` from the client to the server."""

    UP = "up"
    DOWN = "down"


class Link:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writers = [writer]
        self.dead: set[str] = set()
        self.is_to_break = False

    def reset(self) -> None:
        """End it with a RST on both sides; what was not sent is lost."""
        for writer in self.writers:
            raw = writer.get_extra_info("socket")
            if raw is not None and not writer.is_closing():
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def finish(self) -> None:
        """End it in order, with a FIN and no close frame."""
        for writer in self.writers:
            writer.close()


class Proxy:
    """Listens on a port of its own, and leads to ``upstream`` on this machine."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.port = 0
        self._mode = "pass"
        self._value = 0.0
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def do(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one order; gives what there is to say."""
        match order["do"]:
            case "upstream":
                self.upstream = int(order["port"])
            case "rst":
                for link in tuple(self._links):
                    link.reset()
            case "fin":
                for link in tuple(self._links):
                    link.finish()
            case "half":
                for link in self._links:
                    link.is_to_break = True
            case "mode":
                await self._turn(str(order["mode"]), float(order.get("value") or 0.0))
            case other:
                return {"error": f"unknown order {other!r}"}
        return {"links": len(self._links)}

    async def _turn(self, mode: str, value: float) -> None:
        self._mode, self._value = mode, value
        if mode == "hold":
            self._flowing.clear()
        else:
            self._flowing.set()
        if mode == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
            for link in tuple(self._links):
                link.reset()
        elif mode != "refuse" and self._server is None:
            await self.listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(writer)
        self._links.add(link)
        try:
            if self._mode in {"stall", "blackhole"}:
                while await reader.read(65536):
                    pass
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
            link.writers.append(far_writer)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(link, reader, far_writer, Side.UP))
                tasks.create_task(self._carry(link, far_reader, writer, Side.DOWN))
        except* OSError:
            link.reset()
        finally:
            self._links.discard(link)
            link.finish()

    async def _carry(
        self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, side: Side
    ) -> None:
        while data := await reader.read(65536):
            if side.value in _EATEN.get(self._mode, ()):
                link.dead.add(side.value)
            if side.value in link.dead:
                continue
            await self._flowing.wait()
            if link.is_to_break and side is Side.DOWN:
                writer.write(data[: max(len(data) // 2, 1)])
                await writer.drain()
                link.reset()
                return
            await self._write(writer, data)
        if side.value in link.dead:  # a dead wire does not say that the other end has gone
            await asyncio.sleep(MEMORY)
            link.reset()
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        match self._mode:
            case "latency":
                await asyncio.sleep(self._value)
            case "bandwidth":
                await asyncio.sleep(len(data) / self._value)
            case "slice":
                size = 1
                while data[:CRUMBS] and size < 40:
                    writer.write(data[: size % 7 + 1])
                    data = data[size % 7 + 1 :]
                    await asyncio.sleep(0)
                    size += 1
        writer.write(data)
        await writer.drain()


async def serve(upstream: int) -> None:
    """Until the end of standard input."""
    proxy = Proxy(upstream)
    await proxy.listen()
    say({"port": proxy.port})
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        say(await proxy.do(json.loads(line)))


def say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
