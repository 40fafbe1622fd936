"""Link: a session and its feed in an event loop of their own, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import Future
from typing import Any, TypeVar

from tastytrade.errors import ConfigurationError, StreamClosed
from tastytrade.oneshot import WebService
from tastytrade.session import Session
from tastytrade.source import State
from tastytrade.streamer import Streamer
from tastytrade.transport.event_loop import new_event_loop

T = TypeVar("T")

IDLE = 60.0
"""Seconds after the last question until the feed is left; the service allows few connections a user."""
END_TIMEOUT = 5.0
"""Seconds that closing waits for the thread: whoever collects garbage may hold what the thread waits for."""

_CLOSED_MEANWHILE = "this session was closed while it was asked; make a new one"


class Link:
    """A Session and, while it is needed, a Streamer, in the loop of a thread; knows nothing of its owner."""

    def __init__(self, session: Session, *, idle: float = IDLE) -> None:
        self.session = session
        self._idle = idle
        self._loop = new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="tastytrade-session", daemon=True)
        self._opening = asyncio.Lock()
        url = session.environment.events_url
        self._service = None if url is None else WebService(url, session)
        self._streamer: Streamer | None = None
        self._questions = 0
        self._asked_at = 0.0
        self._leaving: asyncio.Task[None] | None = None
        self._is_open = True
        self._changing = threading.Lock()
        """Held while work is handed over: what came after the end has begun would never be done."""
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of some work on the loop. An interrupt here cancels it there."""
        if threading.current_thread() is self._thread:
            work.close()
            raise ConfigurationError(
                "a blocking session was asked from its own thread, which would never end"
            )
        future = self._begin(work)
        try:
            return future.result()
        except FutureCancelled:
            raise StreamClosed(_CLOSED_MEANWHILE) from None
        except BaseException:
            future.cancel()
            raise

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The same for a coroutine in another loop, which goes on meanwhile."""
        try:
            return await asyncio.wrap_future(self._begin(work))
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if waiting is None or waiting.cancelling():
                raise
        raise StreamClosed(_CLOSED_MEANWHILE)

    def _begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        if self._thread.is_alive():
            with self._changing:
                if self._is_open:
                    return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        if self._is_open:  # threads do not come along when a process is forked
            raise StreamClosed("this session belongs to the process it was made in; make a new one here")
        raise StreamClosed("this session is closed; make a new one")

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    async def ask(self, question: Callable[[Streamer | WebService], Coroutine[Any, Any, T]]) -> T:
        """What a feed answers, or the web service where the environment names one.

        The feed is opened for it, and left when nothing is asked for a while.
        """
        if self._service is not None:
            return await question(self._service)
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
        """Close everything and end the thread. May be called twice, and by any thread: the garbage
        collection of the link's own may do it, and then it does not wait for itself."""
        if not self._thread.is_alive():
            return
        with self._changing:
            is_first, self._is_open = self._is_open, False
        if is_first:
            asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        if threading.current_thread() is not self._thread:
            self._thread.join(END_TIMEOUT)

    async def _end(self) -> None:
        try:
            # Questions end first: one of them may be opening a feed.
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            if self._streamer is not None:
                await self._streamer.aclose()
            if self._service is not None:
                await self._service.aclose()
            await self.session.aclose()
            await self._loop.shutdown_asyncgens()
            await self._loop.shutdown_default_executor()
        finally:
            await asyncio.sleep(0)  # who was answered in this very turn is told in the next
            self._loop.stop()
