"""Worker: a thread for what waits on a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """Does one thing after the other, each to its end, also when nobody waits for it any more."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """What some work gives, or raises; done in the thread."""
        doing = asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        doing.add_done_callback(_looked_at)
        return await asyncio.shield(doing)

    def begin(self, work: Callable[[], object]) -> None:
        """Have some work done, after all the rest, that nobody waits for."""
        self._thread.submit(work)

    def finish(self) -> None:
        """Wait until all is done; nothing is taken on any more. Blocks."""
        self._thread.shutdown(wait=True)

    def close(self) -> None:
        """Nothing is taken on any more."""
        self._thread.shutdown(wait=False)


def _looked_at(done: asyncio.Future[Any]) -> None:
    """Who was cancelled meanwhile does not ask what it raised, and nobody is to complain of that."""
    if not done.cancelled():
        done.exception()
