"""A simulator in the test's own loop that notes what it is asked over REST and what it hears on DXLink."""

from __future__ import annotations

import json
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tastytrade import Simulator


class WatchedSimulator(Simulator):
    """``asked``: "POST /sessions" and so on; ``heard``: messages of DXLink clients; both in order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.asked: list[str] = []
        self.heard: list[dict[str, Any]] = []

    def _build_app(self) -> Starlette:
        app = super()._build_app()
        app.add_middleware(_Watch, notes=self)
        return app


class _Watch:
    def __init__(self, app: ASGIApp, notes: WatchedSimulator) -> None:
        self._app = app
        self._notes = notes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def listen() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                self._notes.heard.append(json.loads(message["text"]))
            return message

        if scope["type"] == "http":
            self._notes.asked.append(f"{scope['method']} {scope['path']}")
        await self._app(scope, listen, send)
