"""Control: a second, authenticated address by which another program makes things go wrong.

Every request needs ``Authorization: Bearer`` and the token that was made at the start; nothing of it is
stored, and no file can be reached by it.

POST /faults        a fault as JSON; answers its number
GET /faults         those that wait, and those that were done
GET /connections    the DXLink connections: channels, subscriptions, what was written
GET /requests       how often what was asked over REST
POST /advance       {"seconds": 3600, "market": false}
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tastytrade.errors import ConfigurationError
from tastytrade.simulator.fault_book import FaultBook
from tastytrade.simulator.faults import as_data, parse_fault
from tastytrade.simulator.links import ConnectionInfo
from tastytrade.simulator.patience import in_time
from tastytrade.simulator.replies import not_this_machine
from tastytrade.simulator.strangers import is_foreign


class Controlled(Protocol):
    """The simulator, as far as it can be controlled."""

    @property
    def faults(self) -> FaultBook: ...

    @property
    def requests(self) -> Counter[str]: ...

    def connection_infos(self) -> list[ConnectionInfo]: ...

    def advance(self, seconds: float, *, market: bool = False) -> None: ...


class _Advance(Struct, forbid_unknown_fields=True):
    seconds: float
    market: bool = False


class Control:
    """The routes, and the token they want; made anew for each simulator, and in no ``repr``."""

    def __init__(self, simulator: Controlled, *, host: str) -> None:
        self.token = f"sim_control_{secrets.token_urlsafe(32)}"
        self._simulator = simulator
        self._host = host

    def app(self) -> Starlette:
        """What answers on the control address."""
        routes = [
            Route("/faults", _answered(self._faults), methods=["GET"]),
            Route("/faults", _answered(self._give_fault), methods=["POST"]),
            Route("/connections", _answered(self._connections), methods=["GET"]),
            Route("/requests", _answered(self._requests), methods=["GET"]),
            Route("/advance", _answered(self._advance), methods=["POST"]),
        ]
        return Starlette(routes=routes, middleware=[Middleware(self._guarded)])

    def _guarded(self, app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if is_foreign(scope, self._host):
                await not_this_machine()(scope, receive, send)
            elif not self._is_known(scope):
                await _said("Authorization: Bearer and the control token are needed", 401)(
                    scope, receive, send
                )
            else:
                await in_time(app, scope, receive, send)

        return guarded

    def _is_known(self, scope: Scope) -> bool:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(given, f"Bearer {self.token}".encode())

    async def _faults(self, _request: Request) -> Any:
        book = self._simulator.faults
        waiting = [
            {"number": one.number, "fault": as_data(one.fault), "left": one.left} for one in book.waiting
        ]
        return {"waiting": waiting, "done": list(book.done)}

    async def _give_fault(self, request: Request) -> Any:
        return {"number": self._simulator.faults.give(parse_fault(await request.body()))}

    async def _connections(self, _request: Request) -> Any:
        return {"connections": self._simulator.connection_infos()}

    async def _requests(self, _request: Request) -> Any:
        return {"requests": dict(self._simulator.requests)}

    async def _advance(self, request: Request) -> Any:
        try:
            asked = msgspec.json.decode(await request.body(), type=_Advance)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ConfigurationError(f'expected {{"seconds": 60, "market": false}}: {error}') from None
        self._simulator.advance(asked.seconds, market=asked.market)
        return {"seconds": asked.seconds}


def _answered(ask: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that answers what ``ask`` gives, or 400 with the reason in words."""

    async def endpoint(request: Request) -> Response:
        try:
            return Response(msgspec.json.encode(await ask(request)), media_type="application/json")
        except ConfigurationError as error:
            return _said(str(error), 400)

    return endpoint


def _said(words: str, status: int) -> Response:
    return Response(msgspec.json.encode({"error": words}), status, media_type="application/json")
