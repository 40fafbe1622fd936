"""Why the service said no: every form of error body, and the exception and sentence each one becomes.

Forms: the envelope ``{"error": {"code", "message", "errors": [...]}}`` whose nested entries are
``{code, message}`` or ``{domain, reason}``; OAuth's ``{"error_code", "error_description"}`` and RFC 6749's
``{"error", "error_description"}``; an HTML page of the proxy in front; an empty or broken body.
Source: developer.tastytrade.com "API Overview", and bodies recorded from the service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from tastytrade.errors import (
    CredentialsRejected,
    NotFound,
    NotPermitted,
    RequestError,
    ServiceUnavailable,
    TooManyRequests,
    UnexpectedAnswer,
)
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.patience import asked_pause
from tastytrade.rest.secret import Secret, redact

_USE_OAUTH = "use OAuth: set TT_SECRET and TT_REFRESH (my.tastytrade.com, Manage, API, OAuth Applications)"
_SCOPE = (
    "the grant lacks a scope that this needs; create one with the scope read (for market data), and use its "
    "refresh token"
)
# The service's word for a login without its one-time code, or with a wrong one, is not published: any of
# these in the word is taken for it.
_ONE_TIME_WORDS = ("two_factor", "two-factor", "2fa", "mfa", "otp", "one_time", "one-time")


class Refusal(Struct, frozen=True):
    """What an error body says: the service's word, its sentence, and a reason per nested entry."""

    code: str = ""
    text: str = ""
    reasons: tuple[str, ...] = ()
    is_page: bool = False


LOGIN_REFUSALS = frozenset({"device_challenge_required", "missing_request_token", "unconfirmed_user"})
"""The service's words for a login that fails for another reason than the credentials themselves."""

# The service's word -> what it means and what to do about it.
_KNOWN: Mapping[str, tuple[type[RequestError], str]] = {
    "invalid_credentials": (
        CredentialsRejected,
        "the user name, password or remember token is wrong (a remember token serves once); check them before"
        " trying again, because repeated failures block this machine's address for hours",
    ),
    "invalid_grant": (
        CredentialsRejected,
        "the refresh token (TT_REFRESH) is wrong, revoked, or belongs to another environment or client secret"
        " (TT_SECRET); create a new grant and try again",
    ),
    "unauthorized_client": (
        CredentialsRejected,
        "this OAuth application may not use refresh tokens; create a grant of your own for it "
        "(my.tastytrade.com, Manage, API, OAuth Applications), or another application",
    ),
    "invalid_scope": (NotPermitted, _SCOPE),
    "insufficient_scope": (NotPermitted, _SCOPE),
    "not_permitted": (
        NotPermitted,
        "these credentials are good but may not see this; check the account number, or use a grant whose "
        "scopes include it",
    ),
    "invalid_client": (
        CredentialsRejected,
        "the client secret (TT_SECRET) is wrong or belongs to another environment; check it and try again",
    ),
    "device_challenge_required": (
        NotPermitted,
        "logins by user name and password must pass a device challenge, which this package cannot; "
        + _USE_OAUTH,
    ),
    "missing_request_token": (
        NotPermitted,
        f"logins by user name and password are for the service's own pages by now; {_USE_OAUTH}",
    ),
    "unconfirmed_user": (
        NotPermitted,
        "the user's e-mail address is not confirmed; follow the link in the confirmation mail, then "
        "log in again",
    ),
    "quote_streamer.customer_not_found_error": (
        NotPermitted,
        "market data is for customers; open an account first, then log in again",
    ),
}

_BY_STATUS: Mapping[int, tuple[type[RequestError], str]] = {
    400: (RequestError, "the service cannot read this request; correct it before sending it again"),
    401: (
        CredentialsRejected,
        "the token sent with this request is missing, expired or revoked; log in again",
    ),
    403: (
        NotPermitted,
        "the credentials are good but not for this; it may need another scope, account or environment",
    ),
    404: (NotFound, "there is no such path or symbol in this environment; check the spelling"),
    406: (RequestError, "the service does not have this version of its API; do not ask for one"),
    408: (ServiceUnavailable, "the service gave up waiting; try again"),
    422: (RequestError, "the service understands this request and refuses it; see its reasons"),
    429: (TooManyRequests, "too many requests; wait, then ask less often"),
    502: (
        ServiceUnavailable,
        "this part of the service is down, or absent in this environment; try again later",
    ),
}


def error_of(call: Call[Any], answer: Answer, secrets: list[Secret]) -> RequestError:
    """The error that an answer of this status and body stands for; its text repeats none of the secrets."""
    refusal = refusal_of(answer.body)
    cls, advice = _meaning(refusal, status=answer.status, authorized=call.authorized)
    word = printable(redact(refusal.code, secrets), limit=80)
    sentence = f"{call.where} was refused (HTTP {answer.status}{' ' + word if word else ''}): {advice}"
    said = ". ".join(filter(None, (refusal.text.rstrip(". "), "; ".join(refusal.reasons))))
    if said:
        sentence += f". The service says: {printable(redact(said, secrets))}"
    seconds = asked_pause(answer)
    if seconds is not None:
        sentence += f". It asks to wait {seconds:.0f} s"
    return cls(sentence, status=answer.status, code=word)


def refusal_of(body: bytes) -> Refusal:
    """What a body of any form says. Never raises."""
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _refusal_of_text(body)
    if not isinstance(content, dict):
        return Refusal(text=content if isinstance(content, str) else "")
    error = content.get("error")
    if isinstance(error, dict):
        nested = error.get("errors")
        reasons = [_reason(entry) for entry in nested] if isinstance(nested, list) else []
        return Refusal(_text(error, "code"), _text(error, "message"), tuple(filter(None, reasons)))
    return Refusal(
        _text(content, "error_code", "error"), _text(content, "error_description", "message", "detail")
    )


def _refusal_of_text(body: bytes) -> Refusal:
    text = body[:10_000].decode("utf-8", "replace").strip()
    if not text.startswith("<"):
        # The rest is JSON that broke off, or a proxy's plain sentence: worth showing as it came.
        return Refusal(text=text)
    title = re.search(r"<title[^>]*>([^<]*)", text, re.IGNORECASE)
    return Refusal(text=title[1].strip() if title else "an HTML page", is_page=True)


def _reason(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    return ": ".join(filter(None, (_text(entry, "code", "domain"), _text(entry, "message", "reason"))))


def _text(content: Mapping[str, Any], *keys: str) -> str:
    """The first of these keys that holds a text or a number (a 406 has a number as code)."""
    for key in keys:
        value = content.get(key)
        if isinstance(value, str | int | float):
            return str(value)
    return ""


def wants_one_time_password(code: str) -> bool:
    """Whether a refusal's ``code`` says that a login needs the code of a second factor, or another one."""
    return any(word in code.lower() for word in _ONE_TIME_WORDS)


def _meaning(refusal: Refusal, *, status: int, authorized: bool) -> tuple[type[RequestError], str]:
    if refusal.code in _KNOWN:
        return _KNOWN[refusal.code]
    if wants_one_time_password(refusal.code) and not authorized:
        return NotPermitted, (
            "this login needs the one-time code of the second factor, and a new one each time; give it as "
            "LoginCredentials(one_time_password=...), or to `tastytrade login --user NAME`; OAuth needs none"
        )
    if status == 401 and refusal.is_page:
        return UnexpectedAnswer, (
            "the proxy in front of the service answers so when the User-Agent is missing or malformed; "
            "send one of the form product/version"
        )
    if status == 401 and not authorized:
        return CredentialsRejected, "these credentials are refused; check them before trying again"
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return ServiceUnavailable, "the service has a fault of its own; try again later"
    if status < 400:
        return UnexpectedAnswer, "redirects are not followed, so that no token goes elsewhere; check the URL"
    return RequestError, "the service refuses this request; correct it before sending it again"


def printable(text: str, *, limit: int = 500) -> str:
    """One line, shortened, without the control characters that would rewrite a terminal."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[:limit])
    return shown if len(text) <= limit else shown + "..."
