"""Waiting for what other tasks bring about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(is_so: Callable[[], bool]) -> None:
    """Give the loop its turns until something is so; for five seconds at most."""
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)
