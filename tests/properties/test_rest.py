"""Whatever a peer sends, reading it ends in a value or in one of our errors."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tastytrade.errors import RequestError
from tastytrade.instruments.items import decode_items
from tastytrade.instruments.listing import (
    get_compact_option_chain,
    get_equity,
    get_nested_option_chain,
    get_option_chain,
)
from tastytrade.instruments.market_time import get_holidays
from tastytrade.instruments.models import Option, complete_option
from tastytrade.rest.answer import read
from tastytrade.rest.auth import (
    LoginCredentials,
    OAuthCredentials,
    login_call,
    quote_token_call,
    refresh_call,
)
from tastytrade.rest.call import Answer, Call, path
from tastytrade.rest.secret import Secret

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CALLS: list[Call[Any]] = [
    login_call(LoginCredentials("me", Secret("canary-7Zq"))),
    refresh_call(OAuthCredentials(Secret("s"), Secret("canary-7Zq"))),
    quote_token_call(),
    get_option_chain.call("SPX"),
    get_nested_option_chain.call("SPX"),
    get_compact_option_chain.call("SPX"),
    get_equity.call("SPX"),
    get_holidays.call(),
]
ITEM = {
    "symbol": "SPXW  260612C00110000",
    "root-symbol": "SPXW",
    "expiration-date": "2026-06-12",
    "strike-price": "110.0",
    "option-type": "C",
    "active": True,
}


def refusal(call: Call[Any], answer: Answer) -> RequestError | None:
    """The error that an answer is; None when it is read."""
    try:
        read(call, answer)
    except RequestError as error:
        return error
    return None


@given(call=st.sampled_from(CALLS), status=st.integers(200, 599), body=st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_an_error(call: Call[Any], status: int, body: bytes) -> None:
    text = str(refusal(call, Answer(status, {}, body)))

    assert text.isprintable()
    assert "canary-7Zq" not in text


@given(
    call=st.sampled_from(CALLS),
    status=st.integers(200, 599),
    member=st.sampled_from(["data", "error", "items", "error_code"]),
    content=JSON,
    listed=st.booleans(),
)
def test_any_json_is_an_answer_or_an_error(
    call: Call[Any], status: int, member: str, content: Any, listed: bool
) -> None:
    body = json.dumps({member: {"items": [content]} if listed else content}).encode()
    error = refusal(call, Answer(status, {}, body))

    assert error is None or error.status == status


@given(field=st.sampled_from([key for key in ITEM if key != "symbol"]), value=JSON)
def test_no_value_of_one_field_costs_an_option(field: str, value: Any) -> None:
    (option,) = decode_items([ITEM | {field: value}], Option, complete=complete_option)

    assert option.symbol == ITEM["symbol"]
    assert option.streamer_symbol.startswith(".")


@given(st.text(min_size=1))
def test_a_segment_stays_one_segment(text: str) -> None:
    try:
        encoded = path("option-chains", text)
    except ValueError:
        return  # "." and ".."; half a surrogate pair has no UTF-8
    assert encoded.count("/") == 2
    assert encoded.isascii()
    assert " " not in encoded
