"""Session: a logged-in REST access that keeps its tokens fresh. ``await session.run(call)`` asks."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from random import random
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from tastytrade.errors import CredentialsRejected, RequestError, ServiceUnavailable, TooManyRequests
from tastytrade.rest.answer import read
from tastytrade.rest.auth import (
    DAY,
    Credentials,
    LoginCredentials,
    OAuthCredentials,
    QuoteToken,
    Token,
    logout_call,
    quote_token_call,
    validate_call,
)
from tastytrade.rest.call import Answer, Call, Steps
from tastytrade.rest.environment import (
    Environment,
    Variables,
    check_destination,
    environment_from,
    environment_in,
    environment_named,
)
from tastytrade.rest.patience import ATTEMPTS, LONGEST_PAUSE, Patience
from tastytrade.rest.secret import Secret
from tastytrade.saved import saved_credentials
from tastytrade.saved.renewal import Renewal
from tastytrade.transport.http import NO_CONNECTION, HttpDoor

log = logging.getLogger(__name__)

T = TypeVar("T")

QUOTE_TOKEN_AGE = 12 * 3600.0
"""Seconds after which a quote token is asked for anew; it lives 24 hours."""
SECOND_TRY = 0.5
"""Seconds, at most, until a call whose connection broke is sent again, once."""


class Session:
    """Access to one environment with one set of credentials; for one event loop.

        async with Session.from_environment() as session:
            chain = await get_option_chain(session, "SPX")

    Opening logs in. The token is renewed by the first call after 80 % of its life, counted on a monotonic
    clock from its receipt, with one request for any number of waiting calls. Credentials that the service
    refused are not sent again: every later call raises the same error, and for 15 minutes every other
    process of this user.

    ``saved`` says that the credentials are those kept on this machine (``save()``): the token is then shared
    with other processes, and what the service replaces is kept. The clocks and ``sleep`` are for tests.
    """

    def __init__(
        self,
        environment: Environment,
        credentials: Credentials,
        *,
        saved: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.environment = environment
        self._monotonic = monotonic
        self._sleep = sleep
        self._door: HttpDoor | None = None
        self._patience = Patience()
        self._one_by_one = asyncio.Lock()
        self._renewal = Renewal(
            environment, credentials, self._ask, monotonic=monotonic, clock=clock, is_saved=saved
        )
        self._quote_renewal = asyncio.Lock()
        self._quote_token: QuoteToken | None = None
        self._quote_token_at = 0.0

    @classmethod
    def from_environment(cls, name: str | None = None, variables: Mapping[str, str] | None = None) -> Session:
        """A session, not yet open, for the environment and credentials of ``variables`` (else os.environ).

        Where no variable gives credentials, those kept for the environment are taken (``tastytrade login``,
        ``save()``). Raises ConfigurationError, naming the variables to set.
        """
        variables = Variables(os.environ if variables is None else variables)
        environment, credentials = environment_in(variables, name)
        if credentials is None:
            saved = saved_credentials(environment)
            if saved is not None:
                return cls(environment, saved, saved=True)
            environment, credentials = environment_from(variables, name)
        return cls(environment, credentials)

    @classmethod
    def from_oauth(
        cls,
        client_secret: str,
        refresh_token: str,
        *,
        name: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Session:
        """A session, not yet open, by the secret of an OAuth application and the refresh token of a grant.

        ``name`` is that of an environment, as for ``from_environment``. Raises ConfigurationError.
        """
        credentials = OAuthCredentials(Secret(client_secret), Secret(refresh_token))
        del client_secret, refresh_token  # a traceback with local variables would show them
        variables = Variables(os.environ if variables is None else variables)
        environment = environment_named(variables, name)
        check_destination(environment, credentials, name="the refresh token")
        return cls(environment, credentials)

    def __repr__(self) -> str:
        return f"<Session {self.environment.name} {'open' if self.is_open else 'closed'}>"

    @property
    def is_open(self) -> bool:
        """Whether it has logged in and was not closed since."""
        return self._door is not None

    @property
    def user(self) -> dict[str, Any]:
        """What the login said about the user; empty with OAuth."""
        return self._renewal.user

    @property
    def session_token(self) -> str | None:
        """The token that authorizes calls now, as plain text: a secret. None before the login."""
        token = self._renewal.current
        return token.value.reveal() if token is not None else None

    @property
    def token_life(self) -> float | None:
        """Seconds that this token still lives, as the service said; None without one."""
        return self._renewal.life

    @property
    def remember_token(self) -> str | None:
        """What replaces the password at the next login, once; None unless it was asked for."""
        credentials = self._renewal.credentials
        token = credentials.remember_token if isinstance(credentials, LoginCredentials) else None
        return token.reveal() if token is not None else None

    def __getstate__(self) -> NoReturn:
        raise TypeError(
            "a Session is neither copied nor pickled: make one of its environment and credentials"
        )

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
            await self._renewal.token()
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
        self._quote_token = None
        token = await self._renewal.drop()
        if token is not None and isinstance(self._renewal.credentials, LoginCredentials):
            await self._ask(logout_call(), token)

    async def save(self) -> None:
        """Keep the credentials on this machine as they are now, so that ``from_environment()`` finds them.

        That is the OAuth pair, or the login and its remember token, never a password. They go into the
        keyring of the operating system or, where there is none, into a file that only this user can read.
        Raises ConfigurationError when there is nothing to keep, or nowhere.
        """
        await self._renewal.save()

    async def validate(self) -> bool:
        """Whether the service still takes the token at hand. Asks once; nothing is renewed.

        Raises RequestError when it says neither yes nor no.
        """
        token = self._renewal.current
        if token is None:
            return False
        try:
            await self._ask(validate_call(), token)
        except CredentialsRejected:
            self._renewal.distrust(token)
            return False
        return True

    async def run(self, call: Call[T] | Steps[T]) -> T:
        """What the service answers to a call, or to several in steps. Raises RequestError.

        When the token is refused (401) it is renewed once, and a call that does no harm twice is sent
        once more. So is one whose connection broke; and one that the service puts off (429) waits, with
        all others of this session, and is sent up to four times. As long as waiting has not helped, one of
        those who wait goes ahead of the others, and what it meets four times is raised to them all.
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
        token = await self._renewal.token()
        try:
            return await self._ask(call, token)
        except CredentialsRejected as refusal:
            if refusal.status != 401:
                raise
            if not call.idempotent:
                self._renewal.distrust(token)
                raise
        log.debug("%s: the token was refused before its time", call.where)
        return await self._ask(call, await self._renewal.token(refused=token))

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
        authorization = token.authorization if token is not None else None
        answer = await self._exchange(call, authorization)
        return read(call, answer, secrets=self._secrets(token))

    async def _exchange(self, call: Call[Any], authorization: Secret | None) -> Answer:
        """What comes back for a call, sent as often as it bears."""
        since = self._patience.pauses
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._turn(call, since):
                    answer, pause = await self._sent(call, authorization)
            except ServiceUnavailable as error:
                if error.code != NO_CONNECTION or not call.idempotent or attempt > 1:
                    raise
                await self._sleep(SECOND_TRY * random())  # noqa: S311 - so that not all come back together
                continue
            may_repeat = call.idempotent or not call.authorized  # a login that was put off is no login
            if answer.status != 429 or not may_repeat or attempt == ATTEMPTS or pause > LONGEST_PAUSE:
                return answer
            log.debug("%s: too many requests, all wait for %.1f s", call.where, pause)

    async def _sent(self, call: Call[Any], authorization: Secret | None) -> tuple[Answer, float]:
        """The answer to a call and, where that is "too many requests", the seconds to wait."""
        if self._door is None:
            raise RequestError(f"{call.where} was not sent: open the session first (async with session)")
        pauses = self._patience.pauses
        answer = await self._door.send(call, authorization)
        if answer.status != 429:
            self._patience.answered(sent_after=pauses)
            return answer, 0.0
        now, chance = self._monotonic(), random()  # noqa: S311
        return answer, self._patience.refused(answer, sent_after=pauses, now=now, chance=chance)

    @asynccontextmanager
    async def _turn(self, call: Call[Any], since: int) -> AsyncIterator[None]:
        """A call's turn: now or, while the service says that there are too many, one after the other."""
        if self._patience.is_tried:
            async with self._one_by_one:
                while left := self._patience.left(call, since=since, now=self._monotonic()):
                    await self._sleep(left * (1 + random() / 10))  # noqa: S311
                if self._patience.is_tried:
                    yield
                    return
        yield

    def _secrets(self, token: Token | None) -> list[Secret]:
        """Every secret at hand: a service that echoes one must not bring it into an error's text."""
        tokens = [token.value] if token is not None else []
        quote_tokens = [self._quote_token.token] if self._quote_token is not None else []
        return [*tokens, *quote_tokens, *self._renewal.secrets()]
