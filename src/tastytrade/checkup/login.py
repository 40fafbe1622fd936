"""Logging in, and what that gives: the token, the quote token, and how good the feed is that it opens.

Credentials that the service refused are never sent a second time: not by this, and not by any program of this
user within a quarter of an hour.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine, warned
from tastytrade.checkup.refused import diagnosis_of, stalled
from tastytrade.checkup.subject import Subject
from tastytrade.errors import ConfigurationError, CredentialsRejected, RequestError
from tastytrade.rest.auth import DAY, LoginCredentials
from tastytrade.saved.refusals import COOL_DOWN, check_not_refused
from tastytrade.session import QUOTE_TOKEN_AGE, Session


async def log_in(subject: Subject) -> Finding:
    """Open the session that everything after this uses."""
    environment, credentials = subject.environment, subject.credentials
    assert environment is not None  # noqa: S101 - this check needs both
    assert credentials is not None  # noqa: S101
    try:
        check_not_refused(environment, credentials, now=subject.asked.clock())
    except CredentialsRejected as error:
        return failed("login", "not tried", _cooling(error))
    is_remembered = isinstance(credentials, LoginCredentials) and credentials.password is None
    session = Session(environment, credentials, saved=subject.is_saved)
    limit = subject.asked.patience.answer
    began = perf_counter()
    try:
        async with asyncio.timeout(limit):
            await session.open()
    except TimeoutError:
        return failed("login", "no answer", stalled("the login", limit))
    except (RequestError, ConfigurationError) as error:
        return failed("login", "refused", diagnosis_of(error, is_remembered=is_remembered))
    subject.session = session
    subject.opened.push_async_callback(session.aclose)
    return fine("login", f"let in after {(perf_counter() - began) * 1e3:,.0f} ms")


def _cooling(error: CredentialsRejected) -> Diagnosis:
    known = diagnosis_of(error)
    cause = (
        f"the service refused these credentials less than {COOL_DOWN / 60:.0f} min ago ({known.cause}), and "
        f"they are not sent again so soon, because repeated failures lock an account"
    )
    fix = f"{known.fix}; `tastytrade login` asks at once, other credentials are sent at once"
    return Diagnosis("credentials_cool_down", cause, fix, is_login=True)


async def permission(subject: Subject) -> Finding:
    """Whether this user may have market data: whether there is a quote token."""
    assert subject.session is not None  # noqa: S101 - this check needs the login
    limit = subject.asked.patience.answer
    try:
        async with asyncio.timeout(limit):
            subject.quote_token = await subject.session.quote_token()
    except TimeoutError:
        return failed("permission", "no answer", stalled("asking for a quote token", limit))
    except RequestError as error:
        return failed("permission", "no quote token", diagnosis_of(error))
    return fine("permission", "a quote token was given")


async def tokens(subject: Subject) -> Finding:
    """How long each token lives, and when it is replaced."""
    assert subject.session is not None  # noqa: S101 - this check needs the login
    is_login = isinstance(subject.credentials, LoginCredentials)
    kind = "session token" if is_login else "access token"
    life = _duration(subject.session.token_life or 0.0)
    token = _duration(subject.asked.timeouts.token)
    quote = (
        f"quote token: lives {_duration(DAY)}, asked for anew by what opens a feed after "
        f"{_duration(QUOTE_TOKEN_AGE)}, on a live feed after {token}"
    )
    return fine("tokens", f"{kind}: {life} left, renewed by itself after 80 % of its life; {quote}")


async def level(subject: Subject) -> Finding:
    """Whether the feed is in real time."""
    token = subject.quote_token
    assert token is not None  # noqa: S101 - this check needs the permission
    if not token.is_delayed:
        return fine("level", token.feed_level)
    cause = "the service gives this user quotes that are about 15 minutes late"
    fix = (
        "the certification environment has no others: use --environment production"
        if subject.environment is not None and subject.environment.name == "certification"
        else "fund the account and sign the exchanges' agreements (my.tastytrade.com: Manage, Market Data)"
    )
    return warned("level", token.feed_level, Diagnosis("delayed_feed", cause, fix))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{rest} s"
