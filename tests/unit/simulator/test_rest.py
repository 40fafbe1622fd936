import logging
from typing import Any

import httpx2
import pytest

from tastytrade.simulator.accounts import Accounts
from tests.unit.rest.recorded import SAMPLES, recorded

LOGIN = {"login": "username", "password": "password"}
GRANT = {"grant_type": "refresh_token", "client_secret": "sim_secret", "refresh_token": "sim_refresh"}


async def test_a_password_gives_a_session_in_the_recorded_shape(stranger: httpx2.AsyncClient) -> None:
    response = await stranger.post("/sessions", json=LOGIN | {"remember-me": True})

    assert response.status_code == 201
    assert response.json()["context"] == "/sessions"
    data = response.json()["data"]
    assert list(data) == list(recorded("/sessions"))
    assert list(data["user"]) == list(recorded("/sessions")["user"])
    assert data["session-token"].endswith("+C")
    assert data["session-expiration"].endswith("Z")


async def test_a_remember_token_comes_when_asked_for_and_logs_in_once(stranger: httpx2.AsyncClient) -> None:
    without = await stranger.post("/sessions", json=LOGIN)
    assert "remember-token" not in without.json()["data"]
    first = await stranger.post("/sessions", json=LOGIN | {"remember-me": True})
    again = {
        "login": "username",
        "remember-token": first.json()["data"]["remember-token"],
        "remember-me": False,
    }

    assert (await stranger.post("/sessions", json=again)).status_code == 201
    assert (await stranger.post("/sessions", json=again)).status_code == 401


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"login": "username"},
        LOGIN | {"password": "Password"},
        LOGIN | {"login": None},
        {"login": "username", "password": ["password"]},
        {"login": "username", "remember-token": "sim_x"},
    ],
)
async def test_a_wrong_login_is_refused_with_a_support_identifier(
    stranger: httpx2.AsyncClient, content: dict[str, Any]
) -> None:
    response = await stranger.post("/sessions", json=content)

    assert response.status_code == 401
    error = response.json()["error"]
    assert error["code"] == "invalid_credentials"
    text, _, identifier = error["message"].rpartition(" ")
    assert text.endswith("Unique customer support identifier:")
    assert len(identifier) == 32


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 10_000])
async def test_a_login_that_is_no_json_object_is_a_bad_request(
    stranger: httpx2.AsyncClient, content: bytes
) -> None:
    response = await stranger.post("/sessions", content=content)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_request"


async def test_a_body_beyond_the_limit_is_refused(stranger: httpx2.AsyncClient) -> None:
    response = await stranger.post("/sessions", content=b"x" * 100_000)

    assert response.status_code == 413


async def test_a_session_is_validated_and_ended(stranger: httpx2.AsyncClient) -> None:
    token = (await stranger.post("/sessions", json=LOGIN)).json()["data"]["session-token"]
    bare = {"Authorization": token}
    validated = await stranger.post("/sessions/validate", headers=bare)
    ended = await stranger.delete("/sessions", headers=bare)

    assert validated.status_code == 201
    assert list(validated.json()["data"]) == ["email", "username", "external-id", "id"]
    assert (ended.status_code, ended.content) == (204, b"")
    assert (await stranger.post("/sessions/validate", headers=bare)).status_code == 401
    assert (await stranger.delete("/sessions", headers=bare)).status_code == 401


@pytest.mark.parametrize("form", [False, True])
async def test_oauth_gives_an_access_token_for_json_and_for_a_form(
    stranger: httpx2.AsyncClient, form: bool
) -> None:
    response = await (
        stranger.post("/oauth/token", data=GRANT) if form else stranger.post("/oauth/token", json=GRANT)
    )

    assert response.status_code == 200
    assert list(response.json()) == ["access_token", "token_type", "expires_in"]
    assert (response.json()["token_type"], response.json()["expires_in"]) == ("Bearer", 900)
    bearer = {"Authorization": f"Bearer {response.json()['access_token']}"}
    assert (await stranger.get("/api-quote-tokens", headers=bearer)).status_code == 200


@pytest.mark.parametrize(
    ("change", "code", "description"),
    [
        ({"refresh_token": "eyJhbGciOi.real.one"}, "invalid_grant", "Invalid JWT"),
        ({"refresh_token": None}, "invalid_grant", "Invalid JWT"),
        ({"client_secret": "wrong"}, "invalid_client", "Client authentication failed"),
        ({"grant_type": "password"}, "unsupported_grant_type", "Only refresh_token is supported"),
    ],
)
async def test_oauth_refuses_in_its_own_form(
    stranger: httpx2.AsyncClient, change: dict[str, Any], code: str, description: str
) -> None:
    response = await stranger.post("/oauth/token", json=GRANT | change)

    assert response.status_code == 400
    assert response.json() == {"error_code": code, "error_description": description}


async def test_oauth_refuses_what_it_cannot_read(stranger: httpx2.AsyncClient) -> None:
    response = await stranger.post("/oauth/token", content=b"{")

    assert (response.status_code, response.json()["error_code"]) == (400, "invalid_request")


async def test_a_quote_token_is_marked_as_simulated_and_names_the_feed(
    client: httpx2.AsyncClient, accounts: Accounts
) -> None:
    data = (await client.get("/api-quote-tokens")).json()["data"]

    assert list(data) == ["token", "dxlink-url", "level"]
    assert data["dxlink-url"] == "ws://127.0.0.1:8080/realtime"
    assert data["level"] == "simulated"
    assert accounts.quote_tokens.holds(data["token"])


PROTECTED = [
    "/api-quote-tokens",
    "/option-chains/SPX",
    "/option-chains/SPX/nested",
    "/option-chains/SPX/compact",
    "/instruments/equities",
    "/instruments/equities/SPX",
    "/instruments/cryptocurrencies",
    "/instruments/cryptocurrencies/BTC%2FUSD",
    "/instruments/equities/active",
    "/instruments/equity-options",
    "/instruments/equity-options/SPX%20%20%20250117C05900000",
    "/instruments/warrants",
    "/instruments/quantity-decimal-precisions",
    "/instruments/search?query=SPX",
    "/symbols/search/SPX",
    "/customers/me",
    "/customers/me/accounts",
    "/quote-streamer-tokens",
    "/market-data/by-type?index=SPX",
    "/market-data/index/SPX",
    "/market-metrics?symbols=SPX",
    "/market-metrics/historic-corporate-events/dividends/AAPL",
    "/market-time/equities/sessions/current",
    "/market-time/equities/holidays",
]


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize("authorization", [None, "", "Bearer eyJhbGciOi.canary.one", "canary"])
async def test_only_the_simulators_own_tokens_let_in(
    stranger: httpx2.AsyncClient, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = await stranger.get(path, headers=headers)

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "token_invalid"
    assert "canary" not in response.text


@pytest.mark.parametrize("user_agent", [None, "", "  "])
@pytest.mark.parametrize("path", ["/sessions", "/oauth/token"])
async def test_a_request_without_user_agent_meets_the_proxys_page(
    stranger: httpx2.AsyncClient, path: str, user_agent: str | None
) -> None:
    del stranger.headers["User-Agent"]
    headers = {} if user_agent is None else {"User-Agent": user_agent}
    response = await stranger.post(path, json=LOGIN, headers=headers)

    expected = next(one["body"] for one in SAMPLES if isinstance(one["body"], str))
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.split() == expected.split()


async def test_credentials_are_never_logged(
    stranger: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await stranger.post("/sessions", json={"login": "canary-user", "password": "canary-password"})
    await stranger.post("/oauth/token", json=GRANT | {"refresh_token": "canary-token"})
    await stranger.get("/api-quote-tokens", headers={"Authorization": "Bearer canary-token"})

    assert "canary" not in caplog.text
