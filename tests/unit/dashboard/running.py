"""Views that run, and waiting for what they come to show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from tastytrade.dashboard.supply import Supply
from tastytrade.dashboard.view import View


@asynccontextmanager
async def running(*tasks: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Tasks for as long as it lasts; what one of them raises is raised."""
    begun = [asyncio.ensure_future(one) for one in tasks]
    try:
        yield
    finally:
        for one in begun:
            one.cancel()
        await asyncio.wait(begun)
    for one in begun:
        if not one.cancelled():
            one.result()


@asynccontextmanager
async def shown(view: View, supply: Supply) -> AsyncIterator[None]:
    """A view that runs, and the last values that it takes from."""
    async with running(supply.values.run(), view.run(supply)):
        yield
