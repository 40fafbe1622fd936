"""A feed that is overheard from its first word on, and the secrets that go over it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tastytrade.admission import Admission
from tastytrade.cli.sources import TOKEN_VARIABLE
from tastytrade.errors import ConfigurationError, FeedUnauthorized
from tastytrade.rest.auth import QuoteToken
from tastytrade.rest.secret import Secret
from tastytrade.session import Session
from tastytrade.streamer import Streamer
from tastytrade.transport.wire import Arrival

LIMIT_BYTES = 64 << 20
"""What may wait to be shown; past it messages are left out, and counted."""


class Remembering:
    """Admission by a session; ``secrets`` are the quote tokens that it gave."""

    def __init__(self, session: Admission, secrets: list[Secret]) -> None:
        self._session = session
        self._secrets = secrets

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        """As the session gives it."""
        found = await self._session.quote_token(renew=renew)
        if found.token not in self._secrets:
            self._secrets.append(found.token)
        return found


class Overhearing:
    """What was said and waits to be shown: whether by us, on which connection, and what."""

    def __init__(self) -> None:
        self.left_out = 0
        self._waiting: asyncio.Queue[tuple[bool, int, Arrival]] = asyncio.Queue()
        self._size_bytes = 0

    def received(self, number: int, _epoch: int, arrival: Arrival) -> None:
        """What a server says."""
        self._put(False, number, arrival)

    def sent(self, number: int, _epoch: int, arrival: Arrival) -> None:
        """What we say."""
        self._put(True, number, arrival)

    async def next(self) -> tuple[bool, int, Arrival]:
        """The one that waits first, as soon as there is one."""
        return self._taken(await self._waiting.get())

    def rest(self) -> list[tuple[bool, int, Arrival]]:
        """All that wait."""
        return [self._taken(self._waiting.get_nowait()) for _ in range(self._waiting.qsize())]

    def _put(self, is_sent: bool, number: int, arrival: Arrival) -> None:
        if self._size_bytes > LIMIT_BYTES:
            self.left_out += len(arrival.texts)
            return
        self._size_bytes += arrival.size_bytes
        self._waiting.put_nowait((is_sent, number, arrival))

    def _taken(self, one: tuple[bool, int, Arrival]) -> tuple[bool, int, Arrival]:
        self._size_bytes -= one[2].size_bytes
        return one


@asynccontextmanager
async def unopened_streamer(
    secrets: list[Secret], *, url: str | None, environment: str | None, simulator: bool
) -> AsyncIterator[Streamer]:
    """A streamer that is not open yet, so that its handshake can be overheard.

    ``secrets`` gets every token that goes over it. Raises ConfigurationError or RequestError.
    """
    if [url is not None, simulator, environment is not None].count(True) > 1:
        raise ConfigurationError("--url, --simulator and --environment exclude each other; choose one")
    if url is not None:
        token = os.environ.get(TOKEN_VARIABLE, "").strip() or None
        if token is not None:
            secrets.append(Secret(token))
        try:
            yield Streamer(url=url, token=token)
        except FeedUnauthorized as error:
            raise FeedUnauthorized(f"{error}; this command takes the token from {TOKEN_VARIABLE}") from None
        return
    async with AsyncExitStack() as opened:
        variables = None
        if simulator:
            from tastytrade.simulator import Simulator

            variables = (await opened.enter_async_context(Simulator())).variables
        session = Session.from_environment(environment, variables)
        await opened.enter_async_context(session)
        yield Streamer(Remembering(session, secrets))
