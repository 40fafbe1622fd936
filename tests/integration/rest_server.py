"""The simulator's REST routes on a loopback socket, with a count of what was asked and answers on order."""

from __future__ import annotations

import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from threading import Thread

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tastytrade.rest import Environment, OAuthCredentials, Secret
from tastytrade.simulator.accounts import Accounts, User
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.rest import rest_routes

LISTING = Listing(date(2025, 1, 9))
USER = User(login="me", password="canary-password", client_secret="sim_canary1", refresh_token="sim_canary2")
OAUTH = OAuthCredentials(Secret(USER.client_secret), Secret(USER.refresh_token))


class RestServer:
    """What answers for one test.

    ``asked`` counts requests by method and path; ``answers`` come instead of the routes', in order.
    """

    def __init__(self, url: str, *, monotonic: Callable[[], float], access_lifetime: float = 900.0) -> None:
        self.environment = Environment("simulator", url)
        self.accounts = Accounts(USER, access_lifetime=access_lifetime, monotonic=monotonic)
        self.asked: Counter[str] = Counter()
        self.user_agents: set[str] = set()
        self.answers: dict[str, list[Response]] = defaultdict(list)
        routes = rest_routes(self.accounts, LISTING, lambda _: "ws://127.0.0.1:9/realtime")
        self._app = Starlette(routes=routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = f"{scope['method']} {scope['raw_path'].decode()}"
        self.asked[asked] += 1
        self.user_agents |= {value.decode() for name, value in scope["headers"] if name == b"user-agent"}
        ordered = self.answers[asked]
        await (ordered.pop(0) if ordered else self._app)(scope, receive, send)


class Front:
    """One listening server for many tests: ``app`` is whoever answers now."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app: RestServer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@contextmanager
def listening() -> Iterator[Front]:
    """A front on a free port, served by a thread of its own."""
    # Named as TCP, because asyncio sets TCP_NODELAY on such sockets alone: 40 ms an answer otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    front = Front(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(front, lifespan="off", log_config=None, access_log=False))
    thread = Thread(target=server.run, args=([listener],), name="rest server")
    thread.start()
    try:
        yield front
    finally:
        server.should_exit = True
        thread.join()
