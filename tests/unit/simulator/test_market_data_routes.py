from typing import Any

import httpx2
import pytest

from tests.unit.rest.recorded import SAMPLES
from tests.unit.simulator.conftest import LISTING
from tests.unit.simulator.shapes import shape

BY_TYPE = "/market-data/by-type"
STOCKS = f"{BY_TYPE}?equity=AAPL,SPX&index=VIX"
CRYPTO = f"{BY_TYPE}?equity=AAPL,TSLA&cryptocurrency=BTC/USD"


async def items(client: httpx2.AsyncClient, query: str) -> list[Any]:
    response = await client.get(f"{BY_TYPE}?{query}")
    found: list[Any] = response.json()["data"]["items"]
    return found


def recorded_item(path: str, symbol: str) -> Any:
    body = next(one["body"] for one in SAMPLES if one["path"] == path)
    return next(item for item in body.get("data", body)["items"] if item["symbol"] == symbol)


@pytest.mark.parametrize(
    ("query", "path", "symbol"),
    [
        ("equity=AAPL", STOCKS, "AAPL"),
        ("equity=SPX", STOCKS, "SPX"),
        ("index=VIX", STOCKS, "VIX"),
        ("cryptocurrency=BTC/USD", CRYPTO, "BTC/USD"),
    ],
)
async def test_prices_have_the_recorded_keys_and_kinds(
    client: httpx2.AsyncClient, query: str, path: str, symbol: str
) -> None:
    [item] = await items(client, query)

    assert shape(item) == shape(recorded_item(path, symbol))


async def test_several_types_come_in_one_envelope_and_unknown_symbols_are_missing(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.get(
        f"{BY_TYPE}?equity=AAPL,NOPE,BTC/USD&index=SPX,AAPL&cryptocurrency=ETH/USD,SPY"
    )
    body = response.json()

    assert body["context"] == BY_TYPE
    assert [(item["symbol"], item["instrument-type"]) for item in body["data"]["items"]] == [
        ("SPX", "Index"),
        ("AAPL", "Equity"),
        ("ETH/USD", "Cryptocurrency"),
    ]


@pytest.mark.parametrize(
    "query", ["equity=AAPL,SPY", "equity=AAPL&equity=SPY", "equity[]=AAPL&equity[]=SPY", "equity=AAPL, SPY,"]
)
async def test_symbols_may_be_listed_in_every_spelling(client: httpx2.AsyncClient, query: str) -> None:
    assert [item["symbol"] for item in await items(client, query)] == ["AAPL", "SPY"]


async def test_an_index_is_one_or_an_equity_as_it_is_asked_for(client: httpx2.AsyncClient) -> None:
    found = await items(client, "index=SPX&equity=SPX")

    assert [item["instrument-type"] for item in found] == ["Index", "Equity"]
    assert found[0] == found[1] | {"instrument-type": "Index"}


async def test_an_option_is_known_by_its_occ_symbol(client: httpx2.AsyncClient) -> None:
    chain = (await client.get("/option-chains/AAPL")).json()["data"]["items"]
    symbol = next(one["symbol"] for one in chain if one["days-to-expiration"] > 5)
    [item] = await items(client, f"equity-option={symbol}&equity-option=AAPL  990117C00235000")

    assert (item["symbol"], item["instrument-type"]) == (symbol, "Equity Option")
    assert float(item["bid"]) < float(item["mid"]) == float(item["mark"]) < float(item["ask"])
    assert float(item["open-interest"]) > 0
    assert "beta" not in item


async def test_futures_and_options_on_them_have_prices_too(client: httpx2.AsyncClient) -> None:
    option = next(one for one in LISTING.future_chain("ES") if one.series.expiration.month == 3)
    future, priced = await items(client, f"future=/ESH5,/ESH9&future-option={option.symbol}")

    assert (future["symbol"], future["instrument-type"]) == ("/ESH5", "Future")
    assert (priced["symbol"], priced["instrument-type"]) == (option.symbol, "Future Option")
    assert float(future["bid"]) <= float(future["mark"]) <= float(future["ask"])
    assert float(future["open-interest"]) > 0
    assert await items(client, "equity-option=/ESH5&equity=/ESH5&future=SPX") == []


async def test_prices_agree_with_each_other(client: httpx2.AsyncClient) -> None:
    for item in await items(client, "equity=AAPL,NVDA,SPY&cryptocurrency=BTC/USD"):
        number = {key: float(item[key]) for key in ("bid", "ask", "mid", "mark", "last")}

        assert number["bid"] <= number["mark"] <= number["ask"]
        assert number["mid"] == pytest.approx((number["bid"] + number["ask"]) / 2)
        assert float(item["day-low-price"]) <= number["last"] <= float(item["day-high-price"])
        assert (item["is-trading-halted"], item["halt-start-time"], item["halt-end-time"]) == (False, -1, -1)


async def test_prices_are_those_of_the_markets_own_day(client: httpx2.AsyncClient) -> None:
    [item] = await items(client, "equity=AAPL")

    assert item["updated-at"] == "2025-01-09T15:00:00.000Z"
    assert (item["summary-date"], item["prev-close-date"]) == ("2025-01-09", "2025-01-08")
    assert (item["close-price-type"], item["prev-close-price-type"]) == ("Regular", "Final")


async def test_more_than_a_hundred_symbols_are_refused(client: httpx2.AsyncClient) -> None:
    hundred = ",".join(f"S{number}" for number in range(100))
    allowed = await client.get(f"{BY_TYPE}?equity={hundred}")
    refused = await client.get(f"{BY_TYPE}?equity={hundred}&index=SPX")

    assert (allowed.status_code, refused.status_code) == (200, 400)
    assert "101" in refused.json()["error"]["errors"][0]["reason"]


@pytest.mark.parametrize("kind", ["equity", "Equity"])
async def test_a_single_symbol_has_a_path_of_its_own(client: httpx2.AsyncClient, kind: str) -> None:
    single = (await client.get(f"/market-data/{kind}/BRK%2FB")).json()["data"]

    assert single == (await items(client, "equity=BRK/B"))[0]


@pytest.mark.parametrize("path", ["equity/NOPE", "index/AAPL", "bond/AAPL", "equity/AAPL/more"])
async def test_a_single_symbol_that_is_not_listed_so_is_not_found(
    client: httpx2.AsyncClient, path: str
) -> None:
    assert (await client.get(f"/market-data/{path}")).status_code == 404
