"""The kept names of sessions: logging in, asking by URL, and option chains as a table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import polars as pl
import pytest

from tastytrade.errors import ConfigurationError, CredentialsRejected, NotFound, RequestError
from tastytrade.markets.instruments import get_option_chains
from tastytrade.sessions import Credentials
from tastytrade.sessions.requests import AsyncSessionHandler
from tests.integration.watched_simulator import WatchedSimulator


@pytest.fixture
async def session(tastytrade_environment: dict[str, str]) -> AsyncIterator[AsyncSessionHandler]:
    opened = await AsyncSessionHandler.create(Credentials(env="Live"))
    yield opened
    await opened.close()


async def everything_else() -> None:
    """Wait until no task but this one is left."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others)


async def test_closing_a_session_is_awaited_or_not(tastytrade_environment: dict[str, str]) -> None:
    sessions = [await AsyncSessionHandler.create(Credentials(env="Test")) for _ in range(2)]
    active = [session.is_active and session.is_session_active() for session in sessions]
    await sessions[0].close()
    closing = sessions[1].close()
    await everything_else()

    assert active == [True, True]
    assert closing.done()
    assert not any(session.is_active or not session.session.closed for session in sessions)
    assert asyncio.all_tasks() == {asyncio.current_task()}


# Asking by URL, and for chains.


async def test_an_answer_may_be_awaited(session: AsyncSessionHandler) -> None:
    response = await session.session.get(session.base_url + "/option-chains/SPLG")

    assert response.status == 200
    assert response["data"]["items"][0]["underlying-symbol"] == "SPLG"


async def test_an_answer_may_be_a_context(session: AsyncSessionHandler) -> None:
    async with session.session.get(session.base_url + "/option-chains/SPLG") as response:
        body = await response.json()

    assert body["data"] == response["data"]


async def test_an_answer_may_be_taken_in_a_later_cell(session: AsyncSessionHandler) -> None:
    response = session.session.get(session.base_url + "/option-chains/SPLG")
    await everything_else()
    frame = pl.DataFrame(response["data"]["items"])

    assert {"strike-price", "option-type", "streamer-symbol"} <= set(frame.columns)


@pytest.mark.parametrize("symbol", ["SPX", "SPLG"])
async def test_an_answer_asked_for_before_a_chain_is_there_when_the_chain_is(
    session: AsyncSessionHandler, symbol: str
) -> None:
    response = session.session.get(session.base_url + "/option-chains/SPX")
    await get_option_chains(session, symbol)

    assert response["data"]["items"]


async def test_an_answer_taken_too_early_says_what_to_write(session: AsyncSessionHandler) -> None:
    response = session.session.get(session.base_url + "/option-chains/SPLG")
    with pytest.raises(ConfigurationError, match=r"has not come yet; write `response = await"):
        response["data"]

    assert (await response)["data"]["items"]


async def test_a_query_is_passed_on(session: AsyncSessionHandler) -> None:
    response = await session.session.get(
        session.base_url + "/instruments/equities?symbol[]=SPX&symbol[]=NVDA"
    )

    assert {item["symbol"] for item in response["data"]["items"]} == {"SPX", "NVDA"}


@pytest.mark.parametrize(
    "url", ["https://example.com/option-chains/SPX", "/option-chains/SPX", "http://127.0.0.1:1/x", ""]
)
async def test_an_address_of_another_service_is_refused(session: AsyncSessionHandler, url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"begin it with session\.base_url"):
        session.session.get(url)


async def test_a_path_that_is_not_there_is_an_error_when_it_is_awaited(session: AsyncSessionHandler) -> None:
    with pytest.raises(NotFound):
        await session.session.get(session.base_url + "/option-chains/NOSUCH")


async def test_asking_a_closed_session_says_so(tastytrade_environment: dict[str, str]) -> None:
    session = await AsyncSessionHandler.create(Credentials(env="Live"))
    await session.close()

    with pytest.raises(RequestError, match="open the session first"):
        await session.session.get(session.base_url + "/option-chains/SPX")


async def test_a_chain_is_a_table_of_the_services_own_fields(session: AsyncSessionHandler) -> None:
    chain = await get_option_chains(session, "SPLG")
    calls = (
        chain.with_columns(pl.col("strike-price").cast(pl.Float32(), strict=False))
        .filter(pl.col("option-type") == "C", pl.col("strike-price") >= 20)
        .select("strike-price", "option-type", "streamer-symbol", "expiration-date")
    )

    assert chain.schema["strike-price"] == pl.String
    assert calls.height > 0
    assert set(chain["underlying-symbol"]) == {"SPLG"}


async def test_an_underlying_without_options_is_said_to_be_none(session: AsyncSessionHandler) -> None:
    with pytest.raises(NotFound):
        await get_option_chains(session, "NOSUCH")


# Credentials.


async def test_a_wrong_password_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with WatchedSimulator() as simulator:
        monkeypatch.setenv("TT_API_URL", simulator.api_url)
        monkeypatch.setenv("TT_USER", simulator.user.login)
        monkeypatch.setenv("TT_PASS", "wrong-canary")
        with pytest.raises(CredentialsRejected) as caught:
            await AsyncSessionHandler.create(Credentials(env="Live"))

    assert simulator.asked == ["POST /sessions"]
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("env", "variables", "named"),
    [
        ("Live", {}, ["TT_SECRET", "TT_REFRESH", "TT_USER", "TT_PASS"]),
        ("Live", {"TT_USER": "me"}, ["TT_PASS"]),
        ("Live", {"TT_REFRESH": "sim_x"}, ["TT_SECRET"]),
        ("Test", {"TT_USER": "me", "TT_PASS": "canary"}, ["TT_SANDBOX_USER", "TT_SANDBOX_PASS"]),
        ("Test", {"TT_SANDBOX_PASS": "canary"}, ["TT_SANDBOX_USER"]),
    ],
)
def test_a_missing_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, env: str, variables: dict[str, str], named: list[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError) as caught:
        Credentials(env=env)
    assert all(name in str(caught.value) for name in named)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("env", ["Moon", "", "live"])
def test_an_unknown_environment_is_refused(tastytrade_environment: dict[str, str], env: str) -> None:
    with pytest.raises(ConfigurationError, match="it is 'Live' or 'Test'"):
        Credentials(env=env)


@pytest.mark.parametrize(("env", "is_sandbox"), [("Live", False), ("Test", True)])
def test_credentials_say_where_they_lead_and_no_more(
    tastytrade_environment: dict[str, str], env: str, is_sandbox: bool
) -> None:
    credentials = Credentials(env=env)

    assert credentials.base_url == tastytrade_environment["api_url"]
    assert credentials.is_sandbox is is_sandbox
    assert repr(credentials) == f"Credentials(env={env!r}, base_url={credentials.base_url!r})"
