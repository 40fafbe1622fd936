from typing import Any

import httpx2

from tests.unit.rest.recorded import recorded
from tests.unit.simulator.shapes import shape


async def data(client: httpx2.AsyncClient, path: str) -> Any:
    return (await client.get(path)).json()["data"]


async def test_the_customer_has_the_recorded_shape(client: httpx2.AsyncClient) -> None:
    assert shape(await data(client, "/customers/me")) == shape(recorded("/customers/me"))


async def test_the_accounts_have_the_recorded_shape(client: httpx2.AsyncClient) -> None:
    accounts = await data(client, "/customers/me/accounts")

    assert shape(accounts) == shape(recorded("/customers/me/accounts"))


async def test_an_account_is_the_one_that_is_listed_and_no_other(client: httpx2.AsyncClient) -> None:
    [item] = (await data(client, "/customers/me/accounts"))["items"]
    number = item["account"]["account-number"]
    other = await client.get("/customers/me/accounts/5WX00001")

    assert await data(client, f"/customers/me/accounts/{number}") == item["account"]
    assert (other.status_code, other.json()["error"]["code"]) == (403, "not_permitted")
