from __future__ import annotations

import json
from typing import Any

import pytest

from tastytrade.dxfeed import Candle, Quote, Trade
from tastytrade.rest.answer import read
from tastytrade.rest.call import Answer
from tastytrade.rest.secret import Secret
from tastytrade.webservice import WebEvents, events_base, events_call
from tests.unit.rest.recorded import SAMPLES


def recorded(event_type: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        sample["body"] for sample in SAMPLES if f"events.json?events={event_type}&" in sample["path"]
    )
    return found


def answered(event_class: type[Any], body: Any) -> WebEvents:
    call = events_call(event_class, ["X"])
    return read(call, Answer(200, {}, json.dumps(body).encode()))


def test_a_recorded_trade_is_one_event() -> None:
    found = answered(Trade, recorded("Trade"))

    (trade,) = found.by_symbol["UKX.IND:TEI"]
    assert isinstance(trade, Trade)
    assert (trade.price, trade.size) == (7343.84, 0.0)
    assert trade.dayVolume != trade.dayVolume


def test_recorded_candles_are_a_list_in_order_of_time() -> None:
    candles = answered(Candle, recorded("Candle")).by_symbol["IBM{=d}"]

    assert [candle.close for candle in candles if isinstance(candle, Candle)] == [128.55, 127.73]


def test_symbols_and_times_are_asked_for_by_their_names() -> None:
    target = events_call(Candle, ["SPY{=d}", "IBM{=d,tho=true}"], start_ms=5, end_ms=9).target

    assert target == (
        "/rest/events.json?events=Candle&symbols=SPY%7B%3Dd%7D&symbols=IBM%7B%3Dd%2Ctho%3Dtrue%7D"
        "&fromTime=5&toTime=9"
    )


def test_a_token_goes_into_a_header_and_no_repr() -> None:
    call = events_call(Quote, ["SPY"], token=Secret("canary"))

    assert "canary" not in repr(call)
    assert "canary" not in call.target
    assert [secret.reveal() for secret in call.secrets()] == ["Bearer canary"]


@pytest.mark.parametrize("body", [{"status": "OK"}, {"status": "TIMED_OUT", "Quote": {}}, {"Quote": None}])
def test_symbols_without_an_answer_are_absent(body: Any) -> None:
    assert answered(Quote, body).by_symbol == {}


def test_a_bad_row_is_put_aside_and_its_neighbour_kept() -> None:
    body = {
        "Quote": {"A": {"eventSymbol": "A", "bidPrice": "much"}, "B": {"eventSymbol": "B", "bidPrice": 1}}
    }
    found = answered(Quote, body)

    assert found.by_symbol["A"] == []
    assert len(found.by_symbol["B"]) == 1
    assert len(found.quarantined) == 1


@pytest.mark.parametrize(
    "url", ["https://host/live", "https://host/live/", "https://host/live/rest/events.json"]
)
def test_an_address_may_name_the_events_or_not(url: str) -> None:
    assert events_base(url) == "https://host/live"
