from typing import Any

import pytest

from tastytrade.errors import CredentialsRejected, NotPermitted, RequestError, TooManyRequests
from tastytrade.rest.auth import LoginCredentials, OAuthCredentials, login_call, refresh_call, validate_call
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.refusal import error_of, wants_one_time_password
from tastytrade.rest.secret import Secret

LOG_IN = login_call(LoginCredentials("me", Secret("p")))
REFRESH = refresh_call(OAuthCredentials(Secret("s"), Secret("r")))


def refusal(call: Call[Any], status: int, body: str, **headers: str) -> RequestError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_of(call, Answer(status, named, body.encode()), [])


@pytest.mark.parametrize(
    "code", ["two_factor_required", "invalid_otp", "MFA_REQUIRED", "missing_one_time_password", "2fa"]
)
def test_a_login_without_its_one_time_code_is_told_to_give_one(code: str) -> None:
    error = refusal(LOG_IN, 401, f'{{"error": {{"code": "{code}", "message": "m"}}}}')

    assert wants_one_time_password(error.code)
    assert type(error) is NotPermitted
    assert "one_time_password" in str(error)


@pytest.mark.parametrize("code", ["", "invalid_credentials", "invalid_grant", "device_challenge_required"])
def test_other_refusals_do_not_ask_for_a_one_time_code(code: str) -> None:
    assert not wants_one_time_password(code)


@pytest.mark.parametrize("code", ["invalid_scope", "insufficient_scope"])
def test_a_missing_scope_is_told_with_the_scope_to_ask_for(code: str) -> None:
    error = refusal(REFRESH, 400, f'{{"error": "{code}", "error_description": "d"}}')

    assert type(error) is NotPermitted
    assert "create one with the scope read" in str(error)


def test_an_application_without_refresh_tokens_is_told_to_get_a_grant() -> None:
    error = refusal(REFRESH, 400, '{"error_code": "unauthorized_client", "error_description": "d"}')

    assert type(error) is CredentialsRejected
    assert "create a grant of your own" in str(error)


def test_what_may_not_be_seen_is_told_from_what_is_wrong() -> None:
    error = refusal(validate_call(), 403, '{"error": {"code": "not_permitted", "message": "m"}}')

    assert type(error) is NotPermitted
    assert "check the account number" in str(error)


def test_a_pause_asked_for_as_a_date_is_told_in_seconds() -> None:
    now, later = "Wed, 08 Jan 2025 14:30:00 GMT", "Wed, 08 Jan 2025 15:30:00 GMT"
    error = refusal(validate_call(), 429, "", date=now, retry_after=later)

    assert type(error) is TooManyRequests
    assert str(error).endswith("It asks to wait 3600 s")
