"""The simulator's REST API as Starlette routes, gathered from the subjects' own files.

All but logging in and the dxFeed web service needs a token of the simulator's own. ``Front`` belongs
before these routes: it is what refuses a request without User-Agent.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.customer_routes import customer_routes
from tastytrade.simulator.events_service import events_routes
from tastytrade.simulator.futures_routes import futures_routes
from tastytrade.simulator.instrument_routes import instrument_routes
from tastytrade.simulator.listed import listed_routes
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.market_data_routes import market_data_routes
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.market_time_routes import market_time_routes
from tastytrade.simulator.metrics_routes import metrics_routes
from tastytrade.simulator.quote_token_routes import for_customers, quote_token_routes
from tastytrade.simulator.recorded_chains import Chains, recorded_chain_routes
from tastytrade.simulator.replies import Endpoint, RawPathRoute, token_refused
from tastytrade.simulator.rest_options import RestOptions
from tastytrade.simulator.search_routes import search_routes
from tastytrade.simulator.session_routes import session_routes

BODY_LIMIT = 64 * 1024


def rest_routes(
    accounts: Accounts,
    listing: Listing,
    dxlink_url: Callable[[Request], str],
    *,
    market: MarketNow | None = None,
    options: Callable[[], RestOptions] = RestOptions,
    chains: Chains | None = None,
) -> list[Route]:
    """The routes.

    ``dxlink_url`` gives the feed's address as the client that asks can reach it; ``market`` is one that
    stands still at its start unless told; ``options`` are asked for with every request. With ``chains`` of a
    recording there is nothing of a market's own making: no listing, no prices, no dxFeed web service.
    """
    market = market or MarketNow(Market(listing))
    open_to_all = session_routes(accounts, options)
    for_users = customer_routes(accounts)
    quotes = quote_token_routes(accounts, dxlink_url, options)
    if chains is not None:
        for_users += recorded_chain_routes(chains)
    else:
        open_to_all += events_routes(accounts, market)
        for_users += _invented_routes(listing, market, options)
        quotes += market_data_routes(market)
    for_users += [(path, for_customers(options, endpoint)) for path, endpoint in quotes]
    return [
        *(_route(path, endpoint, method) for method, path, endpoint in open_to_all),
        *(_route(path, authorized(accounts, endpoint)) for path, endpoint in for_users),
    ]


def _invented_routes(
    listing: Listing, market: MarketNow, options: Callable[[], RestOptions]
) -> list[tuple[str, Endpoint]]:
    """What is listed, and what the market says of it."""
    return [
        *listed_routes(listing),
        *instrument_routes(listing, options),
        *futures_routes(listing, options),
        *search_routes(listing),
        *market_time_routes(market),
        *metrics_routes(market),
    ]


def authorized(accounts: Accounts, endpoint: Endpoint) -> Endpoint:
    """The endpoint, for those who send a token of the simulator's, bare or as Bearer."""

    async def checked(request: Request) -> Response:
        if not accounts.authorizes(request.headers.get("authorization", "")):
            return token_refused()
        return await endpoint(request)

    return checked


def _route(path: str, endpoint: Endpoint, method: str = "GET") -> Route:
    return RawPathRoute(path, endpoint, methods=[method], max_body_size=BODY_LIMIT)
