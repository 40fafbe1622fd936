"""Clients of the simulator's REST routes, without a socket."""

from collections.abc import AsyncIterator
from datetime import date

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request

from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.front import Front
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.rest import rest_routes

LISTING = Listing(date(2025, 1, 9), ["BRK/B"])


def dxlink_url(request: Request) -> str:
    return f"ws://{request.url.netloc}/realtime"


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
def front() -> Front:
    """What stands before the routes: its options are the routes' too."""
    return Front()


@pytest.fixture
async def stranger(accounts: Accounts, front: Front) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that has not logged in."""
    routes = rest_routes(accounts, LISTING, dxlink_url, options=lambda: front.options)
    app = Starlette(routes=routes, middleware=[Middleware(front.before)])
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        yield client


@pytest.fixture
def client(stranger: httpx2.AsyncClient, accounts: Accounts) -> httpx2.AsyncClient:
    """A client with an access token."""
    stranger.headers["Authorization"] = f"Bearer {accounts.access_tokens.issue()}"
    return stranger
