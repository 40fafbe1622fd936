from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from tastytrade.simulator.futures_routes import futures_routes
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.replies import RawPathRoute

LISTING = Listing(date(2025, 1, 13))


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    routes = [RawPathRoute(path, endpoint) for path, endpoint in futures_routes(LISTING)]
    transport = httpx2.ASGITransport(Starlette(routes=routes))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        yield client


async def data(client: httpx2.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200
    return response.json()["data"]


async def symbols(client: httpx2.AsyncClient, query: str) -> list[str]:
    return [item["symbol"] for item in (await data(client, f"/instruments/futures?{query}"))["items"]]


async def test_all_futures_are_given_without_a_filter(client: httpx2.AsyncClient) -> None:
    assert await symbols(client, "") == [future.symbol for future in LISTING.futures()]


@pytest.mark.parametrize(
    ("query", "first", "number"),
    [
        ("product-code[]=CL", "/CLG5", 24),
        ("product-code[]=%2FES&product-code[]=GC", "/ESH5", 26),
        ("symbol[]=%2FESM5", "/ESM5", 1),
        ("symbol[]=ESM5&symbol[]=%2FGCG5&symbol[]=%2FNOPE", "/ESM5", 2),
        ("exchange=CME&product-code[]=ES", "/ESH5", 12),
        ("product-code[]=ES&only-active-futures=false", "/ESH4", 16),
        ("product-code[]=ES&only-active-futures=true", "/ESH5", 12),
    ],
)
async def test_futures_are_filtered(client: httpx2.AsyncClient, query: str, first: str, number: int) -> None:
    found = await symbols(client, query)

    assert (found[0], len(found)) == (first, number)


@pytest.mark.parametrize("query", ["exchange=CFE", "product-code[]=NOPE", "symbol[]=%2FESH25%3AXCME"])
async def test_a_filter_that_nothing_passes_gives_no_items(client: httpx2.AsyncClient, query: str) -> None:
    assert await symbols(client, query) == []


async def test_futures_come_in_pages(client: httpx2.AsyncClient) -> None:
    everything = await symbols(client, "product-code[]=ES")
    response = await client.get("/instruments/futures?product-code[]=ES&per-page=5&page-offset=2")
    body = response.json()

    assert [item["symbol"] for item in body["data"]["items"]] == everything[10:]
    assert body["pagination"]["total-items"] == 12


async def test_a_page_that_cannot_be_is_refused(client: httpx2.AsyncClient) -> None:
    response = await client.get("/instruments/futures?per-page=0")

    assert response.status_code == 400


@pytest.mark.parametrize("symbol", ["ESH5", "%2FESH5"])
async def test_one_future_is_found_with_and_without_its_slash(
    client: httpx2.AsyncClient, symbol: str
) -> None:
    item = await data(client, f"/instruments/futures/{symbol}")

    assert item["streamer-symbol"] == "/ESH25:XCME"
    assert item["active-month"] is True


async def test_a_list_and_a_single_answer_have_the_same_future(client: httpx2.AsyncClient) -> None:
    single = await data(client, "/instruments/futures/CLH5")
    listed = await data(client, f"/instruments/futures?security-id[]={single['security-id']}")

    assert listed["items"] == [single]


async def test_products_are_given_with_their_option_products(client: httpx2.AsyncClient) -> None:
    products = (await data(client, "/instruments/future-products"))["items"]
    gold = await data(client, "/instruments/future-products/CME/GC")

    assert [product["code"] for product in products] == ["ES", "MES", "NQ", "CL", "GC"]
    assert gold == products[-1]
    assert gold["streamer-exchange-code"] == "XCEC"
    assert gold["option-products"][0]["root-symbol"] == "OG"


async def test_an_option_product_is_found_by_its_root(client: httpx2.AsyncClient) -> None:
    everything = (await data(client, "/instruments/future-option-products"))["items"]
    alone = await data(client, "/instruments/future-option-products/EW3")
    of_exchange = await data(client, "/instruments/future-option-products/CME/EW3")

    assert alone == of_exchange
    assert alone in everything


async def test_one_option_is_found_by_its_symbol(client: httpx2.AsyncClient) -> None:
    item = await data(client, "/instruments/future-options/.%2FESH5%20EW3F5%20250117C5900")

    assert item["streamer-symbol"] == "./EW3F25C5900:XCME"
    assert item["days-to-expiration"] == 4


@pytest.mark.parametrize("product", ["CL", "%2FCL"])
async def test_a_chain_is_given_in_two_forms(client: httpx2.AsyncClient, product: str) -> None:
    detailed = await client.get(f"/futures-option-chains/{product}")
    nested = await data(client, f"/futures-option-chains/{product}/nested")

    assert detailed.json()["context"] == "/futures-option-chains/CL"
    assert len(detailed.json()["data"]["items"]) == len(LISTING.future_chain("CL"))
    assert [future["symbol"] for future in nested["futures"]][:2] == ["/CLG5", "/CLH5"]
    assert nested["option-chains"][0]["underlying-symbol"] == "/CL"


@pytest.mark.parametrize(
    "path",
    [
        "/instruments/futures/NOPE",
        "/instruments/futures/%2FESH25%3AXCME",
        "/instruments/future-products/CME/NOPE",
        "/instruments/future-products/NYSE/ES",
        "/instruments/future-option-products/NOPE",
        "/instruments/future-option-products/CFE/EW3",
        "/instruments/future-options/.%2FEW3F25C5900%3AXCME",
        "/futures-option-chains/NOPE",
        "/futures-option-chains/NOPE/nested",
    ],
)
async def test_what_is_not_listed_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


async def test_the_list_of_options_is_withdrawn(client: httpx2.AsyncClient) -> None:
    response = await client.get("/instruments/future-options")

    assert response.status_code == 403
