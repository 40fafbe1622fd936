from typing import Any

import httpx2
import pytest

from tastytrade.simulator.front import Front
from tastytrade.simulator.rest_options import RestOptions
from tests.unit.rest.recorded import recorded
from tests.unit.simulator.conftest import LISTING
from tests.unit.simulator.shapes import shape


async def data(client: httpx2.AsyncClient, path: str) -> Any:
    return (await client.get(path)).json()["data"]


async def test_a_single_option_is_the_chains_own_item(client: httpx2.AsyncClient) -> None:
    item = (await data(client, "/option-chains/AAPL"))["items"][40]
    response = await client.get(f"/instruments/equity-options/{item['symbol'].replace(' ', '%20')}")

    assert response.json() == {"data": item, "context": f"/instruments/equity-options/{item['symbol']}"}


@pytest.mark.parametrize("symbol", ["AAPL", "AAPL%20%20990117C00235000", ".AAPL250117C235", "%2F"])
async def test_an_option_that_is_not_listed_is_not_found(client: httpx2.AsyncClient, symbol: str) -> None:
    assert (await client.get(f"/instruments/equity-options/{symbol}")).status_code == 404


async def test_options_in_the_plural_are_withdrawn(client: httpx2.AsyncClient) -> None:
    response = await client.get("/instruments/equity-options?symbol[]=AAPL%20%20250117C00235000")

    assert (response.status_code, response.json()["error"]["code"]) == (403, "not_permitted")


async def test_there_are_no_warrants(client: httpx2.AsyncClient) -> None:
    assert await data(client, "/instruments/warrants") == {"items": []}
    assert (await client.get("/instruments/warrants/NKLAW")).status_code == 404


async def test_precisions_have_the_recorded_shape(client: httpx2.AsyncClient) -> None:
    found = await data(client, "/instruments/quantity-decimal-precisions")

    assert shape(found) == shape(recorded("/instruments/quantity-decimal-precisions"))
    assert [one["symbol"] for one in found["items"]] == ["BTC/USD", "BCH/USD", "ETH/USD"]


async def test_lists_of_options_are_answered_when_switched_on(
    client: httpx2.AsyncClient, front: Front
) -> None:
    front.options = RestOptions(option_lists=True)
    symbol = next(option.symbol for option in LISTING.chain("SPY"))
    found = await client.get("/instruments/equity-options", params={"symbol[]": [symbol, "NOPE"]})
    future_option = LISTING.future_chain("ES")[0].symbol
    of_futures = await client.get("/instruments/future-options", params={"symbol[]": future_option})

    assert [item["symbol"] for item in found.json()["data"]["items"]] == [symbol]
    assert [item["symbol"] for item in of_futures.json()["data"]["items"]] == [future_option]


async def test_some_options_on_futures_have_no_name_on_the_feed_when_switched_on(
    client: httpx2.AsyncClient, front: Front
) -> None:
    whole = await client.get("/futures-option-chains/GC")
    front.options = RestOptions(unnamed_future_options=True)
    unnamed = await client.get("/futures-option-chains/GC")

    assert all("streamer-symbol" in item for item in whole.json()["data"]["items"])
    assert not all("streamer-symbol" in item for item in unnamed.json()["data"]["items"])
