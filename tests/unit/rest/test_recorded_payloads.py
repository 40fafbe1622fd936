"""Every payload recorded from the service is decoded, or refused with the right error and a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tastytrade.errors import (
    CredentialsRejected,
    NotPermitted,
    RequestError,
    UnexpectedAnswer,
)
from tastytrade.instruments import get_option_chain
from tastytrade.rest.answer import items_of, read
from tastytrade.rest.auth import (
    LoginCredentials,
    OAuthCredentials,
    login_call,
    quote_token_call,
    refresh_call,
)
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.secret import Secret
from tests.unit.rest.recorded import SAMPLES

# Where a typed call exists: path (its query cut off) -> that call.
TYPED: dict[str, Callable[[], Call[Any]]] = {
    "/sessions": lambda: login_call(LoginCredentials("me", Secret("p"))),
    "/oauth/token": lambda: refresh_call(OAuthCredentials(Secret("s"), Secret("r"))),
    "/api-quote-tokens": quote_token_call,
}

REFUSALS = {
    "invalid_credentials": CredentialsRejected,
    "invalid_grant": CredentialsRejected,
    "not_permitted": NotPermitted,
    "device_challenge_required": NotPermitted,
    "missing_request_token": NotPermitted,
    "quote_streamer.customer_not_found_error": NotPermitted,
    "preflight_check_failure": RequestError,
    "406": RequestError,
    "": UnexpectedAnswer,  # the proxy's HTML page
}


def call_of(sample: dict[str, Any]) -> Call[Any]:
    place = sample["path"].partition("?")[0]
    if place in TYPED:
        return TYPED[place]()
    return Call(method=sample["method"], path=place, parse=lambda data: data)


def body_of(sample: dict[str, Any]) -> bytes:
    body = sample["body"]
    if isinstance(body, str):
        return body.encode()
    if '"data" member' in sample.get("note", "") or "envelope removed" in sample.get("note", ""):
        body = {"data": body, "context": sample["path"]}
    return msgspec.json.encode(body)


def named(samples: list[dict[str, Any]]) -> list[Any]:
    return [
        pytest.param(one, id=f"{SAMPLES.index(one)} {one['method']} {one['path'][:50]}") for one in samples
    ]


ACCEPTED = [sample for sample in SAMPLES if sample["status"] < 300]
LISTS = [sample for sample in ACCEPTED if "items" in sample["body"].get("data", sample["body"])]
REFUSED = [sample for sample in SAMPLES if sample["status"] >= 300]


def test_all_recorded_payloads_are_here() -> None:
    assert len(SAMPLES) == 45
    assert len(REFUSED) == 11


@pytest.mark.parametrize("sample", named(ACCEPTED))
def test_a_recorded_answer_is_read(sample: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="tastytrade")
    found = read(call_of(sample), Answer(sample["status"], {}, body_of(sample)))

    assert found
    assert caplog.messages == []


@pytest.mark.parametrize("sample", named(LISTS))
def test_a_recorded_list_loses_no_item(sample: dict[str, Any]) -> None:
    call = Call(method="GET", path="/x", parse=items_of)
    expected = sample["body"].get("data", sample["body"])["items"]

    assert read(call, Answer(200, {}, body_of(sample))) == expected


@pytest.mark.parametrize("sample", named(REFUSED))
def test_a_recorded_refusal_becomes_its_error_with_the_services_reason(sample: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as caught:
        read(call_of(sample), Answer(sample["status"], {}, body_of(sample)))

    assert type(caught.value) is REFUSALS[caught.value.code]
    assert caught.value.status == sample["status"]
    assert "The service says: " in str(caught.value)


def test_the_recorded_chain_has_its_options_in_place() -> None:
    sample = next(one for one in SAMPLES if one["path"] == "/option-chains/AAPL")
    chain = read(get_option_chain.call("AAPL"), Answer(200, {}, body_of(sample)))

    assert [option.streamer_symbol for option in chain.options] == [
        ".AAPL260612C110",
        ".AAPL260612P110",
        ".AAPL260612C120",
        ".AAPL260612P120",
    ]
