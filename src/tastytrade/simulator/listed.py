"""What the simulator's REST API says about chains (in three forms), equities and cryptocurrencies."""

from __future__ import annotations

from functools import partial

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.chain_payloads import compact_items, nested_items, option_items
from tastytrade.simulator.listing import Instrument, Listing
from tastytrade.simulator.made_once import MadeOnce
from tastytrade.simulator.paging import page
from tastytrade.simulator.payloads import EquityItem, cryptocurrency_item, equity_item
from tastytrade.simulator.queries import listed_values
from tastytrade.simulator.replies import (
    Endpoint,
    enveloped,
    item_list,
    json_bytes,
    not_found,
)

PER_PAGE = 250
PER_PAGE_LIMIT = 1000
ACTIVE_PER_PAGE = 1000
ACTIVE_PER_PAGE_LIMIT = 5000


def listed_routes(listing: Listing) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""
    listed = _Listed(listing)
    return [
        ("/option-chains/{symbol}", listed.option_chain),
        ("/option-chains/{symbol}/nested", listed.nested_chain),
        ("/option-chains/{symbol}/compact", listed.compact_chain),
        ("/instruments/equities", listed.equities),
        ("/instruments/equities/active", listed.active_equities),
        ("/instruments/equities/{symbol}", listed.equity),
        ("/instruments/cryptocurrencies", listed.cryptocurrencies),
        ("/instruments/cryptocurrencies/{symbol}", listed.cryptocurrency),
    ]


class _Listed:
    """Answers from one listing; the bytes of a chain are made once."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._chains: MadeOnce[tuple[str, str]] = MadeOnce()

    async def option_chain(self, request: Request) -> Response:
        return await self._chain(request, "")

    async def nested_chain(self, request: Request) -> Response:
        return await self._chain(request, "/nested")

    async def compact_chain(self, request: Request) -> Response:
        return await self._chain(request, "/compact")

    async def equities(self, request: Request) -> Response:
        query = request.query_params
        found = [one for one in _chosen(self._equities(), query) if _passes(one, query)]
        return _equity_page(request, found, per_page=PER_PAGE, limit=PER_PAGE_LIMIT)

    async def active_equities(self, request: Request) -> Response:
        return _equity_page(request, self._equities(), per_page=ACTIVE_PER_PAGE, limit=ACTIVE_PER_PAGE_LIMIT)

    async def equity(self, request: Request) -> Response:
        symbol = request.path_params["symbol"]
        found = next((one for one in self._equities() if one.symbol == symbol), None)
        if found is None:
            return not_found(symbol)
        return json_bytes(enveloped(equity_item(found), f"/instruments/equities/{symbol}"))

    async def cryptocurrencies(self, request: Request) -> Response:
        items = [cryptocurrency_item(one) for one in _chosen(self._crypto(), request.query_params)]
        return json_bytes(item_list(items, "/instruments/cryptocurrencies"))

    async def cryptocurrency(self, request: Request) -> Response:
        symbol = request.path_params["symbol"]
        found = next((one for one in self._crypto() if one.symbol == symbol), None)
        if found is None:
            return not_found(symbol)
        return json_bytes(enveloped(cryptocurrency_item(found), f"/instruments/cryptocurrencies/{symbol}"))

    async def _chain(self, request: Request, form: str) -> Response:
        symbol = request.path_params["symbol"]
        instrument = self._listing.instrument(symbol)
        if instrument is None or instrument.symbol != symbol:
            return not_found(symbol)
        return json_bytes(await self._chains.get((symbol, form), partial(self._encode, instrument, form)))

    def _encode(self, instrument: Instrument, form: str) -> bytes:
        chain, today = self._listing.chain(instrument.symbol), self._listing.today
        context = f"/option-chains/{instrument.symbol}{form}"
        if form == "/nested":
            return item_list(nested_items(instrument, chain, today), context)
        if form == "/compact":
            return item_list(compact_items(instrument, chain), context)
        return item_list(option_items(chain, today), context)

    def _equities(self) -> list[Instrument]:
        return [one for one in self._listing.instruments() if one.kind in {"Equity", "ETF", "Index"}]

    def _crypto(self) -> list[Instrument]:
        return [one for one in self._listing.instruments() if one.is_crypto]


def _equity_page(request: Request, found: list[Instrument], *, per_page: int, limit: int) -> Response:
    """A page of those that can be borrowed as asked for."""
    items = [item for item in map(equity_item, found) if _is_lent(item, request.query_params)]
    return page(request, items, per_page=per_page, limit=limit)


def _is_lent(item: EquityItem, query: QueryParams) -> bool:
    return query.get("lendability", item.lendability).lower() == item.lendability.lower()


def _chosen(instruments: list[Instrument], query: QueryParams) -> list[Instrument]:
    """Those asked for by ``symbol[]``; all when none is."""
    wanted = listed_values(query, "symbol")
    return [one for one in instruments if not wanted or one.symbol in wanted]


def _passes(instrument: Instrument, query: QueryParams) -> bool:
    claims = {"is-index": instrument.is_index, "is-etf": instrument.is_etf}
    return all(query.get(name, str(claim)).lower() == str(claim).lower() for name, claim in claims.items())
