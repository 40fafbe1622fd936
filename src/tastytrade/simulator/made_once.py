"""MadeOnce: what takes long to make is made once, beside the loop, however many ask for it at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class MadeOnce(Generic[K]):
    """Bodies of answers by key. There are as many as there are keys: nothing is forgotten."""

    def __init__(self) -> None:
        self._made: dict[K, bytes] = {}
        self._turn = asyncio.Lock()

    async def get(self, key: K, make: Callable[[], bytes]) -> bytes:
        """The body, made in a thread when it is not there yet: the feed must not stand still meanwhile."""
        body = self._made.get(key)
        if body is None:
            # One at a time: two threads would take turns, and neither be ready sooner.
            async with self._turn:
                body = self._made.get(key)
                if body is None:
                    body = self._made[key] = await asyncio.to_thread(make)
        return body
