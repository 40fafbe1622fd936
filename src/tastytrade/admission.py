"""Admission: where a feed is, and what lets us in; and whether that is the feed that was asked for."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Literal, Protocol

from tastytrade.errors import ConfigurationError, DelayedFeed
from tastytrade.rest.auth import QuoteToken
from tastytrade.rest.secret import Secret

Requirement = Literal["realtime"]


class Admission(Protocol):
    """What lets us in: a Session, or anything else that gives quote tokens."""

    def quote_token(self, *, renew: bool = False) -> Coroutine[Any, Any, QuoteToken]: ...


class Entrance:
    """A session that gives quote tokens, or an address with a token that never changes.

    ``level`` is what the last token was good for: "api", "demo", "simulated"; None where nobody said.
    Raises ConfigurationError when there is not exactly one of the two.
    """

    def __init__(
        self,
        session: Admission | None,
        *,
        url: str | None,
        token: str | None,
        require: Requirement | None,
    ) -> None:
        if (session is None) == (url is None):
            raise ConfigurationError("a Streamer takes a session or url=..., one of the two")
        if require not in {None, "realtime"}:
            raise ConfigurationError(f'require is "realtime" or left out, not {require!r}')
        self._session = session
        self._url = url
        self._token = Secret(token) if token is not None else None
        self._require = require
        self.level: str | None = None

    @property
    def can_renew(self) -> bool:
        """Whether there is somebody to ask for another token."""
        return self._session is not None

    async def address(self, renew: bool = False) -> tuple[str, str | None]:
        """URL and token; a new one when ``renew``. Raises RequestError, or DelayedFeed where real time is
        required: what a simulator makes up is not delayed."""
        if self._session is None:
            return str(self._url), self._token.reveal() if self._token is not None else None
        quote_token = await self._session.quote_token(renew=renew)
        self.level = quote_token.level
        if self._require == "realtime" and quote_token.is_delayed:
            raise DelayedFeed(
                f"the service gives this user a delayed feed (level {quote_token.level!r}), and real time is "
                "required: fund the account, use the production environment, or leave out require"
            )
        return quote_token.dxlink_url, quote_token.token.reveal()
