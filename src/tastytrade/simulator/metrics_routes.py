"""/market-metrics of the simulator: volatility, liquidity, dividends and earnings of what has options."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.corporate_events import dividends, earnings
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.metrics import Metrics
from tastytrade.simulator.queries import date_in, listed_values
from tastytrade.simulator.replies import Endpoint, invalid, item_list, json_bytes, not_found
from tastytrade.simulator.value_texts import number_text

EVENTS_PATH = "/market-metrics/historic-corporate-events"


def metrics_routes(market: MarketNow) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""
    metrics = Metrics(market)

    async def of_symbols(request: Request) -> Response:
        symbols = listed_values(request.query_params, "symbols")
        if not symbols:
            return invalid("symbols", "is missing")
        found = [metrics.item(symbol) for symbol in symbols]
        items = [item for item in found if item is not None]
        return json_bytes(item_list(items, "/market-metrics"))

    async def dividend_history(request: Request) -> Response:
        symbol = request.path_params["symbol"]
        instrument = market.listing.instrument(symbol)
        if instrument is None:
            return not_found(symbol)
        items = [
            {"occurred-date": one.occurred_date, "amount": number_text(one.amount)}
            for one in dividends(instrument, metrics.last_dividend(instrument) or date.min)
        ]
        return json_bytes(item_list(items, f"{EVENTS_PATH}/dividends/{symbol}"))

    async def earnings_history(request: Request) -> Response:
        symbol, first = request.path_params["symbol"], date_in(request.query_params, "start-date")
        if first is None:
            return invalid("start-date", "is required, a date like 2025-01-09")
        instrument = market.listing.instrument(symbol)
        if instrument is None:
            return not_found(symbol)
        items = [
            {"occurred-date": one.occurred_date, "eps": number_text(one.eps)}
            for one in earnings(instrument, first=first, today=market.now.date())
        ]
        return json_bytes(item_list(items, f"{EVENTS_PATH}/earnings-reports/{symbol}"))

    return [
        ("/market-metrics", of_symbols),
        (f"{EVENTS_PATH}/dividends/{{symbol}}", dividend_history),
        (f"{EVENTS_PATH}/earnings-reports/{{symbol}}", earnings_history),
    ]
