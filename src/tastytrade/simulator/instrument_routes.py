"""Single options, warrants and quantity precisions of the simulator."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from tastytrade.dxfeed.symbols import occ_to_streamer
from tastytrade.errors import SymbolError
from tastytrade.simulator.chain_payloads import option_items
from tastytrade.simulator.listing import ListedOption, Listing
from tastytrade.simulator.queries import listed_values
from tastytrade.simulator.replies import (
    Endpoint,
    enveloped,
    item_list,
    json_bytes,
    not_found,
    not_permitted,
)
from tastytrade.simulator.rest_options import RestOptions

QUANTITY_DIGITS = 8
"""Digits after the point that a quantity of a cryptocurrency may have."""


class QuantityPrecision(Struct, rename="kebab"):
    instrument_type: str
    minimum_increment_precision: int
    symbol: str
    value: int


def instrument_routes(
    listing: Listing, switches: Callable[[], RestOptions] = RestOptions
) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""

    async def option(request: Request) -> Response:
        symbol = request.path_params["symbol"]
        found = _option(listing, symbol)
        if found is None:
            return not_found(symbol)
        [item] = option_items([found], listing.today)
        return json_bytes(enveloped(item, f"/instruments/equity-options/{symbol}"))

    async def options(request: Request) -> Response:
        if not switches().option_lists:
            return not_permitted()
        found = (_option(listing, symbol) for symbol in listed_values(request.query_params, "symbol"))
        items = option_items([one for one in found if one is not None], listing.today)
        return json_bytes(item_list(items, "/instruments/equity-options"))

    async def warrants(_request: Request) -> Response:
        return json_bytes(item_list([], "/instruments/warrants"))

    async def warrant(request: Request) -> Response:
        return not_found(request.path_params["symbol"])

    async def precisions(_request: Request) -> Response:
        items = [
            QuantityPrecision("Cryptocurrency", QUANTITY_DIGITS, instrument.symbol, QUANTITY_DIGITS)
            for instrument in listing.instruments()
            if instrument.is_crypto
        ]
        return json_bytes(item_list(items, "/instruments/quantity-decimal-precisions"))

    return [
        ("/instruments/equity-options", options),
        ("/instruments/equity-options/{symbol}", option),
        ("/instruments/warrants", warrants),
        ("/instruments/warrants/{symbol}", warrant),
        ("/instruments/quantity-decimal-precisions", precisions),
    ]


def _option(listing: Listing, symbol: str) -> ListedOption | None:
    try:
        return listing.option(occ_to_streamer(symbol))
    except SymbolError:
        return None
