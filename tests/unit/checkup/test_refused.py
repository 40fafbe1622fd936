from __future__ import annotations

import pytest

from tastytrade.checkup.refused import diagnosis_of
from tastytrade.errors import (
    CredentialsRejected,
    NotPermitted,
    RequestError,
    ServiceUnavailable,
    TooManyRequests,
    UnexpectedAnswer,
)


@pytest.mark.parametrize(
    ("error", "code", "is_login"),
    [
        (CredentialsRejected("", code="invalid_grant"), "refresh_token_revoked", True),
        (CredentialsRejected("", code="invalid_client"), "wrong_client_secret", True),
        (CredentialsRejected("", code="a new word"), "credentials_refused", True),
        (NotPermitted("", code="two_factor_required"), "one_time_code", True),
        (NotPermitted("", code="insufficient_scope"), "no_scope", False),
        (NotPermitted("", code=""), "not_permitted", False),
        (TooManyRequests(""), "too_many_requests", False),
        (ServiceUnavailable("", status=502), "service_down", False),
        (ServiceUnavailable("it broke off"), "service_breaks_off", False),
        (ServiceUnavailable("[SSL: CERTIFICATE_VERIFY_FAILED]"), "certificate_unknown", False),
        (UnexpectedAnswer(""), "unexpected_answer", False),
    ],
)
def test_each_refusal_has_one_diagnosis(error: RequestError, code: str, is_login: bool) -> None:
    found = diagnosis_of(error)

    assert (found.code, found.is_login) == (code, is_login)
    assert found.fix


def test_a_remember_token_that_is_refused_was_used_up() -> None:
    found = diagnosis_of(CredentialsRejected("", code="invalid_credentials"), is_remembered=True)

    assert found.code == "remember_token_used"
