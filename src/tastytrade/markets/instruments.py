"""Kept name: get_option_chains, the chain of an underlying as a table of the service's own fields."""

from __future__ import annotations

from typing import Any

from tastytrade.rest.call import Call, path
from tastytrade.sessions.requests import AsyncSessionHandler
from tastytrade.tables.items import items_table


async def get_option_chains(session: AsyncSessionHandler, symbol: str) -> Any:
    """A polars DataFrame with a row an option: kebab-case columns, ``strike-price`` as text.

    Raises RequestError; NotFound for an underlying without options.
    """
    await session.session.settle()
    return await session.native.run(
        Call(method="GET", path=path("option-chains", symbol), parse=lambda data: items_table(data["items"]))
    )
