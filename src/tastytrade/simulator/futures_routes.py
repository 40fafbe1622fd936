"""What the simulator's REST API says about futures, their products, and options on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.future_chain_payloads import future_option_items, nested_chains, unsorted_items
from tastytrade.simulator.future_payloads import (
    EXCHANGE,
    FutureItem,
    OptionProductItem,
    future_items,
    option_product_item,
    product_item,
)
from tastytrade.simulator.future_products import FutureProduct
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.made_once import MadeOnce
from tastytrade.simulator.paging import page
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

PER_PAGE = 1000
"""Items of a page, and the most that a client may ask for."""


def futures_routes(
    listing: Listing, options: Callable[[], RestOptions] = RestOptions
) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""
    futures = _Futures(listing, options)
    return [
        ("/instruments/futures", futures.futures),
        ("/instruments/futures/{symbol}", futures.future),
        ("/instruments/future-products", futures.products),
        ("/instruments/future-products/{exchange}/{code}", futures.product),
        ("/instruments/future-option-products", futures.option_products),
        ("/instruments/future-option-products/{root}", futures.option_product),
        ("/instruments/future-option-products/{exchange}/{root}", futures.option_product),
        ("/instruments/future-options", futures.options),
        ("/instruments/future-options/{symbol}", futures.option),
        ("/futures-option-chains/{product}", futures.chain),
        ("/futures-option-chains/{product}/nested", futures.nested_chain),
    ]


class _Futures:
    """Answers from one listing; the bytes of a chain are made once."""

    def __init__(self, listing: Listing, options: Callable[[], RestOptions]) -> None:
        self._options = options
        self._listing = listing.future_listing
        self._find_future = listing.future
        self._find_option = listing.future_option
        self._chains: MadeOnce[tuple[str, str, bool]] = MadeOnce()

    async def futures(self, request: Request) -> Response:
        query = request.query_params
        codes = [code.removeprefix("/") for code in listed_values(query, "product-code")]
        symbols = ["/" + symbol.removeprefix("/") for symbol in listed_values(query, "symbol")]
        identifiers = listed_values(query, "security-id")
        with_expired = query.get("only-active-futures", "true").lower() == "false"
        items = [
            item
            for product in self._listing.products()
            if (not codes or product.code in codes) and query.get("exchange", EXCHANGE).upper() == EXCHANGE
            for item in self._items(product, with_expired=with_expired)
            if (not symbols or item.symbol in symbols)
            and (not identifiers or item.security_id in identifiers)
        ]
        return page(request, items, per_page=PER_PAGE, limit=PER_PAGE)

    async def future(self, request: Request) -> Response:
        symbol = request.path_params["symbol"]
        future = self._find_future(symbol)
        if future is None or symbol == future.streamer_symbol:
            return not_found(symbol)
        item = next(one for one in self._items(future.product) if one.symbol == future.symbol)
        return json_bytes(enveloped(item, f"/instruments/futures/{symbol}"))

    async def products(self, request: Request) -> Response:
        items = [product_item(one, with_options=True) for one in self._listing.products()]
        return page(request, items, per_page=PER_PAGE, limit=PER_PAGE)

    async def product(self, request: Request) -> Response:
        exchange, code = request.path_params["exchange"], request.path_params["code"]
        product = self._listing.product(code)
        if product is None or exchange != EXCHANGE:
            return not_found(code)
        item = product_item(product, with_options=True)
        return json_bytes(enveloped(item, f"/instruments/future-products/{exchange}/{code}"))

    async def option_products(self, request: Request) -> Response:
        return page(request, self._option_products(), per_page=PER_PAGE, limit=PER_PAGE)

    async def option_product(self, request: Request) -> Response:
        exchange, root = request.path_params.get("exchange", EXCHANGE), request.path_params["root"]
        item = next((one for one in self._option_products() if one.root_symbol == root), None)
        if item is None or exchange != EXCHANGE:
            return not_found(root)
        return json_bytes(enveloped(item, request.url.path))

    async def options(self, request: Request) -> Response:
        if not self._options().option_lists:
            return not_permitted()
        found = map(self._find_option, listed_values(request.query_params, "symbol"))
        items = future_option_items([one for one in found if one is not None], self._listing.today)
        return json_bytes(item_list(items, "/instruments/future-options"))

    async def option(self, request: Request) -> Response:
        symbol = request.path_params["symbol"]
        option = self._find_option(symbol)
        if option is None or symbol != option.symbol:
            return not_found(symbol)
        [item] = future_option_items([option], self._listing.today)
        return json_bytes(enveloped(item, f"/instruments/future-options/{symbol}"))

    async def chain(self, request: Request) -> Response:
        return await self._chain(request, "", self._detailed)

    async def nested_chain(self, request: Request) -> Response:
        return await self._chain(request, "/nested", self._nested)

    async def _chain(
        self, request: Request, form: str, encode: Callable[[FutureProduct, str, bool], bytes]
    ) -> Response:
        code = request.path_params["product"]
        product = self._listing.product(code)
        if product is None:
            return not_found(code)
        unnamed = self._options().unnamed_future_options
        context = f"/futures-option-chains/{product.code}{form}"
        key = (product.code, form, unnamed)
        return json_bytes(await self._chains.get(key, partial(encode, product, context, unnamed)))

    def _detailed(self, product: FutureProduct, context: str, unnamed: bool) -> bytes:
        listing = self._listing
        options = [option for one in listing.series(product) for option in listing.options(one)]
        return item_list(unsorted_items(options, listing.today, unnamed=unnamed), context)

    def _nested(self, product: FutureProduct, context: str, unnamed: bool) -> bytes:
        listing = self._listing
        chains = map(listing.options, listing.series(product))
        futures = listing.futures(product)
        return enveloped(nested_chains(product, futures, chains, listing.today, unnamed=unnamed), context)

    def _items(self, product: FutureProduct, *, with_expired: bool = False) -> list[FutureItem]:
        listing = self._listing
        expired = listing.expired(product) if with_expired else []
        return future_items(product, listing.futures(product), listing.today, expired=expired)

    def _option_products(self) -> list[OptionProductItem]:
        products = self._listing.products()
        return [option_product_item(product, one) for product in products for one in product.option_products]
