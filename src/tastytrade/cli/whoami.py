"""``tastytrade whoami``: which credentials are in use, whose they are, and what feed they give."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from tastytrade.session import Session

EnvironmentName = Annotated[
    str | None, typer.Option(help="One of production, certification, simulator; else TT_ENVIRONMENT.")
]


def whoami(environment: EnvironmentName = None) -> None:
    """Say whose credentials are in use, where they come from, and what feed they give."""
    asyncio.run(_whoami(environment))


async def _whoami(name: str | None) -> None:
    from tastytrade.rest.environment import environment_in
    from tastytrade.saved import where_saved
    from tastytrade.session import Session

    environment, given = environment_in(os.environ, name)
    source = "environment variables" if given is not None else where_saved(environment)
    async with Session.from_environment(name) as session:
        await show(session, source)


async def show(session: Session, source: str) -> None:
    """Print what there is to say of an open session; ``source`` is where its credentials are from.

    Raises RequestError when they are refused.
    """
    from rich.console import Console

    feed = await _feed_level(session)  # before the user: a token that was revoked is renewed by this
    lines = {
        "environment": session.environment.name,
        "address": session.environment.api_url,
        "user": await _user(session),
        "credentials": source,
        "feed": feed,
        "token": f"lives {_duration(session.token_life or 0.0)}",
    }
    for label, value in lines.items():
        Console().print(f"{label:12} {value}", soft_wrap=True, markup=False, highlight=False)


async def _feed_level(session: Session) -> str:
    from tastytrade.errors import NotPermitted, ServiceUnavailable

    try:
        return (await session.quote_token()).feed_level
    except (NotPermitted, ServiceUnavailable) as error:
        return f"none: {error}"


async def _user(session: Session) -> str:
    from tastytrade.errors import CredentialsRejected, RequestError
    from tastytrade.rest.auth import validate_call
    from tastytrade.rest.refusal import printable

    try:
        told: dict[str, Any] = await session.run(validate_call())
    except CredentialsRejected:
        raise
    except RequestError as error:
        return f"unknown: {error}"
    found = {**session.user, **told}
    name, email = (printable(str(found.get(key) or ""), limit=100) for key in ("username", "email"))
    return f"{name} <{email}>" if name and email else name or email or "unknown"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{rest} s"
