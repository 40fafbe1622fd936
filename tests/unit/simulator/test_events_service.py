from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from tastytrade.dxfeed import time_of
from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.events_service import EVENTS_PATH
from tests.unit.rest.recorded import SAMPLES

Ask = Callable[..., Awaitable[Any]]
OPENED_MS = 1_736_433_000_000  # 2025-01-09 09:30 New York


def recorded_event(event_type: str) -> Any:
    body = next(one["body"] for one in SAMPLES if f"events={event_type}&" in one["path"])
    [event] = body[event_type].values()
    return event


@pytest.fixture
def ask(stranger: httpx2.AsyncClient, accounts: Accounts) -> Ask:
    """The web service's answer to a query, for a holder of a quote token."""
    stranger.headers["Authorization"] = f"Bearer {accounts.quote_tokens.issue()}"

    async def asked(**query: str) -> Any:
        response = await stranger.get(EVENTS_PATH, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    return asked


async def test_a_last_event_is_one_object_in_the_recorded_shape(ask: Ask) -> None:
    answer = await ask(events="Trade", symbols="SPX")

    assert list(answer) == ["status", "Trade"]
    assert answer["status"] == "OK"
    # The recording is older than the day's own number.
    assert [key for key in answer["Trade"]["SPX"] if key != "dayId"] == list(recorded_event("Trade"))
    assert answer["Trade"]["SPX"]["dayVolume"] == "NaN"


async def test_candles_are_a_list_in_the_recorded_shape_under_their_canonical_symbol(ask: Ask) -> None:
    answer = await ask(events="Candle", symbols="SPY{=1d}", fromTime="20250106", toTime="20250108")
    candles = answer["Candle"]["SPY{=d}"]

    assert list(answer["Candle"]) == ["SPY{=d}"]
    assert list(candles[0]) == list(recorded_event("Candle")[0])
    assert [candle["time"] // 86_400_000 for candle in candles] == [20094, 20095, 20096]
    assert [candle["time"] for candle in candles] == [time_of(candle["index"]) for candle in candles]
    assert {candle["openInterest"] for candle in candles} == {"NaN"}


async def test_several_types_and_symbols_come_together(ask: Ask) -> None:
    answer = await ask(event="Quote,Summary", symbol="SPX,SPY")

    assert list(answer) == ["status", "Quote", "Summary"]
    assert [list(answer[name]) for name in ("Quote", "Summary")] == [["SPX", "SPY"]] * 2
    assert answer["Quote"]["SPX"]["bidSize"] == "NaN"


async def test_a_comma_in_braces_does_not_cut_a_symbol(ask: Ask) -> None:
    answer = await ask(
        events="Candle",
        symbols="SPY{=5m,tho=true},AAPL{=5m,a=s}",
        fromTime=str(OPENED_MS),
        toTime="20250109-144500",
    )

    assert list(answer["Candle"]) == ["SPY{=5m,tho=true}", "AAPL{=5m,a=s}"]
    assert [len(candles) for candles in answer["Candle"].values()] == [4, 4]


async def test_the_last_candle_in_time_is_complete(ask: Ask) -> None:
    query = {"events": "Candle", "symbols": "AAPL{=5m}", "fromTime": str(OPENED_MS)}
    everything = (await ask(**query))["Candle"]["AAPL{=5m}"]
    cut = (await ask(**query, toTime=str(OPENED_MS + 600_000)))["Candle"]["AAPL{=5m}"]

    assert len(cut) == 3
    assert cut == everything[:3]


@pytest.mark.parametrize("period", ["w", "mo", "y", "2d", "3h"])
async def test_long_candles_are_complete_too(ask: Ask, period: str) -> None:
    query = {"events": "Candle", "symbols": f"AAPL{{={period}}}", "fromTime": "20220101"}
    [everything] = (await ask(**query))["Candle"].values()
    [cut] = (await ask(**query, toTime="20230601"))["Candle"].values()

    assert cut == everything[: len(cut)]
    assert len(cut) < len(everything)
    assert everything[len(cut)]["time"] > 1_685_577_600_000 >= cut[-1]["time"]


@pytest.mark.parametrize(("event_type", "symbol"), [("Candle", "SPY{=m}"), ("TimeAndSale", "SPY")])
async def test_without_a_time_a_series_gives_its_latest_event(ask: Ask, event_type: str, symbol: str) -> None:
    latest = (await ask(events=event_type, symbols=symbol))[event_type][symbol]
    everything = (await ask(events=event_type, symbols=symbol, fromTime=str(OPENED_MS)))[event_type][symbol]

    assert latest == everything[-1:]
    assert [one["index"] for one in everything] == sorted(one["index"] for one in everything)


async def test_greeks_are_a_list_of_the_latest(ask: Ask) -> None:
    answer = await ask(events="Greeks", symbols=".AAPL250117C235")

    [greeks] = answer["Greeks"][".AAPL250117C235"]
    assert 0 < greeks["delta"] < 1


async def test_what_has_no_answer_is_missing_and_the_status_says_so(ask: Ask) -> None:
    answer = await ask(events="Quote,Greeks", symbols="SPY,NOPE")

    assert answer["status"] == "TIMED_OUT"
    assert list(answer["Quote"]) == ["SPY"]
    assert answer["Greeks"] == {}


async def test_a_time_without_events_has_an_empty_list(ask: Ask) -> None:
    answer = await ask(events="Candle", symbols="SPY{=d}", fromTime="20250109", toTime="20250108")

    assert answer == {"status": "OK", "Candle": {"SPY{=d}": []}}


async def test_a_form_may_be_posted(stranger: httpx2.AsyncClient, accounts: Accounts) -> None:
    headers = {"Authorization": f"bearer {accounts.quote_tokens.issue()}"}
    posted = await stranger.post(EVENTS_PATH, data={"event": "Profile", "symbol": "SPX"}, headers=headers)
    mixed = await stranger.post(f"{EVENTS_PATH}?event=Profile", data={"symbol": "SPX"}, headers=headers)

    assert posted.json()["Profile"]["SPX"]["description"] == "S&P 500 INDEX"
    assert mixed.json() == posted.json()


async def test_it_is_another_host_without_the_proxy_and_versions(
    stranger: httpx2.AsyncClient, accounts: Accounts
) -> None:
    del stranger.headers["User-Agent"]
    headers = {"Authorization": f"Bearer {accounts.quote_tokens.issue()}", "Accept-Version": "1"}
    response = await stranger.get(f"{EVENTS_PATH}?event=Trade&symbol=SPX", headers=headers)

    assert response.status_code == 200


async def test_only_a_quote_token_lets_in(stranger: httpx2.AsyncClient, accounts: Accounts) -> None:
    access, quote = accounts.access_tokens.issue(), accounts.quote_tokens.issue()
    statuses = []
    for authorization in ("", "Bearer", "Bearer x", f"Bearer {access}", quote, f"Basic {quote}"):
        response = await stranger.get(
            f"{EVENTS_PATH}?event=Trade&symbol=SPX", headers={"Authorization": authorization}
        )
        statuses.append(response.status_code)

    assert statuses == [401] * 6


@pytest.mark.parametrize(
    "query",
    [
        "event=Trade",
        "symbol=SPX",
        "event=Rumour&symbol=SPX",
        "event=Candle&symbol=SPX{=d}&fromTime=yesterday",
        "event=Candle&symbol=SPX{=d}&fromTime=20251345",
        "event=Candle&symbol=SPX{=d}&toTime=-1",
    ],
)
async def test_a_query_that_cannot_be_read_is_refused(
    stranger: httpx2.AsyncClient, accounts: Accounts, query: str
) -> None:
    headers = {"Authorization": f"Bearer {accounts.quote_tokens.issue()}"}
    response = await stranger.get(f"{EVENTS_PATH}?{query}", headers=headers)

    assert response.status_code == 400
