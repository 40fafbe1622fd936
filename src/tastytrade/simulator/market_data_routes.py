"""/market-data of the simulator: the current prices of up to a hundred symbols, by type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.daily_statistics import DailyStatistics
from tastytrade.simulator.market_data_payloads import InstrumentType, Priced, market_data_item
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.queries import listed_values
from tastytrade.simulator.replies import Endpoint, enveloped, invalid, item_list, json_bytes, not_found

SYMBOL_LIMIT = 100

TYPES: Mapping[str, InstrumentType] = {
    "index": "Index",
    "equity": "Equity",
    "equity-option": "Equity Option",
    "future": "Future",
    "future-option": "Future Option",
    "cryptocurrency": "Cryptocurrency",
}
"""By the query's key; the single path takes both spellings."""


def market_data_routes(market: MarketNow) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""
    statistics = DailyStatistics(market)

    async def by_type(request: Request) -> Response:
        asked = [
            (symbol, instrument_type)
            for key, instrument_type in TYPES.items()
            for symbol in listed_values(request.query_params, key)
        ]
        if len(asked) > SYMBOL_LIMIT:
            return invalid("symbols", f"at most {SYMBOL_LIMIT} in total, not {len(asked)}")
        items = [
            market_data_item(priced, market, statistics)
            for symbol, instrument_type in asked
            for priced in _priced(market, symbol, instrument_type)
        ]
        return json_bytes(item_list(items, "/market-data/by-type"))

    async def single(request: Request) -> Response:
        key, symbol = request.path_params["type"], request.path_params["symbol"]
        instrument_type = TYPES.get(key.lower().replace(" ", "-"))
        for priced in _priced(market, symbol, instrument_type):
            item = market_data_item(priced, market, statistics)
            return json_bytes(enveloped(item, f"/market-data/{key}/{symbol}"))
        return not_found(symbol)

    return [("/market-data/by-type", by_type), ("/market-data/{type}/{symbol}", single)]


def _priced(market: MarketNow, symbol: str, instrument_type: InstrumentType | None) -> Iterator[Priced]:
    """The symbol with its events' name, when it is listed and of this type; else nothing."""
    streamer_symbol = market.listing.streamer_symbol(symbol)
    if instrument_type is None or streamer_symbol is None:
        return
    if instrument_type in _types_of(market, symbol):
        yield Priced(symbol, instrument_type, streamer_symbol)


def _types_of(market: MarketNow, symbol: str) -> set[InstrumentType]:
    """The types a listed symbol may be asked as; the service takes an index as either."""
    instrument = market.listing.instrument(symbol)
    if instrument is not None:
        if instrument.is_crypto:
            return {"Cryptocurrency"}
        return {"Index", "Equity"} if instrument.is_index else {"Equity"}
    if symbol.startswith("./"):
        return {"Future Option"}
    return {"Future"} if market.listing.future(symbol) is not None else {"Equity Option"}
