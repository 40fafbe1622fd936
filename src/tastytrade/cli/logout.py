"""``tastytrade logout``: ends the session and forgets the credentials that are kept on this machine."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from tastytrade.cli.whoami import EnvironmentName

if TYPE_CHECKING:
    from tastytrade.rest.auth import Token
    from tastytrade.rest.environment import Environment


def logout(environment: EnvironmentName = None) -> None:
    """Forget the credentials kept on this machine, and end the session they opened."""
    from rich.console import Console

    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.auth import LoginCredentials
    from tastytrade.rest.environment import environment_named
    from tastytrade.saved import forget_credentials, saved_credentials, where_saved
    from tastytrade.saved.tokens import saved_token

    chosen = environment_named(os.environ, environment)
    where = where_saved(chosen)
    token: Token | None = None
    try:
        credentials = saved_credentials(chosen)
        found = None if credentials is None else saved_token(chosen, credentials)
        # An OAuth token cannot be ended; it lives 15 minutes.
        token = found.token if found is not None and isinstance(credentials, LoginCredentials) else None
        said = "nothing was kept" if credentials is None else f"forgotten, was in {where}"
    except ConfigurationError as error:  # what cannot be read can still be forgotten
        said = f"forgotten, could not be read: {error}"
    forget_credentials(chosen)
    if token is not None:
        said += asyncio.run(_end(chosen, token))
    Console().print(f"{chosen.name}: {said}", soft_wrap=True, markup=False, highlight=False)


async def _end(environment: Environment, token: Token) -> str:
    from tastytrade.errors import RequestError
    from tastytrade.rest.answer import read
    from tastytrade.rest.auth import logout_call
    from tastytrade.transport.http import HttpDoor

    call = logout_call()
    async with HttpDoor(environment.api_url) as door:
        try:
            read(call, await door.send(call, token.authorization), secrets=[token.value])
        except RequestError as error:
            return f"; the session ends by itself within a day, because it was not ended now: {error}"
    return "; the session has ended"
