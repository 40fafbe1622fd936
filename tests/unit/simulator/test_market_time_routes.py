from typing import Any

import httpx2
import pytest

from tests.unit.rest.recorded import recorded
from tests.unit.simulator.shapes import shape

SESSION_KEYS = ["close-at", "close-at-ext", "instrument-collection", "open-at", "session-date", "start-at"]


async def data(client: httpx2.AsyncClient, path: str) -> Any:
    return (await client.get(f"/market-time/{path}")).json()["data"]


async def test_the_current_session_is_open_and_has_the_recorded_shape(client: httpx2.AsyncClient) -> None:
    session = await data(client, "equities/sessions/current")

    assert shape(session) == shape(recorded("/market-time/equities/sessions/current"))
    assert session["state"] == "Open"
    assert session["open-at"] == "2025-01-09T14:30:00.000+00:00"
    assert session["next-session"]["session-date"] == "2025-01-10"
    assert session["previous-session"]["session-date"] == "2025-01-08"


@pytest.mark.parametrize(("which", "day"), [("next", "2025-01-10"), ("previous", "2025-01-08")])
async def test_neighbouring_sessions_stand_alone(client: httpx2.AsyncClient, which: str, day: str) -> None:
    session = await data(client, f"equities/sessions/{which}")
    current = await data(client, "equities/sessions/current")

    assert list(session) == SESSION_KEYS
    assert session["session-date"] == day
    assert session == current[f"{which}-session"]


@pytest.mark.parametrize("which", ["current", "next", "previous"])
async def test_futures_come_all_or_one_by_one(client: httpx2.AsyncClient, which: str) -> None:
    everything = (await data(client, f"futures/sessions/{which}"))["items"]
    cfe = await data(client, f"futures/sessions/{which}/CFE")

    assert [one["instrument-collection"] for one in everything] == ["CME", "CFE", "Smalls"]
    assert cfe == everything[1]


@pytest.mark.parametrize("separator", ["&instrument-collections[]=", ","])
async def test_current_sessions_are_chosen_by_collection(client: httpx2.AsyncClient, separator: str) -> None:
    found = await data(client, f"sessions/current?instrument-collections[]=Equity{separator}CME")

    assert [one["instrument-collection"] for one in found["items"]] == ["Equity", "CME"]
    assert {one["state"] for one in found["items"]} == {"Open"}


async def test_sessions_between_two_dates_are_listed(client: httpx2.AsyncClient) -> None:
    found = await data(
        client, "sessions?from-date=2025-01-17&to-date=2025-01-22&instrument-collection=Equity"
    )

    assert [one["session-date"] for one in found["items"]] == ["2025-01-17", "2025-01-21", "2025-01-22"]
    assert list(found["items"][0]) == SESSION_KEYS


@pytest.mark.parametrize(
    "path",
    [
        "sessions?from-date=2025-01-17",
        "sessions?from-date=2025-01-17&to-date=2025-01-16",
        "sessions?from-date=2025-01-17&to-date=2025-10-21",
        "sessions?from-date=2025-01-17&to-date=2025-01-18&instrument-collection=Moon",
        "sessions/current",
        "sessions/current?instrument-collections[]=Moon",
    ],
)
async def test_what_cannot_be_meant_is_a_bad_request(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(f"/market-time/{path}")

    assert response.status_code == 400
    assert list(response.json()["error"]["errors"][0]) == ["domain", "reason"]


@pytest.mark.parametrize("path", ["futures/sessions/current/Equity", "futures/holidays/Moon"])
async def test_a_collection_that_is_none_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(f"/market-time/{path}")).status_code == 404


@pytest.mark.parametrize("path", ["equities/holidays", "futures/holidays/CME"])
async def test_holidays_are_announced_and_there_are_no_half_days(
    client: httpx2.AsyncClient, path: str
) -> None:
    found = await data(client, path)

    assert list(found) == ["market-holidays", "market-half-days"]
    assert "2025-07-04" in found["market-holidays"]
    assert found["market-half-days"] == []
