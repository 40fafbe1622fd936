"""Where a command's events come from: a session's feed, a bare DXLink address, or a simulator of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tastytrade.errors import ConfigurationError, FeedUnauthorized
from tastytrade.session import Session
from tastytrade.streamer import Streamer

TOKEN_VARIABLE = "DXLINK_TOKEN"  # noqa: S105 - the name of a variable


@asynccontextmanager
async def open_streamer(
    *, url: str | None = None, environment: str | None = None, simulator: bool = False
) -> AsyncIterator[Streamer]:
    """A streamer that is connected. Raises ConfigurationError, RequestError or FeedError."""
    async with open_feed(url=url, environment=environment, simulator=simulator) as (_, streamer):
        yield streamer


@asynccontextmanager
async def open_feed(
    *, url: str | None = None, environment: str | None = None, simulator: bool = False
) -> AsyncIterator[tuple[Session | None, Streamer]]:
    """A streamer that is connected, and its session; a bare address has none. Raises as ``open_streamer``."""
    if [url is not None, simulator, environment is not None].count(True) > 1:
        raise ConfigurationError("--url, --simulator and --environment exclude each other; choose one")
    if url is not None:
        token = os.environ.get(TOKEN_VARIABLE, "").strip() or None
        try:
            async with Streamer(url=url, token=token) as streamer:
                yield None, streamer
        except FeedUnauthorized as error:
            raise FeedUnauthorized(f"{error}; this command takes the token from {TOKEN_VARIABLE}") from None
    elif simulator:
        from tastytrade.simulator import Simulator

        async with (
            Simulator() as local,
            Session.from_environment(variables=local.variables) as session,
            Streamer(session) as streamer,
        ):
            yield session, streamer
    else:
        async with Session.from_environment(environment) as session, Streamer(session) as streamer:
            yield session, streamer
