"""Simulator: a local tastytrade, REST and DXLink on one port. ``async with Simulator() as simulator``."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError
from tastytrade.rest.address import is_loopback
from tastytrade.simulator.accounts import Accounts, User
from tastytrade.simulator.feed import SHORTEST_PERIOD, Feed
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.rest import rest_routes

DXLINK_PATH = "/realtime"


class Simulator:
    """A tastytrade of one's own for as long as ``async with`` lasts.

    host, port  where it listens; this machine only, and a free port, unless told
    seed        the same seed and the same clock make the same market, byte for byte
    today       the trading day it begins on (rolled forward to one); the market opens at 10:00 New York
                and runs in real time, from one session straight to the next
    rate        events per second and connection instead of the market's own pace
    symbols     further equities to list
    options     how its DXLink end behaves
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 1,
        today: date | None = None,
        rate: int | None = None,
        symbols: Iterable[str] = (),
        user: User | None = None,
        options: ServerOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if rate is not None and rate <= 0:
            raise ConfigurationError(f"rate must be a positive number of events per second, not {rate}")
        if today is not None and not 1900 <= today.year <= 9000:
            raise ConfigurationError(f"today must be in the years 1900 to 9000, not {today}")
        self.listing = Listing(today or date.today(), symbols)  # noqa: DTZ011 - the user's own today
        self.market = Market(self.listing, seed=seed)
        self.accounts = Accounts(user)
        self._websockets: set[WebSocket] = set()
        self._host = host
        self._port = port
        self._rate = rate
        self._options = options or ServerOptions()
        self._clock = clock
        self._began = clock()
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    # Where it is, and who may come in.

    @property
    def api_url(self) -> str:
        """The REST address."""
        return f"http://{self._shown_host}:{self._port}"

    @property
    def dxlink_url(self) -> str:
        """The DXLink address."""
        return f"ws://{self._shown_host}:{self._port}{DXLINK_PATH}"

    @property
    def user(self) -> User:
        """Who can log in, and with what."""
        return self.accounts.user

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables that point a program at this simulator, whichever environment it names."""
        user = self.user
        return {
            "TT_API_URL": self.api_url,
            "TT_SANDBOX_URL": self.api_url,
            "TT_USER": user.login,
            "TT_PASS": user.password,
            "TT_SANDBOX_USER": user.login,
            "TT_SANDBOX_PASS": user.password,
            "TT_SECRET": user.client_secret,
            "TT_REFRESH": user.refresh_token,
            "TT_SANDBOX_SECRET": user.client_secret,
            "TT_SANDBOX_REFRESH": user.refresh_token,
        }

    def __repr__(self) -> str:
        return f"<Simulator at {self.api_url}>" if self._server else "<Simulator, not running>"

    @property
    def connections(self) -> int:
        """DXLink connections open now."""
        return len(self._websockets)

    async def drop_connections(self, code: int = 1012) -> None:
        """Close every DXLink connection, as a service does that restarts."""
        for websocket in tuple(self._websockets):
            await websocket.close(code)

    @property
    def _shown_host(self) -> str:
        return f"[{self._host}]" if ":" in self._host else self._host

    # Its life.

    async def __aenter__(self) -> Self:
        listener = self._listen()
        self._port = listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                self._build_app(),
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                ws="websockets-sansio",
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=1,
                server_header=False,
            )
        )
        self._began = self._clock()
        self._serving = asyncio.create_task(self._server.serve([listener]), name="tastytrade-simulator")
        await self._server.ready.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # Named as TCP, asyncio sets TCP_NODELAY on what it accepts; without it an answer waits 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            raise ConfigurationError(
                f"cannot listen on {self._host} port {self._port} ({error.strerror});"
                " choose another --port, or 0 for any free one"
            ) from None
        return listener

    def _build_app(self) -> Starlette:
        routes = rest_routes(self.accounts, self.listing, lambda _request: self.dxlink_url)
        return Starlette(routes=[*routes, WebSocketRoute(DXLINK_PATH, self._serve_dxlink)])

    # One DXLink connection.

    async def _serve_dxlink(self, websocket: WebSocket) -> None:
        if not self._is_welcome(websocket):
            await websocket.close(1008)
            return
        await websocket.accept()
        self._websockets.add(websocket)
        try:
            await _Connection(websocket, self._make_protocol(), self._make_feed, self._elapsed).serve()
        finally:
            self._websockets.discard(websocket)

    def _is_welcome(self, websocket: WebSocket) -> bool:
        """A page of another site that a browser has open must not reach a simulator on this machine."""
        origin = websocket.headers.get("origin")
        return origin is None or is_loopback(origin) or urlsplit(origin).hostname == self._host

    def _make_protocol(self) -> ServerProtocol:
        def user_of(token: str) -> str | None:
            return self.user.external_id if self.accounts.quote_tokens.holds(token) else None

        return ServerProtocol(user_of, self._options, now=self._elapsed())

    def _make_feed(self, protocol: ServerProtocol) -> Feed:
        return Feed(self.market, protocol, rate=self._rate)

    def _elapsed(self) -> float:
        return self._clock() - self._began


class _Connection:
    """Moves text between one WebSocket and its ServerProtocol and Feed."""

    def __init__(
        self,
        websocket: WebSocket,
        protocol: ServerProtocol,
        make_feed: Callable[[ServerProtocol], Feed],
        elapsed: Callable[[], float],
    ) -> None:
        self._websocket = websocket
        self._protocol = protocol
        self._feed = make_feed(protocol)
        self._elapsed = elapsed
        self._wake = asyncio.Event()

    async def serve(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(self._read())
                await self._write()
                reading.cancel()
        except* WebSocketDisconnect:
            pass

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1006))
            text = message.get("text")
            frame = text.encode() if text is not None else message.get("bytes") or b""
            changes = self._protocol.receive(frame, now=self._elapsed())
            self._feed.apply(changes, self._elapsed())
            self._wake.set()

    async def _write(self) -> None:
        while True:
            self._wake.clear()
            now = self._elapsed()
            self._protocol.tick(now)
            self._feed.pump(now)
            for text in self._protocol.data_to_send(now):
                await self._websocket.send_text(text.decode())
            if self._protocol.closing is not None:
                await self._websocket.close(self._protocol.closing.code, self._protocol.closing.reason)
                return
            try:
                async with asyncio.timeout(SHORTEST_PERIOD):
                    await self._wake.wait()
            except TimeoutError:
                continue


class _Server(uvicorn.Server):
    """uvicorn that says when it listens, and leaves signals to the program that runs the simulator."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
