from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from tests.unit.rest.recorded import recorded


def keys(item: Any) -> Any:
    """The keys of an item and, of each list in it, of its first entry, in order."""
    return {
        key: keys(value[0]) if isinstance(value, list) and isinstance(value[0], dict) else None
        for key, value in item.items()
    }


def listed(shape: Any) -> list[Any]:
    """A shape as a list, so that comparing it compares the order too."""
    return [(key, listed(inner) if inner else None) for key, inner in shape.items()]


@pytest.mark.parametrize(
    ("path", "recorded_path", "without"),
    [
        ("/option-chains/AAPL", "/option-chains/AAPL", set()),
        ("/option-chains/AAPL/nested", "/option-chains/AAPL/nested", set()),
        ("/option-chains/AAPL/compact", "/option-chains/AAPL/compact", set()),
        ("/instruments/equities?symbol[]=SPLG", "/instruments/equities", {"option-tick-sizes"}),
        ("/instruments/cryptocurrencies?symbol[]=BTC/USD", "/instruments/cryptocurrencies", set()),
    ],
)
async def test_items_have_the_recorded_keys_in_the_recorded_order(
    client: httpx2.AsyncClient, path: str, recorded_path: str, without: set[str]
) -> None:
    item = (await client.get(path)).json()["data"]["items"][0]

    assert listed({key: shape for key, shape in keys(item).items() if key not in without}) == listed(
        keys(recorded(recorded_path)["items"][0])
    )


async def test_a_detailed_chain_looks_as_recorded(client: httpx2.AsyncClient) -> None:
    body = (await client.get("/option-chains/SPX")).json()
    items = body["data"]["items"]
    first = items[0]

    assert body["context"] == "/option-chains/SPX"
    assert len(items) > 20_000
    assert first["expiration-date"] == "2025-01-09"
    assert first["days-to-expiration"] == 0
    assert first["expires-at"] == first["stops-trading-at"] == "2025-01-09T21:00:00.000+00:00"
    assert (first["option-type"], items[1]["option-type"]) == ("C", "P")
    assert first["strike-price"] == items[1]["strike-price"]
    assert all("." in item["strike-price"] and "E" not in item["strike-price"] for item in items)
    assert {item["root-symbol"] for item in items} == {"SPX", "SPXW"}
    assert {item["underlying-symbol"] for item in items} == {"SPX"}


async def test_the_three_forms_of_a_chain_hold_the_same_options(client: httpx2.AsyncClient) -> None:
    detailed = (await client.get("/option-chains/SPX")).json()["data"]["items"]
    nested = (await client.get("/option-chains/SPX/nested")).json()["data"]["items"]
    compact = (await client.get("/option-chains/SPX/compact")).json()["data"]["items"]
    symbols = {item["symbol"] for item in detailed}

    assert [item["root-symbol"] for item in nested] == ["SPXW", "SPX"]
    assert symbols == {
        strike[side]
        for item in nested
        for expiration in item["expirations"]
        for strike in expiration["strikes"]
        for side in ("call", "put")
    }
    assert sum(len(item["symbols"]) for item in compact) == len(symbols)
    assert symbols == {symbol for item in compact for symbol in item["symbols"]}


async def test_a_slash_in_a_symbol_is_encoded_inside_its_segment(client: httpx2.AsyncClient) -> None:
    encoded = await client.get("/option-chains/BRK%2FB/compact")
    plain = await client.get("/option-chains/BRK/B/compact")
    crypto = await client.get("/instruments/cryptocurrencies/BTC%2FUSD")
    equity = await client.get("/instruments/equities/BRK%2FB")

    assert encoded.json()["data"]["items"][0]["underlying-symbol"] == "BRK/B"
    assert plain.status_code == 404
    assert crypto.json()["data"]["streamer-symbol"] == "BTC/USD:CXTALP"
    assert equity.json()["data"]["symbol"] == "BRK/B"


@pytest.mark.parametrize(
    "path",
    [
        "/option-chains/NOPE",
        "/option-chains/BTC%2FUSD%3ACXTALP",
        "/option-chains/%2E%2E",
        "/instruments/equities/NOPE",
        "/instruments/equities/BTC%2FUSD",
        "/instruments/cryptocurrencies/SPX",
    ],
)
async def test_what_is_not_listed_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 404


async def test_a_listed_instrument_without_options_has_an_empty_chain(client: httpx2.AsyncClient) -> None:
    response = await client.get("/option-chains/BTC%2FUSD")

    assert response.json() == {"data": {"items": []}, "context": "/option-chains/BTC/USD"}


async def test_equities_are_chosen_by_symbol_and_an_unknown_one_is_absent(client: httpx2.AsyncClient) -> None:
    query = urlencode([("symbol[]", "SPX"), ("symbol[]", "BRK/B"), ("symbol[]", "NOPE")])
    body = (await client.get(f"/instruments/equities?{query}")).json()

    assert [item["symbol"] for item in body["data"]["items"]] == ["SPX", "BRK/B"]
    assert body["pagination"]["total-items"] == 2


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("is-index=true", lambda item: item["is-index"]),
        ("is-etf=true", lambda item: item["is-etf"]),
        ("is-index=false&is-etf=false", lambda item: not item["is-index"] and not item["is-etf"]),
    ],
)
async def test_equities_are_filtered(client: httpx2.AsyncClient, query: str, kind: Any) -> None:
    everything = (await client.get("/instruments/equities")).json()["data"]["items"]
    chosen = (await client.get(f"/instruments/equities?{query}")).json()["data"]["items"]

    assert chosen == [item for item in everything if kind(item)]
    assert chosen


async def test_equities_come_in_pages_counted_from_zero(client: httpx2.AsyncClient) -> None:
    everything = (await client.get("/instruments/equities")).json()["data"]["items"]
    pages = [
        (await client.get(f"/instruments/equities?per-page=5&page-offset={offset}")).json()
        for offset in range(4)
    ]

    assert [item for page in pages for item in page["data"]["items"]] == everything
    assert pages[1]["pagination"] == {
        "per-page": 5,
        "page-offset": 1,
        "item-offset": 5,
        "total-items": len(everything),
        "total-pages": -(-len(everything) // 5),
        "current-item-count": 5,
        "previous-link": None,
        "next-link": None,
        "paging-link-template": None,
    }


@pytest.mark.parametrize(
    "query", ["per-page=0", "per-page=1001", "per-page=x", "page-offset=-1", "per-page=²"]
)
async def test_a_page_that_cannot_be_is_refused_with_a_reason(client: httpx2.AsyncClient, query: str) -> None:
    response = await client.get(f"/instruments/equities?{query}")

    assert response.status_code == 400
    assert list(response.json()["error"]["errors"][0]) == ["domain", "reason"]


async def test_active_equities_are_all_there_are_in_larger_pages(client: httpx2.AsyncClient) -> None:
    everything = (await client.get("/instruments/equities?per-page=1000")).json()["data"]["items"]
    active = (await client.get("/instruments/equities/active")).json()
    second = (await client.get("/instruments/equities/active?per-page=5000&page-offset=1")).json()

    assert active["data"]["items"] == everything
    assert active["context"] == "/instruments/equities/active"
    assert active["pagination"]["per-page"] == 1000
    assert second["data"]["items"] == []
    assert (await client.get("/instruments/equities/active?per-page=5001")).status_code == 400


@pytest.mark.parametrize("path", ["/instruments/equities", "/instruments/equities/active"])
async def test_equities_are_filtered_by_how_they_are_lent(client: httpx2.AsyncClient, path: str) -> None:
    easy = (await client.get(f"{path}?lendability=Easy%20To%20Borrow")).json()["data"]["items"]
    located = (await client.get(f"{path}?lendability=Locate%20Required")).json()["data"]["items"]

    assert {item["lendability"] for item in easy} == {"Easy To Borrow"}
    assert located == []


async def test_identifiers_are_the_same_in_every_simulator(client: httpx2.AsyncClient) -> None:
    item = (await client.get("/instruments/equities/SPX")).json()["data"]

    assert item["id"] == 1431583
    assert item["description"] == "S&P 500 INDEX"
    assert "listed-market" not in item
