"""Simulator: a local tastytrade, REST and DXLink on one port. ``async with Simulator() as simulator``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.accounts import Accounts, User
from tastytrade.simulator.control import Control
from tastytrade.simulator.dxlink_connection import Clocks
from tastytrade.simulator.events_service import EVENTS_PATH
from tastytrade.simulator.fault import Fault
from tastytrade.simulator.fault_book import FaultBook
from tastytrade.simulator.faults import parse_fault
from tastytrade.simulator.feed_market import FeedMarket
from tastytrade.simulator.front import Front
from tastytrade.simulator.links import ConnectionInfo, Links
from tastytrade.simulator.listener import Listener
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.quote_token_routes import DELAYED_PATH
from tastytrade.simulator.recorded_chains import Chains
from tastytrade.simulator.rest import rest_routes
from tastytrade.simulator.rest_options import RestOptions
from tastytrade.simulator.switched import switched
from tastytrade.simulator.truth import Truth, key_of

DXLINK_PATH = "/realtime"


class Simulator:
    """A tastytrade of one's own for as long as ``async with`` lasts.

    host, port  where it listens; this machine only, and a free port, unless told
    seed        the same seed and the same clock make the same market, byte for byte
    today       the trading day it begins on (rolled forward to one); the market opens at 10:00 New York
                and runs in real time, from one session straight to the next
    rate        events per second and connection instead of the market's own pace
    symbols     further equities to list
    market      what the feed delivers instead of the listing's own market; REST answers by the latter
    chains      the nested option chains there are, by underlying, as a recording kept them (``Store.chain``):
                REST answers with them then, and of nothing else that is listed or has a price
    dxlink_options  how its DXLink end behaves
    rest_options    how its REST end behaves; may be replaced at any time
    clock       seconds that only go forward: for the market and for the lives of tokens
    faults      what goes wrong, and when: ``Fault`` objects, or plain data as ``parse_fault`` takes it
    control     whether another program may make things go wrong, by a second address and a token
    truth       a file that everything it really did is appended to
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
        market: FeedMarket | None = None,
        chains: Chains | None = None,
        user: User | None = None,
        dxlink_options: ServerOptions | None = None,
        rest_options: RestOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
        faults: Iterable[Fault | Mapping[str, Any] | str] = (),
        control: bool = False,
        truth: str | Path | None = None,
    ) -> None:
        if rate is not None and rate <= 0:
            raise ConfigurationError(f"rate must be a positive number of events per second, not {rate}")
        if today is not None and not 1900 <= today.year <= 9000:
            raise ConfigurationError(f"today must be in the years 1900 to 9000, not {today}")
        self.listing = Listing(today or date.today(), symbols)  # noqa: DTZ011 - the user's own today
        self.market = Market(self.listing, seed=seed)
        self.accounts = Accounts(user, monotonic=self._token_time)
        self._listener = Listener(host, port)
        self._clock = clock
        self._began = clock()
        self._token_lead = 0.0
        self._market_lead = 0.0
        self._front = Front(host=host)
        self.rest_options = rest_options or RestOptions()
        feed_market = self.market if market is None else market
        self._links = Links(
            feed_market,
            self.accounts,
            dxlink_options or ServerOptions(),
            clocks=Clocks(self._elapsed, self._market_elapsed),
            rate=rate,
            switch_rest=self._switch_rest,
        )
        self._chains = chains
        self._truth = truth
        self._truth_key = key_of(feed_market)
        for fault in faults:
            self.inject(fault)
        # On this machine only, wherever else the simulator listens.
        control_host = "::1" if ":" in host else "127.0.0.1"
        self._control = Control(self, host=control_host) if control else None
        self._control_listener = Listener(control_host, 0)

    # Where it is, and who may come in.

    @property
    def api_url(self) -> str:
        """The REST address."""
        return f"http://{self._listener.address}"

    @property
    def dxlink_url(self) -> str:
        """The DXLink address."""
        return f"ws://{self._listener.address}{DXLINK_PATH}"

    @property
    def events_url(self) -> str:
        """The address of the dxFeed web service; its token is a quote token."""
        return f"{self.api_url}{EVENTS_PATH}"

    @property
    def control_url(self) -> str | None:
        """The address for other programs to control it; None when it was not asked for."""
        return f"http://{self._control_listener.address}" if self._control else None

    @property
    def control_token(self) -> str | None:
        """What they send as ``Authorization: Bearer``."""
        return self._control.token if self._control else None

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
        return f"<Simulator at {self.api_url}>" if self._listener.is_open else "<Simulator, not running>"

    @property
    def connections(self) -> int:
        """DXLink connections open now."""
        return len(self._links.living)

    def connection_infos(self) -> list[ConnectionInfo]:
        """What there is to know of each of them: channels, subscriptions, what was written."""
        return self._links.infos()

    def subscriptions(self) -> set[tuple[str, str]]:
        """What is subscribed over all connections, as (event type, symbol); candle symbols are canonical."""
        return {
            (event_type, symbol)
            for info in self._links.infos()
            for channel in info.channels
            for event_type, symbol, *_ in channel.subscriptions
        }

    @property
    def events_sent(self) -> int:
        """Events written on all DXLink connections there have been."""
        return self._links.rows

    async def drop_connections(self, code: int = 1012) -> None:
        """Close every DXLink connection, as a service does that restarts."""
        for connection in tuple(self._links.living.values()):
            await connection.close(code)

    # What goes wrong.

    @property
    def faults(self) -> FaultBook:
        """The faults that wait, and those that were done."""
        return self._links.book

    def inject(self, fault: Fault | Mapping[str, Any] | str) -> int:
        """Let something go wrong: at once, or when the fault says; gives its number.

        From the event loop's thread only. Raises ConfigurationError, which names all faults there are.
        """
        return self._links.book.give(parse_fault(fault))

    # What tests may do to it.

    @property
    def rest_options(self) -> RestOptions:
        """How its REST end behaves. Tokens given out keep the life they were given out with."""
        return self._front.options

    @rest_options.setter
    def rest_options(self, options: RestOptions) -> None:
        self._front.options = options
        self.accounts.set_lifetimes(options)

    def _switch_rest(self, changes: dict[str, Any]) -> None:
        self.rest_options = switched(self.rest_options, changes)

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
        if self._listener.is_open:
            return
        if self._truth is not None:
            self._links.truth = Truth(self._truth, self._truth_key)
        try:
            await self._listener.open(self._build_app())
            if self._control is not None:
                await self._control_listener.open(self._control.app())
        except BaseException:
            await self.aclose()
            raise
        self._front.open()
        self._began = self._clock()
        self._links.book.open()

    async def aclose(self) -> None:
        """Close every connection and listen no more; nothing when it does not listen."""
        self._links.book.close()
        self._front.close()
        self._links.release()
        await self._control_listener.aclose()
        await self._listener.aclose()
        if self._links.truth is not None:
            self._links.truth.close()
            self._links.truth = None

    def _build_app(self) -> Starlette:
        routes = rest_routes(
            self.accounts,
            self.listing,
            lambda _request: self.dxlink_url,
            market=MarketNow(self.market, lambda: self.market.time_at(self._market_elapsed())),
            options=lambda: self._front.options,
            chains=self._chains,
        )
        feeds = [WebSocketRoute(path, self._links.serve) for path in (DXLINK_PATH, DELAYED_PATH)]
        return Starlette(routes=[*routes, *feeds], middleware=[Middleware(self._front.before)])

    def _elapsed(self) -> float:
        return self._clock() - self._began

    def _market_elapsed(self) -> float:
        return self._elapsed() + self._market_lead

    def _token_time(self) -> float:
        return self._clock() + self._token_lead
