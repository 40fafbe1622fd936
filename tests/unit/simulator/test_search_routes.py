from typing import Any

import httpx2
import pytest

from tests.unit.rest.recorded import recorded
from tests.unit.simulator.shapes import shape


async def items(client: httpx2.AsyncClient, path: str) -> list[Any]:
    found: list[Any] = (await client.get(path)).json()["data"]["items"]
    return found


async def test_symbols_are_found_by_their_beginning_and_by_description(client: httpx2.AsyncClient) -> None:
    by_symbol = await items(client, "/symbols/search/SP")
    by_description = await items(client, "/symbols/search/trust")

    assert [one["symbol"] for one in by_symbol] == ["SPLG", "SPX", "SPY"]
    assert [one["symbol"] for one in by_description] == ["QQQ", "SPY"]
    assert list(by_symbol[0]) == [
        "symbol",
        "description",
        "listed-market",
        "price-increments",
        "trading-hours",
        "options",
        "instrument-type",
    ]


async def test_the_exact_symbol_comes_first(client: httpx2.AsyncClient) -> None:
    found = await items(client, "/symbols/search/spy")

    assert found[0]["symbol"] == "SPY"
    assert found[0]["options"] is True


@pytest.mark.parametrize(("text", "symbol"), [("BRK%2FB", "BRK/B"), ("BTC%2F", "BTC/USD")])
async def test_a_slash_may_be_searched_for(client: httpx2.AsyncClient, text: str, symbol: str) -> None:
    assert [one["symbol"] for one in await items(client, f"/symbols/search/{text}")] == [symbol]


@pytest.mark.parametrize("path", ["/symbols/search/NOPE", "/symbols/search/%20", "/instruments/search"])
async def test_nothing_found_is_an_empty_list(client: httpx2.AsyncClient, path: str) -> None:
    assert await items(client, path) == []


async def test_instruments_are_found_with_keys_that_were_recorded(client: httpx2.AsyncClient) -> None:
    [apple] = await items(client, "/instruments/search?query=apple")

    assert apple == {
        "description": "Apple Inc",
        "exchange": "XNAS",
        "instrument-type": "Equity",
        "symbol": "AAPL",
    }
    assert set(apple) <= set(recorded("/instruments/search")["items"][0])


async def test_instruments_are_limited_and_chosen_by_type(client: httpx2.AsyncClient) -> None:
    limited = await items(client, "/instruments/search?query=s&limit=2")
    crypto = await items(client, "/instruments/search?query=b&type=cryptocurrency")

    assert len(limited) == 2
    assert {one["symbol"] for one in crypto} == {"BTC/USD", "BCH/USD"}


async def test_futures_are_found_in_the_recorded_shape_by_month(client: httpx2.AsyncClient) -> None:
    found = await items(client, "/instruments/search?query=crude&type=Future&exchange=cme")

    assert shape(found[0]) == shape(recorded("/instruments/search")["items"][0])
    assert found == sorted(found, key=lambda one: one["stops-trading-at"])
    assert found[0]["symbol"].startswith("/CL")
    assert found[0]["description"].endswith(" 2025")


async def test_futures_that_stop_before_a_date_are_left_out(client: httpx2.AsyncClient) -> None:
    everything = await items(client, "/instruments/search?query=/ES")
    later = await items(client, "/instruments/search?query=/ES&from-date=2025-09-01")
    refused = await client.get("/instruments/search?query=/ES&from-date=soon")

    assert later == [one for one in everything if one["stops-trading-at"] >= "2025-09-01"]
    assert 0 < len(later) < len(everything)
    assert refused.status_code == 400


@pytest.mark.parametrize("limit", ["0", "101", "x"])
async def test_a_limit_that_cannot_be_is_refused(client: httpx2.AsyncClient, limit: str) -> None:
    assert (await client.get(f"/instruments/search?query=s&limit={limit}")).status_code == 400
