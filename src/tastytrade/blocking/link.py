"""Link: a session and its feed in an event loop of their own, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import Future
from typing import Any, TypeVar

from tastytrade.errors import StreamClosed
from tastytrade.oneshot import WebService
from tastytrade.session import Session
from tastytrade.source import State
from tastytrade.streamer import Streamer

T = TypeVar("T")

IDLE = 60.0
"""Seconds after the last question until the feed is left; the service allows few connections a user."""


class Link:
    """A Session and, while it is needed, a Streamer, in the loop of a thread; knows nothing of its owner."""

    def __init__(self, session: Session, *, idle: float = IDLE) -> None:
        self.session = session
        self._idle = idle
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tastytrade-session", daemon=True)
        self._opening = asyncio.Lock()
        self._streamer: Streamer | None = None
        self._questions = 0
        self._asked_at = 0.0
        self._leaving: asyncio.Task[None] | None = None
        self._closing = threading.Lock()
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of some work on the loop. An interrupt here cancels it there."""
        future = self._begin(work)
        try:
            return future.result()
        except FutureCancelled:
            raise StreamClosed("this session was closed while it was asked") from None
        except BaseException:
            future.cancel()
            raise

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The same for a coroutine in another loop, which goes on meanwhile."""
        return await asyncio.wrap_future(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        if self._loop.is_closed():
            work.close()
            raise StreamClosed("this session is closed; make a new one")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def ask(self, question: Callable[[Streamer | WebService], Coroutine[Any, Any, T]]) -> T:
        """What a feed answers, or the web service where the environment names one.

        The feed is opened for it, and left when nothing is asked for a while.
        """
        url = self.session.environment.events_url
        if url is not None:
            async with WebService(url, self.session) as service:
                return await question(service)
        async with self._opening:
            streamer = self._streamer
            if streamer is None or streamer.state.state in {State.CLOSED, State.FAILED}:
                streamer = Streamer(self.session)
                await streamer.open()
                self._streamer = streamer
            self._questions += 1
        try:
            return await question(streamer)
        finally:
            self._questions -= 1
            self._asked_at = self._loop.time()
            if self._leaving is None:
                self._leaving = asyncio.create_task(self._leave(), name="tastytrade-leave-feed")

    async def _leave(self) -> None:
        """Close the feed when nothing has been asked for a while."""
        while True:
            await asyncio.sleep(self._idle)
            async with self._opening:
                if not self._questions and self._loop.time() >= self._asked_at + self._idle:
                    streamer, self._streamer, self._leaving = self._streamer, None, None
                    if streamer is not None:
                        await streamer.aclose()
                    return

    def close(self) -> None:
        """Close everything and end the thread. May be called twice; not from the link's own thread."""
        with self._closing:
            if self._loop.is_closed():
                return
            asyncio.run_coroutine_threadsafe(self._aclose(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    async def _aclose(self) -> None:
        if self._streamer is not None:
            await self._streamer.aclose()
        await self.session.aclose()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()
