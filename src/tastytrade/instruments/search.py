"""Finding symbols by a part of them, and instruments by what they are called.

Source: developer.tastytrade.com "Symbol search" and "Instruments", and an answer of the latter recorded from
the service.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from tastytrade.dxfeed.symbol_list import checked_symbol, symbol_list
from tastytrade.errors import ConfigurationError, NotFound
from tastytrade.instruments.listing import flags, items_call
from tastytrade.instruments.models import Moment
from tastytrade.rest.call import Call, Steps, path
from tastytrade.rest.resource import resource

MOST = 100
"""The most instruments one search finds."""


class SymbolMatch(Struct, frozen=True, rename="kebab", kw_only=True):
    """A symbol that begins as asked; ``options`` says whether there are options on it."""

    symbol: str
    description: str | None = None
    instrument_type: str | None = None
    listed_market: str | None = None
    price_increments: str | None = None
    trading_hours: str | None = None
    options: bool | None = None


class InstrumentMatch(Struct, frozen=True, rename="kebab", kw_only=True):
    """An instrument whose symbol, description or tags fit."""

    symbol: str
    description: str | None = None
    instrument_type: str | None = None
    exchange: str | None = None
    category: str | None = None
    stops_trading_at: Moment | None = None
    underlying_product: str | None = None
    underlying_product_type: str | None = None
    external_id: str | None = None
    event_product_external_id: str | None = None


@resource
def search_symbols(text: str) -> Steps[list[SymbolMatch]]:
    """Symbols like ``text``: "AAP" finds AAP and AAPL. Nothing found, or a 404, is an empty list."""
    call = items_call(path("symbols", "search", checked_symbol(text)), SymbolMatch)
    try:
        matches: list[SymbolMatch] = yield call
    except NotFound:
        return []
    return matches


@resource
def search_instruments(
    query: str,
    *,
    categories: Iterable[str] = (),
    exchanges: Iterable[str] = (),
    instrument_types: Iterable[str] = (),
    from_date: date | None = None,
    limit: int = 25,
) -> Call[list[InstrumentMatch]]:
    """Up to ``limit`` (1 to 100) instruments by symbol, description or tags.

    ``from_date`` adds those that stopped trading on that day or later. Raises ConfigurationError.
    """
    if not 1 <= limit <= MOST:
        raise ConfigurationError(f"limit {limit}: a search finds 1 to {MOST} instruments")
    asked = flags(
        query=checked_symbol(query),
        category=_commas(categories),
        exchange=_commas(exchanges),
        type=_commas(instrument_types),
        from_date=from_date,
        limit=str(limit),
    )
    return items_call(path("instruments", "search"), InstrumentMatch, query=asked)


def _commas(names: Iterable[str]) -> str | None:
    wanted = names if isinstance(names, str) else list(names)
    return ",".join(symbol_list(wanted)) if wanted else None
