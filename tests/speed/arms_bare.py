"""Bare readers: a WebSocket and orjson.loads, nothing else. Clients are held against them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson  # type: ignore[import-not-found]  # only in the environment of this arm
import picows  # type: ignore[import-not-found]  # likewise
import uvloop
from websockets.asyncio.client import connect

from tests.speed.stopwatch import Order, Stopwatch, read_order

SETUP = {
    "type": "SETUP",
    "channel": 0,
    "version": "0.1-bare/1",
    "keepaliveTimeout": 60,
    "acceptKeepaliveTimeout": 60,
}


class Reader:
    """What both do with a text; ``send`` takes what there is to answer."""

    def __init__(self, order: Order, watch: Stopwatch, send: Callable[[bytes], None]) -> None:
        self._order = order
        self._watch = watch
        self._send = send
        self._widths = {name: len(columns) for name, columns in order.columns.items()}
        self._stamp = order.columns.get("Quote", [""]).index("askSize") if order.is_stamped else -1
        self._count = 0

    def begin(self) -> None:
        self._send(orjson.dumps(SETUP))

    def take(self, text: bytes | memoryview) -> None:
        message = orjson.loads(text)
        if message["type"] != "FEED_DATA":
            self._greet(message)
            return
        event_type, values = message["data"]
        if not self._count:
            self._watch.start()
        width = self._widths[event_type]
        self._count += len(values) // width
        if self._stamp >= 0:
            for stamp in values[self._stamp :: width]:
                self._watch.saw(stamp)
        if self._count >= self._order.events:
            self._watch.stop(self._count)

    def _greet(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "AUTH_STATE", "state": "UNAUTHORIZED"}:
                self._send(orjson.dumps({"type": "AUTH", "channel": 0, "token": "speed"}))
            case {"type": "AUTH_STATE"}:
                request = {"service": "FEED", "parameters": {"contract": "AUTO"}}
                self._send(orjson.dumps({"type": "CHANNEL_REQUEST", "channel": 1, **request}))
            case {"type": "CHANNEL_OPENED"}:
                wish = {"acceptDataFormat": "COMPACT", "acceptEventFields": self._order.columns}
                self._send(orjson.dumps({"type": "FEED_SETUP", "channel": 1, **wish}))
                add = [
                    {"type": event_type, "symbol": symbol}
                    for event_type, symbols in self._order.subscriptions.items()
                    for symbol in symbols
                ]
                self._send(orjson.dumps({"type": "FEED_SUBSCRIPTION", "channel": 1, "add": add}))


class Listener(picows.WSListener):  # type: ignore[misc]  # picows is not here for a type checker
    """picows gives frames to this."""

    def __init__(self, order: Order, watch: Stopwatch) -> None:
        super().__init__()
        self._order = order
        self._watch = watch

    def on_ws_connected(self, transport: Any) -> None:
        def send(text: bytes) -> None:
            transport.send(picows.WSMsgType.TEXT, text)

        self._reader = Reader(self._order, self._watch, send)
        self._reader.begin()

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        del transport
        if frame.msg_type == picows.WSMsgType.TEXT:
            self._reader.take(frame.get_payload_as_memoryview())


async def picows_reader(order: Order, watch: Stopwatch) -> None:
    transport, _ = await picows.ws_connect(lambda: Listener(order, watch), order.url)
    await transport.wait_disconnected()


async def websockets_reader(order: Order, watch: Stopwatch) -> None:
    options: dict[str, Any] = {"compression": None, "max_size": None, "ping_interval": None}
    async with connect(order.url, **options) as connection:
        outbox: list[bytes] = []
        reader = Reader(order, watch, outbox.append)
        reader.begin()
        while True:
            while outbox:
                await connection.send(outbox.pop(0), text=True)
            reader.take(await connection.recv(decode=False))


def main() -> None:
    order = read_order()
    watch = Stopwatch(order)
    if order.arm == "picows":
        uvloop.run(picows_reader(order, watch))
    else:
        asyncio.run(websockets_reader(order, watch))


if __name__ == "__main__":
    main()
