"""Kept name: AsyncSessionHandler, a Session with the attributes that notebooks use."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tastytrade.errors import ConfigurationError
from tastytrade.rest.call import Call
from tastytrade.session import Session
from tastytrade.sessions import Credentials

log = logging.getLogger(__name__)


class AsyncSessionHandler:
    """A logged-in session. Made by ``await AsyncSessionHandler.create(Credentials(env="Live"))``."""

    def __init__(self, session: Session) -> None:
        self.native = session
        """The Session behind it."""
        self.session = HttpView(session)
        self.base_url = session.environment.api_url
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def create(cls, credentials: Credentials) -> Self:
        """Log in. Raises RequestError; wrong credentials are not tried twice."""
        session = Session(credentials.environment, credentials.credentials)
        await session.open()
        log.info("Session created successfully")
        return cls(session)

    @property
    def is_active(self) -> bool:
        return self.native.is_open

    def is_session_active(self) -> bool:
        """Whether it is logged in."""
        return self.native.is_open

    def close(self) -> asyncio.Task[None]:
        """Close the connections. Awaited or not: it is on its way when this returns."""
        self._closing = asyncio.get_running_loop().create_task(self.native.aclose(), name="tastytrade-close")
        return self._closing


class HttpView:
    """``session.session``: answers ``get(url)`` for addresses of this service."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: set[asyncio.Task[Any]] = set()
        self.headers: Mapping[str, str] = {"Accept": "application/json", "Content-Type": "application/json"}
        """Nothing secret: the session adds its own token to each request."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask for ``url``. Awaitable, an async context manager, and subscriptable once it has come.

        ``headers`` is accepted for compatibility; the session sets its own.
        """
        base, target = urlsplit(self._session.environment.api_url), urlsplit(url)
        if (target.scheme, target.netloc) != (base.scheme, base.netloc):
            raise ConfigurationError(f"{url!r} is not of this service; begin it with session.base_url")
        call = Call(method="GET", path=target.path, query=tuple(parse_qsl(target.query)), parse=_as_it_is)
        task = asyncio.get_running_loop().create_task(self._session.run(call), name="tastytrade-get")
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        return Reply(task, target.path)

    async def settle(self) -> None:
        """Wait until everything asked for before has been answered, well or badly.

        Notebooks ask without ``await`` and use the answer some cells later.
        """
        if self._asked:
            await asyncio.wait(set(self._asked))

    @property
    def closed(self) -> bool:
        return not self._session.is_open


def _as_it_is(data: Any) -> Any:
    return data


class Reply:
    """An answer on its way: ``await`` it, ``async with`` it, or take ``reply["data"]`` once it has come."""

    status = 200

    def __init__(self, task: asyncio.Task[Any], path: str) -> None:
        self._task = task
        self._path = path

    def __await__(self) -> Generator[Any, None, Self]:
        yield from self._task.__await__()
        return self

    async def __aenter__(self) -> Self:
        return await self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def json(self) -> dict[str, Any]:
        """The answer as the service's JSON: ``data`` and ``context``."""
        await self
        return self._envelope()

    def __getitem__(self, key: str) -> Any:
        if not self._task.done():
            raise ConfigurationError(
                f"the answer to GET {self._path} has not come yet; write `response = await ...get(url)`"
            )
        return self._envelope()[key]

    def _envelope(self) -> dict[str, Any]:
        return {"data": self._task.result(), "context": self._path}
