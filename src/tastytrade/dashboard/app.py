"""Dashboard: a page on this machine that shows a source of events: live, simulated or replayed.

``async with Dashboard(streamer, runner=session) as dashboard``: ``dashboard.new_url()`` opens it, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from importlib.metadata import version
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from tastytrade.dashboard.client import Client
from tastytrade.dashboard.export import format_csv
from tastytrade.dashboard.guard import Guard
from tastytrade.dashboard.health_view import level_of
from tastytrade.dashboard.hub import Hub
from tastytrade.dashboard.keys import Keys
from tastytrade.dashboard.limits import Limits
from tastytrade.dashboard.listener import HOST, Listener, hang_up
from tastytrade.dashboard.panel_args import PANELS, parse_args
from tastytrade.dashboard.player import Player
from tastytrade.errors import ConfigurationError
from tastytrade.replaying import Replay
from tastytrade.rest.call import AsyncRunner
from tastytrade.source import EventSource

_STATIC = files("tastytrade.dashboard") / "static"


class Dashboard:
    """The page's server, on loopback, for as long as ``async with`` lasts.

    source       an open Streamer, or an open Replay, which the page can pause and send elsewhere
    runner       a session to ask for chains and symbols; None where there is none
    port         0: any free one
    underlyings  what the page offers to begin with
    symbols      its watch list to begin with
    entered      called when somebody has used a link
    limits       how much pages may take

    Only who has a link gets in, and each works once: ``new_url()`` makes another.
    """

    def __init__(
        self,
        source: EventSource,
        *,
        runner: AsyncRunner | None = None,
        port: int = 0,
        underlyings: Iterable[str] = (),
        symbols: Iterable[str] = (),
        entered: Callable[[], None] = lambda: None,
        limits: Limits | None = None,
    ) -> None:
        self._source = source
        self._player = Player(source) if isinstance(source, Replay) else None
        self._runner = runner
        self._underlyings = list(underlyings)
        self._symbols = list(symbols)
        self._keys = Keys()
        self._guard = Guard(self._hosts, self._keys, entered)
        self._limits = limits or Limits()
        self._listener = Listener(port, self._limits)
        self._hub: Hub | None = None
        self._clients: set[Client] = set()
        self._conflated = 0

    @property
    def port(self) -> int:
        """Where it listens; the one asked for, while it does not."""
        return self._listener.port

    def new_url(self) -> str:
        """A link that lets one browser in, once."""
        return f"http://{HOST}:{self.port}/?token={self._keys.new_link()}"

    def page_stats(self) -> dict[str, int]:
        """Pages that are open, and versions of panels that were too many for them."""
        return {
            "clients": len(self._clients),
            "conflated": self._conflated + sum(client.conflated for client in self._clients),
        }

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def open(self) -> None:
        """Begin to listen. Raises ConfigurationError when the port is taken, or it listens already."""
        await self._listener.open(self._build_app())
        self._hub = Hub(self._source, player=self._player, runner=self._runner, page=self.page_stats)
        self._hub.open()

    async def aclose(self) -> None:
        """Let every page go and listen no more; nothing when it does not listen."""
        hub, self._hub = self._hub, None
        try:
            await self._listener.aclose()
        finally:
            if hub is not None:
                await hub.aclose()

    def __repr__(self) -> str:
        return f"<Dashboard of {self._source.origin} on {HOST}:{self.port}>"

    # What it answers.

    def _hosts(self) -> frozenset[str]:
        return frozenset({f"{HOST}:{self.port}", f"localhost:{self.port}"})

    def _build_app(self) -> Starlette:
        routes = [
            Route("/", self._index),
            Route("/export/{panel}.csv", self._export),
            WebSocketRoute("/ws", self._serve),
            Mount("/static", StaticFiles(packages=[("tastytrade.dashboard", "static")])),
        ]
        return Starlette(routes=routes, middleware=[Middleware(self._guard.before)])

    async def _index(self, _request: Request) -> Response:
        return FileResponse(str(_STATIC / "index.html"), media_type="text/html")

    async def _export(self, request: Request) -> Response:
        panel, hub = request.path_params["panel"], self._hub
        if panel not in PANELS or hub is None:
            return PlainTextResponse("there is no such panel\n", 404)
        try:
            args = parse_args(panel, request.query_params.get("args", "{}").encode("utf-8", "replace"))
            changed = asyncio.Event()
            shown = hub.show(panel, args, changed)
        except ConfigurationError as error:
            return PlainTextResponse(f"{error}\n", 400)
        try:
            async with asyncio.timeout(self._limits.export_timeout):
                while not shown.view.has_something and shown.failure is None:
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            pass  # what there is then
        finally:
            text = format_csv(shown.view.exported())
            await hub.leave(shown, changed)
        if shown.failure is not None:
            return PlainTextResponse(f"{shown.failure}\n", 400)
        headers = {"Content-Disposition": f'attachment; filename="{panel}.csv"'}
        return Response(text, media_type="text/csv", headers=headers)

    async def _serve(self, websocket: WebSocket) -> None:
        hub = self._hub
        if hub is None or len(self._clients) >= self._limits.clients:
            await websocket.send_denial_response(PlainTextResponse("too many pages are open\n", 503))
            return
        patience = self._limits.patience
        client = Client(websocket, hub, hello=self._hello(), patience=patience, hang_up=hang_up)
        self._clients.add(client)
        try:
            await websocket.accept()
            await client.run()
        except WebSocketDisconnect:
            pass
        finally:
            self._clients.discard(client)
            self._conflated += client.conflated

    def _hello(self) -> dict[str, Any]:
        source = self._source
        level = level_of(source)
        origin = "simulator" if level == "simulated" and self._player is None else source.origin
        chains = self._player.store.chains() if self._player is not None else []
        return {
            "version": version("tastytrade-marketdata"),
            "title": f"tastytrade · {origin}",
            "origin": origin,
            "level": level,
            "underlyings": list(dict.fromkeys([*self._underlyings, *chains])),
            "symbols": self._symbols,
            "can_search": self._player is not None or self._runner is not None,
            "replay": None if self._player is None else self._player.opening(),
        }
