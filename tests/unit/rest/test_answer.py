import traceback
from typing import Any

import pytest

from tastytrade.errors import (
    CredentialsRejected,
    NotFound,
    NotPermitted,
    RequestError,
    ServiceUnavailable,
    TooManyRequests,
    UnexpectedAnswer,
)
from tastytrade.instruments import get_trade_day
from tastytrade.rest.answer import items_of, read
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.secret import Secret

ASK: Call[Any] = Call(method="GET", path="/option-chains/SPX", parse=lambda data: data)
LOG_IN: Call[Any] = Call(
    method="POST",
    path="/sessions",
    parse=lambda data: data,
    body={"password": Secret("canary-7Zq")},
    authorized=False,
)
SHOWN = "canary-" + "7Zq"
STRANGE_LOGIN = Answer(201, {}, b'{"data": {"session-token": "canary-7Zq"}}')
PAGE = b"<html>\n<head><title>401 Authorization Required</title></head><body>...</body></html>"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"data": {"a": 1}, "context": "/x"}', {"a": 1}),
        (200, b'{"data": {"items": [1, 2]}, "api-version": "v1", "context": "/x"}', {"items": [1, 2]}),
        (200, b'{"data": {"items": []}, "context": "/x", "pagination": null}', {"items": []}),
        (200, b'{"access_token": "t", "expires_in": 900}', {"access_token": "t", "expires_in": 900}),
        (201, b'{"data": null, "context": "/x"}', None),
        (204, b"", None),
        (200, b" \n", None),
    ],
)
def test_what_a_call_reads_is_the_data_of_the_answer(status: int, body: bytes, expected: object) -> None:
    assert read(ASK, Answer(status, {}, body)) == expected


@pytest.mark.parametrize(
    ("call", "status", "body", "cls", "texts"),
    [
        (LOG_IN, 401, b'{"error": {"code": "invalid_credentials", "message": "Invalid login"}}',
         CredentialsRejected, ["invalid_credentials", "POST /sessions", "401", "Invalid login", "hours"]),
        (LOG_IN, 400, b'{"error_code":"invalid_grant","error_description":"Invalid JWT"}',
         CredentialsRejected, ["invalid_grant", "TT_REFRESH", "Invalid JWT"]),
        (LOG_IN, 400, b'{"error":"invalid_grant","error_description":"revoked"}',
         CredentialsRejected, ["invalid_grant", "TT_REFRESH", "revoked"]),
        (LOG_IN, 401, b'{"error":"invalid_client"}', CredentialsRejected, ["invalid_client", "TT_SECRET"]),
        (LOG_IN, 401, b"", CredentialsRejected, ["", "these credentials are refused"]),
        (LOG_IN, 403, b'{"error": {"code": "device_challenge_required", "message": "m", "redirect": {}}}',
         NotPermitted, ["device_challenge_required", "TT_SECRET", "TT_REFRESH", "device challenge"]),
        (LOG_IN, 400, b'{"error": {"code": "missing_request_token", "message": "m"}}',
         NotPermitted, ["missing_request_token", "TT_SECRET", "TT_REFRESH"]),
        (LOG_IN, 401, b'{"error": {"code": "unconfirmed_user", "message": "m"}}',
         NotPermitted, ["unconfirmed_user", "confirmation mail"]),
        (ASK, 404, b'{"error": {"code": "quote_streamer.customer_not_found_error", "message": "m"}}',
         NotPermitted, ["quote_streamer.customer_not_found_error", "open an account first"]),
        (ASK, 403, b'{"error": {"code": "quote_streamer.customer_not_found_error", "message": "m"}}',
         NotPermitted, ["quote_streamer.customer_not_found_error", "open an account first"]),
        (ASK, 401, PAGE, UnexpectedAnswer, ["", "User-Agent", "401 Authorization Required"]),
        (ASK, 401, b'{"error": {"code": "token_invalid", "message": "m"}}',
         CredentialsRejected, ["token_invalid", "expired", "log in again"]),
        (ASK, 403, b'{"error": {"code": "not_permitted", "message": "User not permitted access"}}',
         NotPermitted, ["not_permitted", "scope", "User not permitted access"]),
        (ASK, 404, b'{"error": {"code": "not_found", "message": "m"}}', NotFound, ["not_found", "spelling"]),
        (ASK, 404, b"", NotFound, ["", "GET /option-chains/SPX", "404"]),
        (ASK, 406, b'{"error": {"code": 406, "message": "The requested version is not supported."}}',
         RequestError, ["406", "version of its API"]),
        (ASK, 422, b'{"error": {"code": "preflight_check_failure", "message": "failed", "errors": ['
         b'{"code": "gtc", "message": "no GTC"}, {"domain": "per-page", "reason": "too many"}, "odd"]}}',
         RequestError, ["preflight_check_failure", "failed. gtc: no GTC; per-page: too many; odd"]),
        (ASK, 429, b"", TooManyRequests, ["", "less often"]),
        (ASK, 500, b'{"error": {"code": "internal", "message": "identifier 12"}}',
         ServiceUnavailable, ["internal", "try again later", "identifier 12"]),
        (ASK, 502, b"<html><title>502 Bad Gateway</title></html>", ServiceUnavailable,
         ["", "absent in this environment", "502 Bad Gateway"]),
        (ASK, 503, b"upstream connect error", ServiceUnavailable, ["", "upstream connect error"]),
        (ASK, 302, b"", UnexpectedAnswer, ["", "redirects are not followed"]),
        (ASK, 418, b"[]", RequestError, ["", "418"]),
        (ASK, 400, b'{"error": {"code": "inval', RequestError, ["", '{"error": {"code": "inval']),
        (ASK, 400, b"\xff\xfe", RequestError, ["", "400"]),
        (ASK, 400, b'{"error": null, "message": "odd"}', RequestError, ["", "odd"]),
        (ASK, 400, b'{"error": {"code": null, "message": ["x"], "errors": {}}}', RequestError, ["", "400"]),
    ],
)  # fmt: skip
def test_a_refusal_becomes_the_error_that_fits(
    call: Call[Any], status: int, body: bytes, cls: type[RequestError], texts: list[str]
) -> None:
    code, *texts = texts
    with pytest.raises(RequestError) as caught:
        read(call, Answer(status, {}, body))

    assert type(caught.value) is cls
    assert (caught.value.status, caught.value.code) == (status, code)
    assert [text for text in texts if text not in str(caught.value)] == []


def test_a_wait_the_service_asks_for_is_passed_on() -> None:
    with pytest.raises(TooManyRequests, match="wait 30 s"):
        read(ASK, Answer(429, {"retry-after": "30"}, b""))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"data": {"items": [', "not complete JSON"),
        (b"<html>welcome to the hotel</html>", "text/html"),
        (b"\xff", "not complete JSON"),
        (b"[" * 200_000, "not complete JSON|Recursion"),
    ],
)
def test_a_good_status_with_an_unreadable_body_is_an_unexpected_answer(body: bytes, reason: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=reason):
        read(ASK, Answer(200, {"content-type": "text/html; charset=utf-8"}, body))


@pytest.mark.parametrize("data", [b"{}", b'{"items": {}}', b"[]", b"null", b"3"])
def test_data_that_is_no_list_is_an_unexpected_answer(data: bytes) -> None:
    call: Call[list[Any]] = Call(method="GET", path="/x", parse=items_of)

    with pytest.raises(UnexpectedAnswer, match="GET /x answered 200"):
        read(call, Answer(200, {}, b'{"data": ' + data + b"}"))


@pytest.mark.parametrize("close", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"])
def test_a_value_that_cannot_be_reckoned_with_is_an_unexpected_answer(close: str) -> None:
    body = f'{{"data": {{"state": "Open", "close-at": "{close}"}}}}'.encode()

    with pytest.raises(UnexpectedAnswer, match="GET /market-time"):
        read(get_trade_day.call(), Answer(200, {}, body))


def test_no_error_repeats_a_secret_that_the_service_echoes() -> None:
    body = b'{"error": {"code": "canary-7Zq", "message": "bad canary-7Zq and token-5Xy"}}'

    with pytest.raises(RequestError) as caught:
        read(LOG_IN, Answer(400, {}, body), secrets=(Secret("token-5Xy"),))

    assert "bad <hidden> and <hidden>" in str(caught.value)
    assert caught.value.code == "<hidden>"


def test_a_secret_cut_by_the_shortening_does_not_show_either() -> None:
    body = b"x" * 495 + b"canary-7Zq" * 3

    with pytest.raises(RequestError) as caught:
        read(LOG_IN, Answer(400, {}, body))

    assert "canar" not in str(caught.value)


def test_control_characters_of_an_answer_are_escaped_and_its_length_limited() -> None:
    body = ("\x1b[2J\u202e" + "y" * 5_000).encode()

    with pytest.raises(RequestError) as caught:
        read(ASK, Answer(400, {}, body))

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 800


def test_control_characters_in_what_cannot_be_read_are_escaped() -> None:
    call: Call[Any] = Call(method="GET", path="/x", parse=float)

    with pytest.raises(UnexpectedAnswer) as caught:
        read(call, Answer(200, {}, b'{"data": "\\u001b[2J\\u202e canary"}'))

    assert str(caught.value).isprintable()
    assert "canary" in str(caught.value)


def test_an_answer_that_cannot_be_read_leaves_no_token_in_the_traceback() -> None:
    def parse(data: Any) -> str:
        return str(data["user"]["name"])

    call: Call[str] = Call(method="POST", path="/sessions", parse=parse)
    with pytest.raises(UnexpectedAnswer) as caught:
        read(call, STRANGE_LOGIN)

    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert SHOWN not in "".join(shown.format())
    assert caught.value.__context__ is None
