"""Finding instruments and futures of the simulator by symbol or description.

No answer of /symbols/search has been recorded: its keys are known from clients, the texts of
``price-increments`` and ``trading-hours`` are guesses, and so is what counts as a match. What the
``category`` of /instruments/search means is not known; it is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.future_payloads import EXCHANGE
from tastytrade.simulator.listing import Future, Instrument, Listing
from tastytrade.simulator.payloads import decimal_text
from tastytrade.simulator.queries import count_in, date_in
from tastytrade.simulator.replies import Endpoint, invalid, item_list, json_bytes

LIMIT = 25
LIMIT_ASKED = 100

_EXCHANGE_HOURS = "09:30-16:00 ET"
_FUTURES_HOURS = "18:00-17:00 ET"
_ROUND_THE_CLOCK = "00:00-24:00 UTC"


class Entry(Struct, frozen=True, kw_only=True):
    """One thing that can be found. ``stops_trading_at`` is aware, None for what trades on and on."""

    symbol: str
    description: str
    instrument_type: str
    market: str
    tick_size: float
    trading_hours: str
    has_options: bool
    stops_trading_at: datetime | None = None


class SymbolItem(Struct, rename="kebab"):
    symbol: str
    description: str
    listed_market: str
    price_increments: str
    trading_hours: str
    options: bool
    instrument_type: str


class SearchItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    description: str
    exchange: str = ""
    instrument_type: str
    stops_trading_at: str = ""
    symbol: str


def search_routes(listing: Listing) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""

    async def symbols(request: Request) -> Response:
        text = request.path_params["text"]
        items = [_symbol_item(entry) for entry in found_entries(listing, text)]
        return json_bytes(item_list(items, f"/symbols/search/{text}"))

    async def instruments(request: Request) -> Response:
        query = request.query_params
        limit = count_in(query, "limit", LIMIT)
        if limit is None or not 1 <= limit <= LIMIT_ASKED:
            return invalid("limit", f"must be between 1 and {LIMIT_ASKED}")
        first = date_in(query, "from-date")
        if first is None and query.get("from-date"):
            return invalid("from-date", "must be a date like 2025-01-09")
        items = [
            _search_item(entry)
            for entry in found_entries(listing, query.get("query", ""))
            if query.get("type", entry.instrument_type).lower() == entry.instrument_type.lower()
            and query.get("exchange", entry.market).upper() == entry.market
            and _trades_on(entry, first)
        ]
        return json_bytes(item_list(items[:limit], "/instruments/search"))

    return [("/symbols/search/{text}", symbols), ("/instruments/search", instruments)]


def found_entries(listing: Listing, text: str) -> list[Entry]:
    """Those whose symbol begins with the text, or whose description has it; the exact symbol first."""
    wanted = text.strip().upper()
    if not wanted:
        return []
    found = [
        entry
        for entry in _entries(listing)
        if entry.symbol.startswith(wanted) or wanted in entry.description.upper()
    ]
    # Sorting keeps what is equal in the listing's order: contracts of a future by month.
    return sorted(found, key=lambda entry: (entry.symbol != wanted, not entry.symbol.startswith(wanted)))


def _entries(listing: Listing) -> Iterator[Entry]:
    yield from map(_of_instrument, sorted(listing.instruments(), key=lambda one: one.symbol))
    yield from map(_of_future, listing.futures())


def _of_instrument(instrument: Instrument) -> Entry:
    return Entry(
        symbol=instrument.symbol,
        description=instrument.description,
        instrument_type="Cryptocurrency" if instrument.is_crypto else "Equity",
        market=instrument.listed_market,
        tick_size=instrument.tick_size,
        trading_hours=_ROUND_THE_CLOCK if instrument.is_crypto else _EXCHANGE_HOURS,
        has_options=instrument.has_options,
    )


def _of_future(future: Future) -> Entry:
    return Entry(
        symbol=future.symbol,
        description=f"{future.product.description} {date(future.year, future.month, 1):%B %Y}",
        instrument_type="Future",
        market=EXCHANGE,
        tick_size=future.product.tick_size,
        trading_hours=_FUTURES_HOURS,
        has_options=True,
        stops_trading_at=future.expires_at,
    )


def _trades_on(entry: Entry, first: date | None) -> bool:
    return first is None or entry.stops_trading_at is None or entry.stops_trading_at.date() >= first


def _symbol_item(entry: Entry) -> SymbolItem:
    return SymbolItem(
        symbol=entry.symbol,
        description=entry.description,
        listed_market=entry.market,
        price_increments=decimal_text(entry.tick_size),
        trading_hours=entry.trading_hours,
        options=entry.has_options,
        instrument_type=entry.instrument_type,
    )


def _search_item(entry: Entry) -> SearchItem:
    stops_at = entry.stops_trading_at
    return SearchItem(
        description=entry.description,
        exchange=entry.market,
        instrument_type=entry.instrument_type,
        stops_trading_at=stops_at.isoformat(timespec="milliseconds") if stops_at else "",
        symbol=entry.symbol,
    )
