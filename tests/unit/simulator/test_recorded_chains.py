"""What REST says of option chains that a recording kept."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.front import Front
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.rest import rest_routes
from tests.unit.simulator.conftest import LISTING, dxlink_url

ROOT = {
    "underlying-symbol": "SPX",
    "root-symbol": "SPXW",
    "shares-per-contract": 100,
    "deliverables": [{"id": 1}],
}
STRIKE = {
    "strike-price": "5900.0",
    "call": "SPXW  261120C05900000",
    "call-streamer-symbol": ".SPXW261120C5900",
    "put": "SPXW  261120P05900000",
}
DATE = {
    "expiration-date": "2026-11-20",
    "expiration-type": "Weekly",
    "settlement-type": "PM",
    "strikes": [STRIKE],
}
KEPT = {"data": {"items": [{**ROOT, "expirations": [DATE]}]}, "context": "/option-chains/SPX/nested"}


def client_of(chains: dict[str, dict[str, Any]], listing: Listing = LISTING) -> httpx2.AsyncClient:
    accounts = Accounts()
    routes = rest_routes(accounts, listing, dxlink_url, chains=chains.get)
    app = Starlette(routes=routes, middleware=[Middleware(Front().before)])
    headers = {"Authorization": f"Bearer {accounts.access_tokens.issue()}"}
    transport = httpx2.ASGITransport(app)
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", headers=headers)


async def test_the_nested_form_is_given_as_it_was_kept() -> None:
    async with client_of({"SPX": KEPT}) as client:
        assert (await client.get("/option-chains/SPX/nested")).json() == KEPT


async def test_the_detailed_form_says_what_is_known_and_guesses_nothing() -> None:
    async with client_of({"SPX": KEPT}) as client:
        answer = (await client.get("/option-chains/SPX")).json()

    shared = {
        "underlying-symbol": "SPX",
        "root-symbol": "SPXW",
        "shares-per-contract": 100,
        "expiration-date": "2026-11-20",
        "expiration-type": "Weekly",
        "settlement-type": "PM",
        "strike-price": "5900.0",
    }
    call = {"symbol": "SPXW  261120C05900000", "option-type": "C", "streamer-symbol": ".SPXW261120C5900"}
    put = {"symbol": "SPXW  261120P05900000", "option-type": "P"}
    assert answer == {"data": {"items": [shared | call, shared | put]}, "context": "/option-chains/SPX"}


async def test_the_compact_form_has_the_symbols() -> None:
    async with client_of({"SPX": KEPT}) as client:
        [item] = (await client.get("/option-chains/SPX/compact")).json()["data"]["items"]

    assert item == {
        **ROOT,
        "expiration-type": "Weekly",
        "settlement-type": "PM",
        "symbols": ["SPXW  261120C05900000", "SPXW  261120P05900000"],
    }


@pytest.mark.parametrize(
    "path",
    [
        "/option-chains/AAPL",
        "/option-chains/AAPL/nested",
        "/instruments/equities/SPX",
        "/market-data/by-type?equity=SPY",
        "/market-metrics?symbols=SPX",
        "/futures-option-chains/ES",
        "/live/rest/events.json?events=Quote&symbols=SPX",
    ],
)
async def test_nothing_that_was_not_recorded_is_made_up(path: str) -> None:
    async with client_of({"SPX": KEPT}) as client:
        assert (await client.get(path)).status_code == 404


async def test_quote_tokens_are_given_and_say_that_it_is_simulated() -> None:
    async with client_of({}) as client:
        answer = (await client.get("/api-quote-tokens")).json()

    assert answer["data"]["level"] == "simulated"
