"""Symbol search: by the service, or among what a recording has."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from msgspec import Struct

from tastytrade.dashboard.supply import Supply
from tastytrade.dxfeed.streamer_symbols import to_streamer_symbol
from tastytrade.errors import SymbolError
from tastytrade.instruments import search_symbols
from tastytrade.rest.call import AsyncRunner
from tastytrade.store import Store

MOST = 50
LONGEST = 40
"""Characters of a text that can be looked for."""


class Found(Struct, frozen=True):
    """A streamer symbol, and what it is."""

    symbol: str
    description: str = ""


async def find(supply: Supply, text: str) -> list[Found]:
    """Symbols like a text; none for none. Raises RequestError as the service, ConfigurationError."""
    wanted = text.strip().upper()[:LONGEST]
    if not wanted.isprintable() or not wanted:
        return []
    if supply.player is not None:
        return await asyncio.to_thread(_recorded, supply.player.store, wanted)
    return [] if supply.runner is None else await _listed(supply.runner, wanted)


async def _listed(runner: AsyncRunner, text: str) -> list[Found]:
    found = []
    for match in await search_symbols(runner, text):
        try:
            symbol = to_streamer_symbol(match.symbol, today=datetime.now(UTC).date())
        except SymbolError:  # a future, say, whose exchange nobody told us
            continue
        found.append(Found(symbol, match.description or ""))
    return found[:MOST]


def _recorded(store: Store, text: str) -> list[Found]:
    """Those that begin with it before those that have it; options and candles last."""
    symbols = {symbol for cls in store.event_types for symbol in store.symbols(cls)}
    names = [symbol for symbol in symbols if text in symbol.upper() and "{" not in symbol]
    names.sort(key=lambda one: (one.startswith("."), not one.upper().startswith(text), len(one), one))
    return [Found(name) for name in names[:MOST]]
