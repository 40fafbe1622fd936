"""Renewal: the token of one session, asked for when it is due by one caller on behalf of all who wait.

Saved credentials have their token in common with this user's other processes: whoever holds the lock looks
first whether another has asked meanwhile, and leaves the token, and what the next login needs, to the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from tastytrade.errors import ConfigurationError, CredentialsRejected, NotPermitted, RequestError
from tastytrade.rest.auth import (
    Credentials,
    LoginCredentials,
    OAuthCredentials,
    Token,
    next_credentials,
    secrets_of,
    token_call,
)
from tastytrade.rest.call import Call
from tastytrade.rest.environment import Environment
from tastytrade.rest.secret import Secret
from tastytrade.saved.credentials import save_credentials, saved_credentials
from tastytrade.saved.lock import only_one
from tastytrade.saved.refusals import check_not_refused, remember_refusal
from tastytrade.saved.tokens import SavedToken, forget_token, save_token, saved_token

log = logging.getLogger(__name__)

_DEFINITE = (CredentialsRejected, NotPermitted)

GRACE = 2.0
"""Seconds that a caller who is cancelled waits, at most, for the renewal it began."""
RENEWAL_DELAY = 5.0
"""Seconds until a failed renewal is tried again while the token still lives; doubled up to ten times that."""


class Renewal:
    """The token, kept fresh: renewed after 80 % of its life, or when the service refuses it before.

    ``credentials`` are those for the next login, ``user`` what the last one said about the user.
    ``is_saved`` is whether they are kept on this machine, so that new ones are kept instead of them.
    """

    def __init__(
        self,
        environment: Environment,
        credentials: Credentials,
        ask: Callable[[Call[Token]], Awaitable[Token]],
        *,
        monotonic: Callable[[], float],
        clock: Callable[[], float],
        is_saved: bool,
    ) -> None:
        self.credentials = credentials
        self.is_saved = is_saved
        self.user: dict[str, Any] = {}
        self._environment = environment
        self._ask = ask
        self._monotonic = monotonic
        self._clock = clock
        self._turn = asyncio.Lock()
        self._renewals = 0
        self._failure: RequestError | None = None
        self._delay = RENEWAL_DELAY
        self._token: Token | None = None
        self._refused: Token | None = None
        self._replaced: list[Secret] = []
        self._asked_at = 0.0
        self._renew_at = 0.0
        self._expires_at = 0.0

    @property
    def current(self) -> Token | None:
        """The token at hand, whatever its age."""
        return self._token

    @property
    def life(self) -> float | None:
        """Seconds that the token at hand still lives, None when there is none."""
        return None if self._token is None else max(0.0, self._expires_at - self._monotonic())

    def secrets(self) -> list[Secret]:
        """Every secret at hand, and those that the last renewal replaced: an answer may be about them yet."""
        tokens = [token.value for token in (self._token, self._refused) if token is not None]
        return [*tokens, *secrets_of(self.credentials), *self._replaced]

    def distrust(self, token: Token) -> None:
        """The service refused this token: it is not used again."""
        self._refused = token
        if self._token is not None and self._token.value == token.value:
            self._token = None

    async def drop(self) -> Token | None:
        """Give the token at hand away, to be ended: the next call logs in again."""
        token, self._token = self._token, None
        if token is not None:
            self._refused = token
            if self.is_saved:
                try:
                    await asyncio.to_thread(forget_token, self._environment)
                except ConfigurationError as error:
                    log.warning("the saved token stays, and is of no use any more: %s", error)
        return token

    async def token(self, *, refused: Token | None = None) -> Token:
        """The token, renewed when it is due or is the one the service just refused. Raises RequestError."""
        token = self._usable(refused)
        if token is not None:
            return token
        renewals = self._renewals
        async with self._turn:
            token = self._usable(refused)
            if token is not None:
                return token
            # What an attempt met while this one waited, or can only meet again, is not asked for again.
            failure = self._failure
            if failure is not None and (self._renewals != renewals or isinstance(failure, _DEFINITE)):
                raise _again(failure)
            if refused is not None:
                self.distrust(refused)
            return await self._renewed_to_the_end()

    async def save(self) -> None:
        """Keep the credentials as they are now, and the token they gave. Raises ConfigurationError."""
        async with self._turn, only_one(self._environment):
            await asyncio.to_thread(save_credentials, self._environment, self.credentials)
            self.is_saved = True
            if self._token is not None:
                age = self._monotonic() - self._asked_at
                await asyncio.to_thread(self._keep_token, self._token, self._clock() - age)

    def _usable(self, refused: Token | None) -> Token | None:
        token = self._token
        return None if token is None or token is refused or self._monotonic() >= self._renew_at else token

    async def _renewed_to_the_end(self) -> Token:
        """A renewal that is not left in the middle when the one who asked for it is cancelled.

        What the service gives may replace what was sent: to give up its answer is to give up the credentials.
        """
        renewing = asyncio.create_task(self._renew(), name="tastytrade-renewal")
        try:
            return await asyncio.shield(renewing)
        except asyncio.CancelledError:
            await asyncio.wait({renewing}, timeout=GRACE)
            raise
        finally:
            if not renewing.done():
                renewing.cancel()
                await asyncio.wait({renewing})

    async def _renew(self) -> Token:
        try:
            token = await (self._shared() if self.is_saved else self._asked())
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
        return token

    async def _asked(self) -> Token:
        """A new token from the service."""
        check_not_refused(self._environment, self.credentials, now=self._clock())
        asked_at = self._monotonic()
        try:
            token = await self._ask(token_call(self.credentials))
        except CredentialsRejected as error:
            remember_refusal(self._environment, self.credentials, error, now=self._clock())
            if not self.is_saved:
                raise
            raise _again(
                error, ". These are the saved credentials: `tastytrade login` replaces them"
            ) from None
        self._replaced = [
            *([] if self._token is None else [self._token.value]),
            *secrets_of(self.credentials),
        ]
        self.credentials = next_credentials(self.credentials, token)
        self._take(token, asked_at)
        log.debug("token for %s received, it lives %.0f s", self._environment.name, token.lifetime)
        return token

    async def _shared(self) -> Token:
        """The token that this user's processes have in common, or a new one, which they will have then."""
        async with only_one(self._environment) as alone:
            found = await asyncio.to_thread(self._look)
            if not self.is_saved:
                return await self._asked()
            if found is not None and self._serves(found):
                log.debug("token for %s taken from another process", self._environment.name)
                return self._take(found.token, self._monotonic() - (self._clock() - found.asked_at))
            if not alone and isinstance(self.credentials, LoginCredentials):
                raise ConfigurationError(
                    "the saved remember token serves once, and the next one could not be kept, because the "
                    "folder for it cannot be written: make it writable, or log in with a password"
                )
            before, asked_at = self.credentials, self._clock()
            token = await self._asked()
            if alone and self.credentials != before:
                self._keep_credentials()  # no await before this: the old ones may be used up
            if alone:
                await asyncio.to_thread(self._keep_token, token, asked_at)
            return token

    def _take(self, token: Token, asked_at: float) -> Token:
        self._token = token
        self.user = token.user or self.user
        self._asked_at = asked_at
        self._expires_at = asked_at + token.lifetime
        self._renew_at = asked_at + _renewal_age(token.lifetime)
        return token

    def _serves(self, found: SavedToken) -> bool:
        age = self._clock() - found.asked_at
        is_refused = self._refused is not None and found.token.value == self._refused.value
        return not is_refused and 0 <= age < _renewal_age(found.token.lifetime)

    def _look(self) -> SavedToken | None:
        """Take over what another process left: the credentials for the next login, and the token."""
        try:
            saved = saved_credentials(self._environment)
        except ConfigurationError as error:
            if isinstance(self.credentials, LoginCredentials):
                raise
            log.warning("going on with the credentials at hand: %s", error)
            return None
        taken_over = None if saved is None else _taken_over(self.credentials, saved)
        if taken_over is None:
            log.debug("the credentials were forgotten, or replaced by others: this session keeps its own")
            self.is_saved = False
            return None
        self.credentials = taken_over
        try:
            return saved_token(self._environment, self.credentials)
        except ConfigurationError as error:
            log.warning("the saved token is not used: %s", error)
            return None

    def _keep_credentials(self) -> None:
        try:
            save_credentials(self._environment, self.credentials)
        except ConfigurationError as error:
            log.warning(
                "the service gave new credentials that could not be saved, so that the saved ones may not "
                "work any more (`tastytrade login` replaces them): %s",
                error,
            )

    def _keep_token(self, token: Token, asked_at: float) -> None:
        try:
            save_token(self._environment, self.credentials, token, asked_at=asked_at)
        except ConfigurationError as error:
            log.warning("the token is not shared with other processes: %s", error)


def _taken_over(own: Credentials, saved: Credentials) -> Credentials | None:
    """These credentials with what the saved ones have newer; None when those are somebody else's."""
    if isinstance(own, OAuthCredentials) and isinstance(saved, OAuthCredentials):
        return saved if own.client_secret == saved.client_secret else None
    if isinstance(own, LoginCredentials) and isinstance(saved, LoginCredentials):
        return replace(own, remember_token=saved.remember_token) if own.login == saved.login else None
    return None


def _renewal_age(lifetime: float) -> float:
    """When to renew: at 80 % of the life, or a minute ahead if that is sooner and leaves half of the life."""
    early = 0.8 * lifetime
    return min(early, lifetime - 60.0) if lifetime >= 120.0 else early


def _again(error: RequestError, more: str = "") -> RequestError:
    # A copy: an exception keeps the frames it came through alive.
    return type(error)(f"{error}{more}", status=error.status, code=error.code)
