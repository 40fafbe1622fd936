"""``tastytrade login``: asks for credentials, has the service check them, and keeps them on this machine."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tastytrade.cli.whoami import EnvironmentName, show

if TYPE_CHECKING:
    from tastytrade.rest.auth import Credentials
    from tastytrade.rest.environment import Environment
    from tastytrade.rest.secret import Secret
    from tastytrade.session import Session


def login(
    environment: EnvironmentName = None,
    user: Annotated[
        str | None, typer.Option(help="Log in as this user by password, instead of by OAuth.")
    ] = None,
    code: Annotated[
        bool, typer.Option("--code", help="Ask for the one-time code of a second factor, too.")
    ] = False,
) -> None:
    """Check credentials with the service and keep them on this machine, so that every program finds them.

    Asks for the client secret of your OAuth application and the refresh token of a grant made with it
    (my.tastytrade.com: Manage, API, OAuth Applications), or with --user for a password, which is not kept.
    Without a terminal it reads them from standard input, a line each.
    """
    from tastytrade.rest.auth import LoginCredentials, OAuthCredentials
    from tastytrade.rest.environment import check_destination, environment_named

    chosen = environment_named(os.environ, environment)
    credentials: Credentials
    if user is None:
        credentials = OAuthCredentials(_ask("Client secret"), _ask("Refresh token"))
        check_destination(chosen, credentials, name="the refresh token")
    else:
        credentials = LoginCredentials(
            user,
            _ask("Password", exact=True),
            remember_me=True,
            one_time_password=_ask("One-time code") if code else None,
        )
    asyncio.run(_login(chosen, credentials))
    if _has_variables(environment):
        typer.echo("The credentials in environment variables come first as long as they are set.", err=True)


async def _login(environment: Environment, credentials: Credentials) -> None:
    from tastytrade.saved import where_saved

    async with await _opened(environment, credentials) as session:
        await session.save()
        await show(session, where_saved(environment))


async def _opened(environment: Environment, credentials: Credentials) -> Session:
    """A session that has logged in. Where a person can answer, a missing one-time code is asked for once."""
    import time

    from msgspec.structs import replace

    from tastytrade.errors import NotPermitted
    from tastytrade.rest.auth import LoginCredentials
    from tastytrade.rest.refusal import wants_one_time_password
    from tastytrade.saved.refusals import forget_refusal
    from tastytrade.session import Session

    # Whoever typed this is no loop: the service may be asked at once.
    forget_refusal(environment, credentials, now=time.time())
    session = Session(environment, credentials)
    try:
        await session.open()
    except NotPermitted as error:
        if not (
            isinstance(credentials, LoginCredentials)
            and credentials.one_time_password is None
            and wants_one_time_password(error.code)
            and sys.stdin.isatty()
        ):
            raise
        session = Session(environment, replace(credentials, one_time_password=_ask("One-time code")))
        await session.open()
    return session


def _ask(what: str, *, exact: bool = False) -> Secret:
    """One secret: typed unseen in a terminal, else the next line of standard input.

    Spaces around it are not part of it, unless it is ``exact``.
    """
    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.secret import Secret

    is_terminal = sys.stdin.isatty()
    given = Secret(typer.prompt(what, hide_input=True, err=True) if is_terminal else sys.stdin.readline())
    secret = Secret(given.reveal().rstrip("\r\n") if exact else given.reveal().strip())
    if not secret:
        raise ConfigurationError(
            f"there is no {what.lower()}: type it, or give each on a line of its own in standard input"
        )
    return secret


def _has_variables(name: str | None) -> bool:
    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.environment import environment_in

    try:
        return environment_in(os.environ, name)[1] is not None
    except ConfigurationError:  # half a pair is set, which every other command will say
        return True
