from typing import Literal

import httpx2
import pytest

from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.front import Front
from tastytrade.simulator.rest_options import RestOptions
from tests.unit.rest.recorded import SAMPLES


async def test_the_retired_token_leads_to_the_web_service_and_to_the_feed(
    client: httpx2.AsyncClient, accounts: Accounts
) -> None:
    body = (await client.get("/quote-streamer-tokens")).json()
    data = body["data"]

    assert body["context"] == "/quote-streamer-tokens"
    assert data.keys() == {"token", "streamer-url", "websocket-url", "level", "dxlink-url", "expires-at"}
    assert data["websocket-url"] == "http://127.0.0.1:8080/live"
    assert data["dxlink-url"] == "ws://127.0.0.1:8080/realtime"
    assert (data["streamer-url"], data["level"]) == ("127.0.0.1:8080", "simulated")
    assert data["expires-at"].endswith("Z")
    assert accounts.quote_tokens.holds(data["token"])


@pytest.mark.parametrize(
    "path",
    [
        "/api-quote-tokens",
        "/quote-streamer-tokens",
        "/market-data/by-type?equity=SPY",
        "/market-data/equity/SPY",
    ],
)
@pytest.mark.parametrize("status", [404, 403])
async def test_market_data_is_for_customers(
    client: httpx2.AsyncClient, front: Front, path: str, status: Literal[404, 403]
) -> None:
    front.options = RestOptions(customer=False, customer_status=status)
    response = await client.get(path)

    expected = next(
        one["body"] for one in SAMPLES if one["path"] == "/api-quote-tokens" and one["status"] == 404
    )
    assert (response.status_code, response.json()) == (status, expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (RestOptions(dxlink_url="wss://else.where:1/feed"), ("wss://else.where:1/feed", "simulated")),
        (RestOptions(quote_token_level="demo"), ("ws://127.0.0.1:8080/delayed", "demo")),
        (
            RestOptions(quote_token_level="demo", dxlink_url="ws://else.where"),
            ("ws://else.where/delayed", "demo"),
        ),
        (
            RestOptions(quote_token_level="demo", dxlink_url="ws://x/a/delayed"),
            ("ws://x/a/delayed", "demo"),
        ),
    ],
)
@pytest.mark.parametrize("path", ["/api-quote-tokens", "/quote-streamer-tokens"])
async def test_a_quote_token_leads_where_the_options_say(
    client: httpx2.AsyncClient, front: Front, options: RestOptions, expected: tuple[str, str], path: str
) -> None:
    front.options = options
    data = (await client.get(path)).json()["data"]

    assert (data["dxlink-url"], data["level"]) == expected
