"""Why the REST service said no: the one diagnosis that an error stands for."""

from __future__ import annotations

from tastytrade.checkup.finding import Diagnosis
from tastytrade.errors import (
    ConfigurationError,
    CredentialsRejected,
    NotPermitted,
    RequestError,
    ServiceUnavailable,
    TastytradeError,
    TooManyRequests,
)
from tastytrade.rest.refusal import wants_one_time_password

_NEW_GRANT = (
    "make a new grant (my.tastytrade.com: Manage, API, OAuth Applications) and run `tastytrade login`, or "
    "set TT_REFRESH to it"
)
_USE_OAUTH = "use OAuth: `tastytrade login` (my.tastytrade.com: Manage, API, OAuth Applications)"

# The service's word -> what is wrong, and what to do.
_BY_CODE = {
    "invalid_credentials": Diagnosis(
        "wrong_password",
        "the user name or password is wrong, or the one-time code of a second factor is missing",
        "correct TT_USER and TT_PASS, or run `tastytrade login --user NAME` (with --code for a second "
        "factor); repeated failures lock the account",
        is_login=True,
    ),
    "invalid_client": Diagnosis(
        "wrong_client_secret",
        "the client secret is wrong, or belongs to another environment",
        "copy it anew from your OAuth application into TT_SECRET, or run `tastytrade login`",
        is_login=True,
    ),
    "invalid_grant": Diagnosis(
        "refresh_token_revoked",
        "the refresh token is wrong or was revoked, or belongs to another client secret or environment",
        _NEW_GRANT,
        is_login=True,
    ),
    "unauthorized_client": Diagnosis(
        "application_not_allowed",
        "this OAuth application may not use refresh tokens",
        _NEW_GRANT,
        is_login=True,
    ),
    "unconfirmed_user": Diagnosis(
        "unconfirmed_user",
        "the user's e-mail address is not confirmed",
        "follow the link in the confirmation mail, then try again",
        is_login=True,
    ),
    "device_challenge_required": Diagnosis(
        "device_challenge",
        "logins by password must pass a device challenge, which programs cannot",
        _USE_OAUTH,
        is_login=True,
    ),
    "missing_request_token": Diagnosis(
        "no_password_logins",
        "the service takes passwords on its own pages only",
        _USE_OAUTH,
        is_login=True,
    ),
    "quote_streamer.customer_not_found_error": Diagnosis(
        "no_customer",
        "this user has no account, and market data is for customers",
        "open an account (or use that of a user who has one), then try again",
    ),
    "insufficient_scope": Diagnosis("no_scope", "the grant lacks the scope read", _NEW_GRANT),
    "invalid_scope": Diagnosis("no_scope", "the grant lacks the scope read", _NEW_GRANT),
}
_USED_UP = Diagnosis(
    "remember_token_used",
    "the kept remember token is wrong, or was used: it serves once",
    "run `tastytrade login --user NAME`, or use OAuth: `tastytrade login`",
    is_login=True,
)


def diagnosis_of(error: TastytradeError, *, is_remembered: bool = False) -> Diagnosis:
    """What an error of a REST call means. ``is_remembered``: a remember token was sent, and no password."""
    code = error.code if isinstance(error, RequestError) else ""
    if code == "invalid_credentials" and is_remembered:
        return _USED_UP
    if code in _BY_CODE:
        return _BY_CODE[code]
    if wants_one_time_password(code):
        fix = "run `tastytrade login --user NAME --code`, or use OAuth, which needs none: `tastytrade login`"
        return Diagnosis("one_time_code", "this login needs a one-time code", fix, is_login=True)
    return _by_kind(error)


def stalled(what: str, limit: float) -> Diagnosis:
    """Nothing came in time."""
    cause = f"{what} got no answer within {limit:g} s, though the connection is there"
    return Diagnosis("service_stalls", cause, "the service is overloaded or restarting: try again in minutes")


def _by_kind(error: TastytradeError) -> Diagnosis:
    cause = str(error)
    match error:
        case ServiceUnavailable() if "CERTIFICATE_VERIFY_FAILED" in cause:
            fix = "name your authorities for all programs: export SSL_CERT_FILE=/path/to/ca.pem"
            return Diagnosis("certificate_unknown", cause, fix)
        case ServiceUnavailable(status=None):
            return Diagnosis(
                "service_breaks_off", cause, "try again in minutes; check the network and proxies"
            )
        case ServiceUnavailable():
            return Diagnosis("service_down", cause, "nothing is wrong here: try again in minutes")
        case TooManyRequests():
            return Diagnosis("too_many_requests", cause, "wait some minutes, then ask less often")
        case CredentialsRejected():
            return Diagnosis("credentials_refused", cause, _USE_OAUTH, is_login=True)
        case NotPermitted():
            return Diagnosis(
                "not_permitted", cause, "use a grant with the scope read, of a user with an account"
            )
        case ConfigurationError():
            return Diagnosis("configuration", cause, "correct what it names")
        case _:
            return Diagnosis(
                "unexpected_answer", cause, "check the address; if it is right, please report this"
            )
