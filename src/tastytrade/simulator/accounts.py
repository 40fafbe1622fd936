"""Accounts: the simulator's user, and the tokens it has given out, in memory, for each instance its own.

Lifetimes as at the real service: session and quote tokens 24 hours, access tokens 15 minutes, remember
tokens once. Every token and OAuth secret begins with ``sim_``, so none can be mistaken for a real one.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from hashlib import sha256

from msgspec import Struct, structs

from tastytrade.rest.auth import DAY
from tastytrade.simulator.rest_options import ACCESS_LIFETIME, RestOptions

CHALLENGE_LIFETIME = 600.0
"""How long a device challenge may take; a guess."""
TOKEN_LIMIT = 10_000


class User(Struct, frozen=True, kw_only=True):
    """Who can log in, and with what. The defaults are what the documentation's examples use."""

    login: str = "username"
    password: str = "password"  # noqa: S105  # the simulator's own, printed when it starts
    client_secret: str = "sim_secret"  # noqa: S105  # likewise
    refresh_token: str = "sim_refresh"  # noqa: S105  # likewise
    email: str = "username@example.com"
    external_id: str = "U0000000001"
    id: int = 1

    def __repr__(self) -> str:
        return f"User({self.login!r})"


class TokenStore:
    """Tokens of one kind that live ``lifetime`` seconds.

    Kept as digests, so that the time a lookup takes tells nothing about a token.
    """

    def __init__(self, prefix: str, *, lifetime: float, monotonic: Callable[[], float]) -> None:
        self.lifetime = lifetime
        self._prefix = prefix
        self._monotonic = monotonic
        self._expires_at: dict[bytes, float] = {}

    def issue(self, ending: str = "") -> str:
        """A new token. Beyond the limit the oldest one is forgotten."""
        token = f"sim_{self._prefix}_{secrets.token_urlsafe(32)}{ending}"
        self.admit(token)
        return token

    def admit(self, token: str) -> None:
        """Count a token from elsewhere as issued here, now."""
        self._expires_at[_digest(token)] = self._monotonic() + self.lifetime
        if len(self._expires_at) > TOKEN_LIMIT:
            del self._expires_at[next(iter(self._expires_at))]

    def holds(self, token: str) -> bool:
        """Whether the token was issued here, has not expired and was not revoked."""
        return self._monotonic() < self._expires_at.get(_digest(token), float("-inf"))

    def revoke(self, token: str) -> None:
        self._expires_at.pop(_digest(token), None)

    def clear(self) -> None:
        """Revoke them all."""
        self._expires_at.clear()


class Accounts:
    """One user, and the tokens of each kind. ``access_lifetime`` is in seconds; the clock is monotonic.

    A token of a device challenge is in ``challenge_tokens`` until the challenge is passed, then in
    ``passed_challenges``.
    """

    def __init__(
        self,
        user: User | None = None,
        *,
        access_lifetime: float = ACCESS_LIFETIME,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.user = user if user is not None else User()
        self.session_tokens = TokenStore("session", lifetime=DAY, monotonic=monotonic)
        self.remember_tokens = TokenStore("remember", lifetime=DAY, monotonic=monotonic)
        self.access_tokens = TokenStore("access", lifetime=access_lifetime, monotonic=monotonic)
        self.quote_tokens = TokenStore("quote", lifetime=DAY, monotonic=monotonic)
        self.challenge_tokens = TokenStore("challenge", lifetime=CHALLENGE_LIFETIME, monotonic=monotonic)
        self.passed_challenges = TokenStore("passed", lifetime=CHALLENGE_LIFETIME, monotonic=monotonic)

    def set_lifetimes(self, options: RestOptions) -> None:
        """How long the tokens live that are issued from now on."""
        self.access_tokens.lifetime = options.access_lifetime
        self.session_tokens.lifetime = options.session_lifetime
        self.quote_tokens.lifetime = options.quote_token_lifetime

    def knows_password(self, login: str, password: str) -> bool:
        """Whether this is the user with the right password; the e-mail address serves as login too."""
        return self._knows_login(login) & _same(password, self.user.password)

    def remembers(self, login: str, token: str) -> bool:
        """Whether the token could replace this user's password."""
        return self._knows_login(login) and self.remember_tokens.holds(token)

    def use_remember_token(self, login: str, token: str) -> bool:
        """Whether the token replaces this user's password now; it does so once."""
        good = self.remembers(login, token)
        self.remember_tokens.revoke(token)
        return good

    def knows_client(self, client_secret: str) -> bool:
        return _same(client_secret, self.user.client_secret)

    def knows_grant(self, refresh_token: str) -> bool:
        return _same(refresh_token, self.user.refresh_token)

    def rotate_grant(self) -> str:
        """The refresh token that replaces the user's own, which is good for nothing from now on."""
        token = f"sim_refresh_{secrets.token_urlsafe(32)}"
        self.user = structs.replace(self.user, refresh_token=token)
        return token

    def authorizes(self, authorization: str) -> bool:
        """Whether an Authorization header lets its sender in: a token, bare or after ``Bearer``."""
        scheme, _, rest = authorization.strip().partition(" ")
        token = rest.strip() if scheme.lower() == "bearer" else authorization.strip()
        return self.session_tokens.holds(token) or self.access_tokens.holds(token)

    def end_session(self, authorization: str) -> None:
        """Revoke the token of an Authorization header."""
        token = authorization.strip().rpartition(" ")[2]
        self.session_tokens.revoke(token)
        self.access_tokens.revoke(token)

    def _knows_login(self, login: str) -> bool:
        return _same(login, self.user.login) | _same(login, self.user.email)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
