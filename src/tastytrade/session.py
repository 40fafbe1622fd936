"""Session: a logged-in REST access that keeps its tokens fresh. ``await session.run(call)`` asks."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from tastytrade.errors import (
    CredentialsRejected,
    NotPermitted,
    RequestError,
    ServiceUnavailable,
    TooManyRequests,
)
from tastytrade.rest.answer import read
from tastytrade.rest.auth import (
    DAY,
    Credentials,
    LoginCredentials,
    QuoteToken,
    Token,
    logout_call,
    next_credentials,
    quote_token_call,
    secrets_of,
    token_call,
)
from tastytrade.rest.call import Call, Steps
from tastytrade.rest.environment import Environment, environment_from
from tastytrade.rest.secret import Secret
from tastytrade.transport.http import HttpDoor

log = logging.getLogger(__name__)

T = TypeVar("T")

_DEFINITE = (CredentialsRejected, NotPermitted)

QUOTE_TOKEN_AGE = 12 * 3600.0
"""Seconds after which a quote token is asked for anew; it lives 24 hours."""
RENEWAL_DELAY = 5.0
"""Seconds until a failed renewal is tried again while the token still lives; doubled up to ten times that."""


class Session:
    """Access to one environment with one set of credentials; for one event loop.

        async with Session.from_environment() as session:
            chain = await get_option_chain(session, "SPX")

    Opening logs in. The token is renewed by the first call after 80 % of its life, counted on a monotonic
    clock from its receipt, with one request for any number of waiting calls. Credentials that the service
    refused are not sent again: every later call raises the same error.
    """

    def __init__(
        self,
        environment: Environment,
        credentials: Credentials,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.environment = environment
        self.user: dict[str, Any] = {}
        self._credentials = credentials
        self._monotonic = monotonic
        self._door: HttpDoor | None = None
        self._renewal = asyncio.Lock()
        self._renewals = 0
        self._failure: RequestError | None = None
        self._delay = RENEWAL_DELAY
        self._token: Token | None = None
        self._remember_token: Secret | None = None
        self._renew_at = 0.0
        self._expires_at = 0.0
        self._quote_renewal = asyncio.Lock()
        self._quote_token: QuoteToken | None = None
        self._quote_token_at = 0.0

    @classmethod
    def from_environment(cls, name: str | None = None, variables: Mapping[str, str] | None = None) -> Session:
        """A session, not yet open, for the environment and credentials of ``variables`` (else os.environ).

        Raises ConfigurationError, naming the variables to set.
        """
        return cls(*environment_from(os.environ if variables is None else variables, name))

    def __repr__(self) -> str:
        return f"<Session {self.environment.name} {'open' if self.is_open else 'closed'}>"

    @property
    def is_open(self) -> bool:
        """Whether it has logged in and was not closed since."""
        return self._door is not None

    @property
    def remember_token(self) -> str | None:
        """What replaces the password at the next login, once; None unless it was asked for."""
        return self._remember_token.reveal() if self._remember_token is not None else None

    async def __aenter__(self) -> Session:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def open(self) -> None:
        """Log in; nothing when it is open. Raises RequestError, and is then closed again."""
        if self._door is not None:
            return
        self._door = HttpDoor(self.environment.api_url)
        try:
            await self._fresh_token()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close the connections. The tokens stay good until they expire: ``logout()`` ends them."""
        door, self._door = self._door, None
        if door is not None:
            await door.aclose()

    async def logout(self) -> None:
        """End a session token before its 24 hours; an OAuth token ends by itself within 15 minutes.

        A call after this logs in again.
        """
        token, self._token, self._quote_token = self._token, None, None
        if token is not None and isinstance(self._credentials, LoginCredentials):
            await self._ask(logout_call(), token)

    async def run(self, call: Call[T] | Steps[T]) -> T:
        """What the service answers to a call, or to several in steps. Raises RequestError.

        When the token is refused (401) it is renewed once, and a call that does no harm twice is sent
        once more.
        """
        if isinstance(call, Call):
            return await self._run(call)
        proceed = partial(next, call)
        while True:
            try:
                step = proceed()
            except StopIteration as end:
                result: T = end.value
                return result
            try:
                proceed = partial(call.send, await self._run(step))
            except RequestError as error:
                proceed = partial(call.throw, error)

    async def _run(self, call: Call[T]) -> T:
        if not call.authorized:
            return await self._ask(call)
        token = await self._fresh_token()
        try:
            return await self._ask(call, token)
        except CredentialsRejected as refusal:
            if refusal.status != 401:
                raise
            if not call.idempotent:
                self._distrust(token)
                raise
        log.debug("%s: the token was refused before its time", call.where)
        return await self._ask(call, await self._fresh_token(refused=token))

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        """Admission to the live feed: the one at hand while it is younger than 12 hours, unless ``renew``.

        Raises NotPermitted for a user without an account.
        """
        known = self._quote_token
        async with self._quote_renewal:
            found = self._quote_token
            now = self._monotonic()
            age = now - self._quote_token_at
            # Whoever waited here takes what the one before just got.
            if found is not None and (found is not known or (not renew and age <= QUOTE_TOKEN_AGE)):
                return found
            try:
                found = await self.run(quote_token_call())
            except (ServiceUnavailable, TooManyRequests) as error:
                if found is None or renew or age >= DAY:
                    raise
                log.debug("the quote token is %.0f s old and was not renewed: %s", age, error)
            else:
                self._quote_token, self._quote_token_at = found, now
            return found

    async def _ask(self, call: Call[T], token: Token | None = None) -> T:
        if self._door is None:
            raise RequestError(f"{call.where} was not sent: open the session first (async with session)")
        authorization = token.authorization if token is not None else None
        answer = await self._door.send(call, authorization)
        return read(call, answer, secrets=self._secrets(token))

    def _secrets(self, token: Token | None) -> list[Secret]:
        """Every secret at hand: a service that echoes one must not bring it into an error's text."""
        tokens = [one.value for one in (token, self._token) if one is not None]
        quote_tokens = [self._quote_token.token] if self._quote_token is not None else []
        return [*tokens, *quote_tokens, *secrets_of(self._credentials)]

    def _distrust(self, token: Token) -> None:
        if self._token is token:
            self._token = None

    async def _fresh_token(self, *, refused: Token | None = None) -> Token:
        """The token, renewed when it is due or is the one the service just refused."""
        token = self._usable_token(refused)
        if token is not None:
            return token
        renewals = self._renewals
        async with self._renewal:
            token = self._usable_token(refused)
            if token is not None:
                return token
            # What an attempt met while this one waited, or can only meet again, is not asked for again.
            failure = self._failure
            if failure is not None and (self._renewals != renewals or isinstance(failure, _DEFINITE)):
                raise _again(failure)
            if refused is not None:
                self._distrust(refused)
            return await self._renew()

    def _usable_token(self, refused: Token | None) -> Token | None:
        token = self._token
        return None if token is None or token is refused or self._monotonic() >= self._renew_at else token

    async def _renew(self) -> Token:
        asked_at = self._monotonic()
        try:
            token = await self._ask(token_call(self._credentials))
        except RequestError as error:
            self._renewals += 1
            self._failure = _again(error)
            current, now = self._token, self._monotonic()
            if current is None or now >= self._expires_at or isinstance(error, _DEFINITE):
                raise
            # Whoever waits for data gets it with the token that still lives.
            self._renew_at = now + self._delay
            log.debug("the token was not renewed, next try in %.0f s: %s", self._delay, error)
            self._delay = min(2 * self._delay, 10 * RENEWAL_DELAY)
            return current
        self._renewals += 1
        self._failure, self._delay = None, RENEWAL_DELAY
        self._token, self._remember_token = token, token.remember_token
        self.user = token.user or self.user
        self._credentials = next_credentials(self._credentials, token)
        self._expires_at = asked_at + token.lifetime
        self._renew_at = asked_at + _renewal_age(token.lifetime)
        log.debug("token for %s received, it lives %.0f s", self.environment.name, token.lifetime)
        return token


def _renewal_age(lifetime: float) -> float:
    """When to renew: at 80 % of the life, or a minute ahead if that is sooner and leaves half of the life."""
    early = 0.8 * lifetime
    return min(early, lifetime - 60.0) if lifetime >= 120.0 else early


def _again(error: RequestError) -> RequestError:
    # A copy: an exception keeps the frames it came through alive.
    return type(error)(str(error), status=error.status, code=error.code)
