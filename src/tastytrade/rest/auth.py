"""Logging in: the forms credentials take, the calls that use them, and the tokens they give.

OAuth is what works at the real service; user name and password is the older form, which the simulator and
the service's sandbox portal still know. Source: developer.tastytrade.com "OAuth" and "Sessions".
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, convert
from msgspec.structs import replace

from tastytrade.errors import ConfigurationError
from tastytrade.rest.address import check_feed_url
from tastytrade.rest.call import Call
from tastytrade.rest.secret import Secret, is_header_value

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

    def __post_init__(self) -> None:
        _check_token(self.value)

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

    def __post_init__(self) -> None:
        _check_token(self.token)

    @property
    def is_delayed(self) -> bool:
        """Whether the quotes come about 15 minutes late, as in the certification environment."""
        return self.level == "demo" or self.dxlink_url.endswith("/delayed")

    @property
    def feed_level(self) -> str:
        """ "real time", "delayed" or "simulated"; else the service's own word, which nobody knows yet."""
        if self.is_delayed:
            return "delayed"
        return "real time" if self.level == "api" else self.level or "unknown"


def secrets_of(credentials: Credentials) -> list[Secret]:
    """The secrets that credentials hold."""
    values = (getattr(credentials, name) for name in credentials.__struct_fields__)
    return [value for value in values if isinstance(value, Secret)]


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
    if code is not None and not (code.reveal().isascii() and code.reveal().isalnum()):
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


class _AccessToken(Struct):
    access_token: str
    expires_in: float = 900.0
    refresh_token: str | None = None


class _Session(Struct, rename="kebab"):
    session_token: str
    user: dict[str, Any]
    remember_token: str | None = None


class _QuoteToken(Struct, rename="kebab"):
    token: str
    dxlink_url: str
    level: str = ""


def _access_token(data: Any) -> Token:
    found = convert(data, _AccessToken)
    if found.expires_in <= 0:
        raise ValueError(f"expires_in is {found.expires_in}")
    refresh = Secret(found.refresh_token) if found.refresh_token else None
    return Token(Secret(found.access_token), found.expires_in, refresh_token=refresh)


def _session_token(data: Any) -> Token:
    found = convert(data, _Session)
    remember = Secret(found.remember_token) if found.remember_token else None
    return Token(Secret(found.session_token), DAY, scheme="", remember_token=remember, user=found.user)


def _quote_token(data: Any) -> QuoteToken:
    found = convert(data, _QuoteToken)
    url = check_feed_url(found.dxlink_url, name="dxlink-url")
    return QuoteToken(Secret(found.token), url, found.level)


def _check_token(token: Secret) -> None:
    if not token or not is_header_value(token):
        raise ConfigurationError("the token is empty or has characters that a header cannot carry")


def _nothing(data: object) -> None:
    return None
