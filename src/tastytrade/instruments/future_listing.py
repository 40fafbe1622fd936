"""Asking what is listed of futures: contracts, products, options on them, and their chains.

    future = await get_future(session, "/ESZ6")
    contracts = await get_futures(session, product_codes=["ES", "CL"])

Symbols of futures and codes of products are taken with and without their leading slash.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tastytrade.dxfeed.future_symbols import parse_future_option_symbol
from tastytrade.dxfeed.symbol_list import checked_symbol, symbol_list
from tastytrade.errors import ConfigurationError, SymbolError
from tastytrade.instruments.future_chain import (
    FutureOptionChain,
    NestedFutureOptionChain,
    complete_nested_future_chain,
)
from tastytrade.instruments.futures import (
    Future,
    FutureOption,
    FutureOptionProduct,
    FutureProduct,
    complete_future_option,
)
from tastytrade.instruments.items import decode_item, decode_items
from tastytrade.instruments.listing import PAGE, flags, item_call, items_call, listed
from tastytrade.rest.answer import items_of
from tastytrade.rest.call import Call, Steps, path
from tastytrade.rest.paging import chunks, gathered
from tastytrade.rest.resource import resource


@resource
def get_future(symbol: str) -> Call[Future]:
    """One contract, such as ``"/ESZ6"``. Raises NotFound for one the service does not know."""
    return item_call(path("instruments", "futures", _code(symbol)), Future)


@resource
def get_futures(
    symbols: Iterable[str] | None = None,
    *,
    product_codes: Iterable[str] | None = None,
    only_active: bool = True,
) -> Steps[list[Future]]:
    """Contracts by symbol, in the order asked, or all those of some products (``["ES"]``), or all there are.

    ``only_active=False`` adds those that have expired. A symbol the service does not know is absent. Raises
    ConfigurationError for symbols and products at once: the service would ignore the products.
    """
    if symbols is not None and product_codes is not None:
        raise ConfigurationError("get_futures() takes symbols or product_codes, not both")
    where, query = path("instruments", "futures"), flags(only_active_futures=None if only_active else False)
    if product_codes is None:
        names = None if symbols is None else ["/" + _code(symbol) for symbol in symbol_list(symbols)]
        return (yield from listed(where, Future, names, query=query, per_page=PAGE))
    codes = [_code(code) for code in symbol_list(product_codes)]
    parts = chunks(("product-code[]", code) for code in codes)
    calls = (items_call(where, Future, query=(*part, *query)) for part in parts)
    return (yield from gathered(calls, per_page=PAGE))


@resource
def get_future_product(exchange: str, code: str) -> Call[FutureProduct]:
    """One product by exchange (CME, CFE, CBOED, SMALLS) and code (``"ES"``)."""
    where = path("instruments", "future-products", checked_symbol(exchange), _code(code))
    return item_call(where, FutureProduct)


@resource
def get_future_products() -> Steps[list[FutureProduct]]:
    """All products there are futures of, with the option products of each."""
    return (yield from listed(path("instruments", "future-products"), FutureProduct, None, per_page=PAGE))


@resource
def get_future_option_product(exchange: str, root_symbol: str) -> Call[FutureOptionProduct]:
    """One family of options by exchange (CME) and root (``"E1A"``)."""
    where = path("instruments", "future-option-products", checked_symbol(exchange), _code(root_symbol))
    return item_call(where, FutureOptionProduct)


@resource
def get_future_option_products() -> Steps[list[FutureOptionProduct]]:
    """All families of options on futures."""
    where = path("instruments", "future-option-products")
    return (yield from listed(where, FutureOptionProduct, None, per_page=PAGE))


@resource
def get_future_option(symbol: str) -> Call[FutureOption]:
    """One option by tastytrade's symbol, such as ``"./ESU6 E1AN6 260706P6260"``.

    Raises SymbolError for another form, also the streamer's; NotFound for one that is not listed.
    """
    if parse_future_option_symbol(checked_symbol(symbol)).expiration is None:
        raise SymbolError(
            f"a streamer symbol cannot be looked up: {symbol!r} (expected like './ESU6 E1AN6 260706P6260')"
        )
    return item_call(
        path("instruments", "future-options", symbol), FutureOption, complete=complete_future_option
    )


@resource
def get_future_option_chain(product_code: str) -> Call[FutureOptionChain]:
    """All options on a product's futures, ``"ES"`` or ``"/ES"``: 20,000, in 37 MB, for the largest."""
    code = _code(product_code)

    def parse(data: Any) -> FutureOptionChain:
        options = decode_items(items_of(data), FutureOption, complete=complete_future_option)
        return FutureOptionChain(code, options)

    return Call(method="GET", path=path("futures-option-chains", code), parse=parse)


@resource
def get_nested_future_option_chain(product_code: str) -> Call[NestedFutureOptionChain]:
    """The same options by expiration and strike, symbols only, beside the product's futures."""

    def parse(data: Any) -> NestedFutureOptionChain:
        if not isinstance(data["option-chains"], list):
            raise TypeError("option-chains is no list")
        return decode_item(data, NestedFutureOptionChain, complete=complete_nested_future_chain)

    where = path("futures-option-chains", _code(product_code), "nested")
    return Call(method="GET", path=where, parse=parse)


def _code(symbol: str) -> str:
    """Without the leading slash, which paths go without."""
    return checked_symbol(checked_symbol(symbol).removeprefix("/"))
