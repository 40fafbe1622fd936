"""Simulator: a local tastytrade, REST and DXLink on one port. ``async with Simulator() as simulator``."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.accounts import Accounts, User
from tastytrade.simulator.dxlink_connection import DXLinkConnection
from tastytrade.simulator.events_service import EVENTS_PATH
from tastytrade.simulator.feed import Feed
from tastytrade.simulator.front import Front
from tastytrade.simulator.listener import Server, listen, server_of
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.rest import rest_routes
from tastytrade.simulator.rest_options import RestOptions

DXLINK_PATH = "/realtime"


class Simulator:
    """A tastytrade of one's own for as long as ``async with`` lasts.

    host, port  where it listens; this machine only, and a free port, unless told
    seed        the same seed and the same clock make the same market, byte for byte
    today       the trading day it begins on (rolled forward to one); the market opens at 10:00 New York
                and runs in real time, from one session straight to the next
    rate        events per second and connection instead of the market's own pace
    symbols     further equities to list
    dxlink_options  how its DXLink end behaves
    rest_options    how its REST end behaves; may be replaced at any time
    clock       seconds that only go forward: for the market and for the lives of tokens
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
        dxlink_options: ServerOptions | None = None,
        rest_options: RestOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if rate is not None and rate <= 0:
            raise ConfigurationError(f"rate must be a positive number of events per second, not {rate}")
        if today is not None and not 1900 <= today.year <= 9000:
            raise ConfigurationError(f"today must be in the years 1900 to 9000, not {today}")
        self.listing = Listing(today or date.today(), symbols)  # noqa: DTZ011 - the user's own today
        self.market = Market(self.listing, seed=seed)
        self.accounts = Accounts(user, monotonic=self._token_time)
        self._websockets: set[WebSocket] = set()
        self._host = host
        self._port = port
        self._rate = rate
        self._dxlink_options = dxlink_options or ServerOptions()
        self._clock = clock
        self._began = clock()
        self._token_lead = 0.0
        self._market_lead = 0.0
        self._front = Front(host=host)
        self.rest_options = rest_options or RestOptions()
        self._server: Server | None = None
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
    def events_url(self) -> str:
        """The address of the dxFeed web service; its token is a quote token."""
        return f"{self.api_url}{EVENTS_PATH}"

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

    # What tests may do to it.

    @property
    def rest_options(self) -> RestOptions:
        """How its REST end behaves. Tokens given out keep the life they were given out with."""
        return self._front.options

    @rest_options.setter
    def rest_options(self, options: RestOptions) -> None:
        self._front.options = options
        self.accounts.set_lifetimes(options)

    @property
    def requests(self) -> Counter[str]:
        """How often what was asked over REST: "POST /oauth/token" and so on, without queries."""
        return self._front.requests

    def advance(self, seconds: float, *, market: bool = False) -> None:
        """Let tokens grow older by so many seconds at once; with ``market`` its clock goes forward too.

        DXLink connections do not notice: no keepalive is missed.
        """
        if seconds < 0:
            raise ConfigurationError(f"time goes forward only: seconds must not be negative, got {seconds}")
        self._token_lead += seconds
        if market:
            self._market_lead += seconds

    @property
    def _shown_host(self) -> str:
        return f"[{self._host}]" if ":" in self._host else self._host

    # Its life.

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def open(self) -> None:
        """Begin to listen; nothing when it does. Raises ConfigurationError when the address is taken."""
        if self._server is not None:
            return
        listener = listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = server_of(self._build_app())
        self._front.open()
        self._began = self._clock()
        self._serving = asyncio.create_task(self._server.serve([listener]), name="tastytrade-simulator")
        await self._server.ready.wait()

    async def aclose(self) -> None:
        """Close every connection and listen no more; nothing when it does not listen."""
        if self._server is not None and self._serving is not None:
            self._front.close()
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None

    def _build_app(self) -> Starlette:
        routes = rest_routes(
            self.accounts,
            self.listing,
            lambda _request: self.dxlink_url,
            market=MarketNow(self.market, lambda: self.market.time_at(self._market_elapsed())),
            options=lambda: self._front.options,
        )
        return Starlette(
            routes=[*routes, WebSocketRoute(DXLINK_PATH, self._serve_dxlink)],
            middleware=[Middleware(self._front.before)],
        )

    # One DXLink connection.

    async def _serve_dxlink(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self._websockets.add(websocket)
        try:
            protocol = self._make_protocol()
            feed = Feed(self.market, protocol, rate=self._rate)
            await DXLinkConnection(
                websocket, protocol, feed, elapsed=self._elapsed, market_elapsed=self._market_elapsed
            ).serve()
        finally:
            self._websockets.discard(websocket)

    def _make_protocol(self) -> ServerProtocol:
        def user_of(token: str) -> str | None:
            return self.user.external_id if self.accounts.quote_tokens.holds(token) else None

        return ServerProtocol(user_of, self._dxlink_options, now=self._elapsed())

    def _elapsed(self) -> float:
        return self._clock() - self._began

    def _market_elapsed(self) -> float:
        return self._elapsed() + self._market_lead

    def _token_time(self) -> float:
        return self._clock() + self._token_lead
