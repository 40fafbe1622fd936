"""Logging in: the forms credentials take, the calls that use them, and the tokens they give.

OAuth is what works at the real service; user name and password is the older form, which the simulator and
the service's sandbox portal still know. Source: developer.tastytrade.com "OAuth" and "Sessions".
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tastytrade.errors import ConfigurationError
from tastytrade.rest.address import check_feed_url
from tastytrade.rest.call import Call
from tastytrade.rest.secret import Secret

DAY = 86_400.0
"""Seconds that a session token and a quote token live."""


class OAuthCredentials(Struct, frozen=True):
    """The secret of an OAuth application, and the refresh token of a grant made with it; neither expires."""

    client_secret: Secret
    refresh_token: Secret


class LoginCredentials(Struct, frozen=True):
    """A user name or e-mail address with a password or, instead, a remember token, which serves once.

    ``remember_me`` asks for the next remember token; ``one_time_password`` is the code of a second factor.
    """

    login: str
    password: Secret | None = None
    remember_token: Secret | None = None
    remember_me: bool = False
    one_time_password: Secret | None = None


Credentials = OAuthCredentials | LoginCredentials


class Token(Struct, frozen=True):
    """What authorizes calls for ``lifetime`` seconds from its receipt.

    ``scheme`` is "Bearer" (OAuth) or "" (a session token is sent bare). ``remember_token`` and
    ``refresh_token`` are what the next login has to use, where the service gave new ones. ``user`` is what
    the login said about the user, and empty with OAuth.
    """

    value: Secret
    lifetime: float
    scheme: str = "Bearer"
    remember_token: Secret | None = None
    refresh_token: Secret | None = None
    user: dict[str, Any] = {}

    @property
    def authorization(self) -> Secret:
        """The value of the Authorization header."""
        return Secret(f"{self.scheme} {self.value.reveal()}".lstrip())


class QuoteToken(Struct, frozen=True):
    """Admission to the live feed for 24 hours, and the address of the feed.

    ``level`` is the service's word for what it gives: "api" (real time), "demo" (delayed), "simulated".
    """

    token: Secret
    dxlink_url: str
    level: str

    @property
    def is_delayed(self) -> bool:
        """Whether the quotes come about 15 minutes late, as in the certification environment."""
        return self.level == "demo" or self.dxlink_url.endswith("/delayed")


def token_call(credentials: Credentials) -> Call[Token]:
    """The call that turns credentials of either form into a token."""
    if isinstance(credentials, OAuthCredentials):
        return refresh_call(credentials)
    return login_call(credentials)


def refresh_call(credentials: OAuthCredentials) -> Call[Token]:
    """``POST /oauth/token``: an access token, which lives 15 minutes."""
    body = {
        "grant_type": "refresh_token",
        "client_secret": credentials.client_secret,
        "refresh_token": credentials.refresh_token,
    }
    return Call(method="POST", path="/oauth/token", body=body, parse=_access_token, authorized=False)


def login_call(credentials: LoginCredentials) -> Call[Token]:
    """``POST /sessions``: a session token, which lives 24 hours.

    The remember token is sent where there is no password. Raises ConfigurationError when there is neither.
    """
    body = {"login": credentials.login, "remember-me": credentials.remember_me}
    if credentials.password is not None:
        body |= {"password": credentials.password}
    elif credentials.remember_token is not None:
        body |= {"remember-token": credentials.remember_token}
    else:
        raise ConfigurationError("a login needs a password or an unused remember token: give one of them")
    code = credentials.one_time_password
    if code is not None and not code.reveal().isalnum():
        raise ConfigurationError("a one-time password has digits only: give it as the authenticator shows it")
    headers = () if code is None else (("X-Tastyworks-OTP", code),)
    return Call(
        method="POST", path="/sessions", body=body, headers=headers, parse=_session_token, authorized=False
    )


def validate_call() -> Call[dict[str, Any]]:
    """``POST /sessions/validate``: who the token belongs to; CredentialsRejected when it is no good."""
    return Call(method="POST", path="/sessions/validate", parse=dict)


def logout_call() -> Call[None]:
    """``DELETE /sessions``: ends a session token before its time. OAuth has no such thing."""
    return Call(method="DELETE", path="/sessions", parse=_nothing)


def quote_token_call() -> Call[QuoteToken]:
    """``GET /api-quote-tokens``; NotPermitted for a user without an account."""
    return Call(method="GET", path="/api-quote-tokens", parse=_quote_token)


def next_credentials(credentials: Credentials, token: Token) -> Credentials:
    """The credentials for the login after the one that gave ``token``: what serves once is used up."""
    if isinstance(credentials, OAuthCredentials):
        return replace(credentials, refresh_token=token.refresh_token or credentials.refresh_token)
    return replace(credentials, remember_token=token.remember_token, one_time_password=None)


def _access_token(data: Any) -> Token:
    lifetime = float(data.get("expires_in", 900))
    if not 0 < lifetime < float("inf"):
        raise ValueError(f"expires_in is {lifetime}")
    refresh = _secret(data, "refresh_token") if data.get("refresh_token") else None
    scheme = str(data.get("token_type", "Bearer"))
    return Token(_secret(data, "access_token"), lifetime, scheme, refresh_token=refresh)


def _session_token(data: Any) -> Token:
    remember = _secret(data, "remember-token") if data.get("remember-token") else None
    return Token(
        _secret(data, "session-token"), DAY, scheme="", remember_token=remember, user=dict(data["user"])
    )


def _quote_token(data: Any) -> QuoteToken:
    url = check_feed_url(data["dxlink-url"], name="dxlink-url")
    return QuoteToken(_secret(data, "token"), url, str(data.get("level", "")))


def _secret(data: Any, key: str) -> Secret:
    value = data[key]
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise ValueError(f"{key} is not a text that a header can carry")
    return Secret(value)


def _nothing(data: object) -> None:
    return None
