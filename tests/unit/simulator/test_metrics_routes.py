from datetime import date
from typing import Any

import httpx2
import pytest

from tests.unit.rest.recorded import SAMPLES
from tests.unit.simulator.conftest import LISTING
from tests.unit.simulator.shapes import shape

EVENTS = "/market-metrics/historic-corporate-events"


async def items(client: httpx2.AsyncClient, path: str) -> list[Any]:
    found: list[Any] = (await client.get(path)).json()["data"]["items"]
    return found


async def test_metrics_of_a_company_have_the_recorded_keys_and_kinds(client: httpx2.AsyncClient) -> None:
    recorded = next(one["body"] for one in SAMPLES if one["path"] == "/market-metrics?symbols=AAPL")
    [item] = await items(client, "/market-metrics?symbols=AAPL")

    assert shape(item) == shape(recorded["items"][0])


async def test_metrics_of_a_futures_product_have_keys_that_were_recorded(client: httpx2.AsyncClient) -> None:
    body = next(one["body"] for one in SAMPLES if one["path"] == "/market-metrics?symbols=...")
    recorded = next(item for item in body["data"]["items"] if item["symbol"] == "/ES")
    found = await items(client, "/market-metrics?symbols=/ES,/CL,/NOPE,/")

    assert [item["symbol"] for item in found] == ["/ES", "/CL"]
    # Those of the index behind it, which the simulator's futures do not have.
    without = {key for key in recorded if key.startswith(("dividend", "annual-dividend"))}
    new = {"implied-volatility-index-15-day"}
    assert shape({key: value for key, value in found[0].items() if key not in new}) == shape(
        {key: value for key, value in recorded.items() if key not in without}
    )


async def test_metrics_of_a_futures_product_are_those_of_its_busiest_contract(
    client: httpx2.AsyncClient,
) -> None:
    future, index = await items(client, "/market-metrics?symbols=/ES,SPX")
    chain = LISTING.future_chain("ES")

    assert float(future["corr-spy-3month"]) > 0.98
    assert float(future["implied-volatility-index"]) == pytest.approx(
        float(index["implied-volatility-index"]), rel=0.1
    )
    assert {one["expiration-date"] for one in future["option-expiration-implied-volatilities"]} == {
        str(option.expiration) for option in chain
    }


@pytest.mark.parametrize("query", ["symbols=AAPL,SPX,NOPE", "symbols=AAPL&symbols=SPX", "symbols[]=AAPL,SPX"])
async def test_metrics_come_for_what_has_options(client: httpx2.AsyncClient, query: str) -> None:
    found = await items(client, f"/market-metrics?{query}&symbols=BTC/USD")

    assert [item["symbol"] for item in found] == ["AAPL", "SPX"]


async def test_metrics_are_those_of_the_simulated_market(client: httpx2.AsyncClient) -> None:
    calm, wild = await items(client, "/market-metrics?symbols=SPX,TSLA")

    assert 0.08 < float(calm["implied-volatility-index"]) < 0.3 < float(wild["implied-volatility-index"]) < 1
    assert float(calm["beta"]) == 1.0 < float(wild["beta"])
    assert float(calm["historical-volatility-30-day"]) < float(wild["historical-volatility-30-day"])
    assert float(wild["implied-volatility-30-day"]) == pytest.approx(
        100 * float(wild["implied-volatility-index"]), abs=0.01
    )
    assert calm["market-cap"] == 0 < wild["market-cap"]


async def test_ranks_and_percentiles_are_parts_of_one(client: httpx2.AsyncClient) -> None:
    for item in await items(client, "/market-metrics?symbols=SPX,VIX,SPY,SPLG,NVDA,BRK/B"):
        parts = [
            float(item[key])
            for key in (
                "implied-volatility-index-rank",
                "tw-implied-volatility-index-rank",
                "implied-volatility-percentile",
                "liquidity-rank",
            )
        ]

        assert all(0 <= part <= 1 for part in parts)
        assert 1 <= item["liquidity-rating"] <= 5


async def test_every_listed_expiration_has_its_volatility(client: httpx2.AsyncClient) -> None:
    [item] = await items(client, "/market-metrics?symbols=SPX")
    chain = await items(client, "/option-chains/SPX")
    expirations = {(one["expiration-date"], one["settlement-type"]) for one in chain}
    found = item["option-expiration-implied-volatilities"]

    assert {(one["expiration-date"], one["settlement-type"]) for one in found} == expirations
    assert all(0 < float(one["implied-volatility"]) < 1 for one in found)


async def test_metrics_are_the_same_when_asked_again(client: httpx2.AsyncClient) -> None:
    path = "/market-metrics?symbols=AAPL"

    assert (await client.get(path)).content == (await client.get(path)).content


async def test_metrics_of_nothing_are_a_bad_request(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/market-metrics")).status_code == 400


async def test_dividends_are_paid_each_quarter_up_to_the_last(client: httpx2.AsyncClient) -> None:
    found = await items(client, f"{EVENTS}/dividends/AAPL")
    [metrics] = await items(client, "/market-metrics?symbols=AAPL")

    assert [list(one) for one in found[:1]] == [["occurred-date", "amount"]]
    assert found[0]["occurred-date"] == metrics["dividend-ex-date"]
    assert found[0]["amount"] == metrics["dividend-rate-per-share"]
    assert found == sorted(found, key=lambda one: one["occurred-date"], reverse=True)


async def test_who_pays_no_dividend_has_none(client: httpx2.AsyncClient) -> None:
    assert await items(client, f"{EVENTS}/dividends/TSLA") == []


async def test_earnings_come_from_a_date_on(client: httpx2.AsyncClient) -> None:
    found = await items(client, f"{EVENTS}/earnings-reports/AAPL?start-date=2024-01-01")
    none = await items(client, f"{EVENTS}/earnings-reports/SPY?start-date=2024-01-01")

    assert [list(one) for one in found[:1]] == [["occurred-date", "eps"]]
    assert len(found) == 4
    assert all(
        date(2024, 1, 1) <= date.fromisoformat(one["occurred-date"]) <= date(2025, 1, 9) for one in found
    )
    assert none == []


@pytest.mark.parametrize("query", ["", "?start-date=", "?start-date=soon"])
async def test_earnings_want_a_date(client: httpx2.AsyncClient, query: str) -> None:
    response = await client.get(f"{EVENTS}/earnings-reports/AAPL{query}")

    assert response.status_code == 400
    assert response.json()["error"]["errors"][0]["domain"] == "start-date"


@pytest.mark.parametrize("path", ["dividends/NOPE", "earnings-reports/NOPE?start-date=2024-01-01"])
async def test_events_of_what_is_not_listed_are_not_found(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(f"{EVENTS}/{path}")).status_code == 404
