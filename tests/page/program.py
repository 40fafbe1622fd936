"""A program a page is opened from: serves the page's files, says what a test wants, keeps what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Message as Event
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from tastytrade.simulator.listener import Listener
from tests.page import market
from tests.page.market import Message
from tests.shape.source import PACKAGE

STATIC = PACKAGE / "dashboard" / "static"
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

ANSWERS: dict[str, Callable[[Message], Message]] = {
    "chain": lambda args: market.chain(args=args),
    "quotes": lambda args: market.quotes(args["symbols"]),
    "candles": lambda args: market.bars(symbol=args["symbol"], period=args["period"]),
    "smile": lambda args: market.smile(),
    "term": lambda args: market.term(),
    "exposure": lambda args: market.exposure(args["what"]),
    "prints": lambda args: market.prints(symbol=args["symbols"][0]),
    "health": lambda args: market.health(),
}


class Program:
    """``answers`` say what follows when a panel is shown; ``said`` is what pages said, in order."""

    def __init__(self, **hello: Any) -> None:
        self.hello = market.hello(**hello)
        self.answers = dict(ANSWERS)
        self.said: list[Message] = []
        self.listener = Listener("127.0.0.1", 0)
        self._sockets: set[WebSocket] = set()
        self._changed = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"http://{self.listener.address}/"

    @property
    def shown(self) -> dict[str, Message]:
        """The panels that are shown, with their arguments."""
        panels: dict[str, Message] = {}
        for said in self.said:
            if said["do"] == "show":
                panels[said["panel"]] = said["args"]
            elif said["do"] == "hide":
                panels.pop(said["panel"], None)
        return panels

    async def __aenter__(self) -> Self:
        await self.listener.open(self._app())
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.hang_up()
        await self.listener.aclose()

    async def say(self, *messages: Message) -> None:
        """To every page there is."""
        for socket in list(self._sockets):
            for message in messages:
                await socket.send_text(json.dumps(message))

    async def hang_up(self, code: int = 1001, reason: str = "") -> None:
        """End every page's connection."""
        for socket in list(self._sockets):
            self._sockets.discard(socket)
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(code, reason)

    async def hears(self, **wanted: Any) -> Message:
        """The newest thing a page said that has all these, waited for for a while."""

        def found() -> Message | None:
            fits = (said for said in reversed(self.said) if wanted.items() <= said.items())
            return next(fits, None)

        async with asyncio.timeout(15), self._changed:
            while (said := found()) is None:
                await self._changed.wait()
        return said

    def _app(self) -> Any:
        app = Starlette(
            routes=[
                Route("/", self._index),
                Route("/export/{panel}.csv", self._export),
                WebSocketRoute("/ws", self._converse),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            async def sending(event: Event) -> None:
                if event["type"] == "http.response.start":
                    event["headers"] = [
                        *event["headers"],
                        (b"content-security-policy", POLICY.encode()),
                        (b"x-content-type-options", b"nosniff"),
                        (b"cache-control", b"no-store"),
                    ]
                await send(event)

            await app(scope, receive, sending)

        return guarded

    async def _index(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def _export(self, request: Request) -> Response:
        args = request.query_params.get("args", "{}")
        return Response(f"panel,args\r\n{request.path_params['panel']},{args!r}\r\n", media_type="text/csv")

    async def _converse(self, socket: WebSocket) -> None:
        await socket.accept()
        self._sockets.add(socket)
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(json.dumps(self.hello))
            while True:
                await self._answer(socket, json.loads(await socket.receive_text()))
        self._sockets.discard(socket)

    async def _answer(self, socket: WebSocket, said: Message) -> None:
        self.said.append(said)
        async with self._changed:
            self._changed.notify_all()
        if said["do"] == "show" and said["panel"] in self.answers:
            await socket.send_text(json.dumps(self.answers[said["panel"]](said["args"])))
