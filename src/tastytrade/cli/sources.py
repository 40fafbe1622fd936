"""Where a command's events come from: a session's feed, a bare DXLink address, a simulator of its own, or a
captured day."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tastytrade.errors import ConfigurationError, FeedUnauthorized
from tastytrade.session import Session
from tastytrade.streamer import Streamer

if TYPE_CHECKING:
    from tastytrade.replaying import Replay

    Opened = tuple[Session | None, Streamer | Replay]

TOKEN_VARIABLE = "DXLINK_TOKEN"  # noqa: S105 - the name of a variable


@asynccontextmanager
async def open_streamer(
    *, url: str | None = None, environment: str | None = None, simulator: bool = False
) -> AsyncIterator[Streamer]:
    """A streamer that is connected. Raises ConfigurationError, RequestError or FeedError."""
    async with open_feed(url=url, environment=environment, simulator=simulator) as (_, streamer):
        yield streamer


@asynccontextmanager
async def open_source(
    *,
    url: str | None = None,
    environment: str | None = None,
    simulator: bool = False,
    replay: Path | None = None,
    speed: str = "1",
) -> AsyncIterator[Opened]:
    """A streamer that is connected, or a replay of a captured day; and the streamer's session, if any.

    Raises as ``open_streamer``, and StoreError for what is no captured day.
    """
    if replay is None:
        if speed != "1":
            raise ConfigurationError("--speed is for a replay: name one with --replay PATH")
        async with open_feed(url=url, environment=environment, simulator=simulator) as opened:
            yield opened
        return
    if url is not None or simulator or environment is not None:
        raise ConfigurationError(
            "--replay, --url, --simulator and --environment exclude each other; choose one"
        )
    from tastytrade.cli.speeds import parse_speed
    from tastytrade.replaying import replay as open_replay

    async with open_replay(replay, speed=parse_speed(speed)) as recording:
        yield None, recording


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
