"""Asking what is listed: equities, options and their chains, cryptocurrencies, warrants.

chain = await get_option_chain(session, "SPX")      # Session
chain = get_option_chain(session, "SPX")            # ProductionSession
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct

from tastytrade.dxfeed.symbol_list import checked_symbol, symbol_list
from tastytrade.dxfeed.symbols import parse_occ_symbol
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.items import Complete, decode_item, decode_items
from tastytrade.instruments.models import (
    Cryptocurrency,
    Equity,
    Option,
    QuantityDecimalPrecision,
    Warrant,
    complete_option,
)
from tastytrade.instruments.nested import (
    CompactOptionChain,
    NestedOptionChain,
    complete_compact_chain,
    complete_nested_chain,
)
from tastytrade.rest.answer import items_of
from tastytrade.rest.call import Call, Steps, path
from tastytrade.rest.paging import Query, chunks, gathered, in_order
from tastytrade.rest.resource import resource

S = TypeVar("S", bound=Struct)

PAGE = 1_000
"""The most equities or futures of one page."""
ACTIVE_PAGE = 5_000
"""The most active equities of one page."""


def item_call(where: str, cls: type[S], *, query: Query = (), complete: Complete | None = None) -> Call[S]:
    """The call for one item."""
    parse = partial(decode_item, cls=cls, complete=complete)
    return Call(method="GET", path=where, parse=parse, query=query)


def items_call(
    where: str, cls: type[S], *, query: Query = (), complete: Complete | None = None
) -> Call[list[S]]:
    """The call for a list of items."""

    def parse(data: Any) -> list[S]:
        return decode_items(items_of(data), cls, complete=complete)

    return Call(method="GET", path=where, parse=parse, query=query)


def flags(**named: bool | str | date | None) -> Query:
    """A query of what is not None: ``is_etf=True`` is ``is-etf=true``, a day is ``2026-06-12``."""
    return tuple((name.replace("_", "-"), _text(value)) for name, value in named.items() if value is not None)


def listed(
    where: str,
    cls: type[S],
    symbols: Iterable[str] | None,
    *,
    query: Query = (),
    per_page: int | None = None,
) -> Steps[list[S]]:
    """What is listed under some symbols, in their order, or all there is."""
    if symbols is None:
        return (yield from gathered([items_call(where, cls, query=query)], per_page=per_page))
    names = symbol_list(symbols)
    parts = chunks(("symbol[]", name) for name in names)
    calls = (items_call(where, cls, query=(*part, *query)) for part in parts)
    return in_order((yield from gathered(calls, per_page=per_page)), names)


@resource
def get_option_chain(symbol: str) -> Call[OptionChain]:
    """All options on an underlying such as ``"SPX"``: 20,000 of them, in about 10 MB, for the largest.

    Raises SymbolError for what is no symbol, NotFound or gives an empty chain for one without options.
    """

    def parse(data: Any) -> OptionChain:
        return OptionChain(symbol, decode_items(items_of(data), Option, complete=complete_option))

    return Call(method="GET", path=path("option-chains", checked_symbol(symbol)), parse=parse)


@resource
def get_nested_option_chain(symbol: str) -> Call[list[NestedOptionChain]]:
    """The same options by root, expiration and strike, symbols only, with tick sizes and deliverables."""
    where = path("option-chains", checked_symbol(symbol), "nested")
    return items_call(where, NestedOptionChain, complete=complete_nested_chain)


@resource
def get_compact_option_chain(symbol: str) -> Call[list[CompactOptionChain]]:
    """The same options as lists of symbols by root, expiration type and settlement."""
    where = path("option-chains", checked_symbol(symbol), "compact")
    return items_call(where, CompactOptionChain, complete=complete_compact_chain)


@resource
def get_option(symbol: str) -> Call[Option]:
    """One option by its OCC symbol, such as ``"SPY   250117C00500000"``.

    Raises SymbolError for what is no OCC symbol, NotFound for one that is not listed.
    """
    parse_occ_symbol(checked_symbol(symbol))
    return item_call(path("instruments", "equity-options", symbol), Option, complete=complete_option)


@resource
def get_equity(symbol: str) -> Call[Equity]:
    """One stock, fund or index. Raises NotFound for a symbol the service does not know."""
    return item_call(path("instruments", "equities", checked_symbol(symbol)), Equity)


@resource
def get_equities(
    symbols: Iterable[str] | None = None,
    *,
    is_etf: bool | None = None,
    is_index: bool | None = None,
    lendability: str | None = None,
) -> Steps[list[Equity]]:
    """Stocks, funds and indices, in the order asked; a symbol the service does not know is absent.

    Without symbols all there are, some 25,000, page by page. ``lendability`` is "Easy To Borrow", "Locate
    Required" or "Preborrow".
    """
    query = flags(is_etf=is_etf, is_index=is_index, lendability=lendability)
    return (yield from listed(_EQUITIES, Equity, symbols, query=query, per_page=PAGE))


@resource
def get_active_equities(*, lendability: str | None = None) -> Steps[list[Equity]]:
    """The equities that are traded now, page by page. ``lendability`` as in ``get_equities``."""
    where, query = path("instruments", "equities", "active"), flags(lendability=lendability)
    return (yield from listed(where, Equity, None, query=query, per_page=ACTIVE_PAGE))


@resource
def get_cryptocurrency(symbol: str) -> Call[Cryptocurrency]:
    """One cryptocurrency, such as ``"BTC/USD"``. Raises NotFound for one the service does not know."""
    return item_call(path("instruments", "cryptocurrencies", checked_symbol(symbol)), Cryptocurrency)


@resource
def get_cryptocurrencies(symbols: Iterable[str] | None = None) -> Steps[list[Cryptocurrency]]:
    """Cryptocurrencies such as ``["BTC/USD"]``, in the order asked, or all; an unknown symbol is absent."""
    return (yield from listed(_CRYPTOCURRENCIES, Cryptocurrency, symbols))


@resource
def get_warrant(symbol: str) -> Call[Warrant]:
    """One warrant. Raises NotFound for a symbol the service does not know."""
    return item_call(path("instruments", "warrants", checked_symbol(symbol)), Warrant)


@resource
def get_warrants(symbols: Iterable[str] | None = None) -> Steps[list[Warrant]]:
    """Warrants, in the order asked, or all; an unknown symbol is absent."""
    return (yield from listed(path("instruments", "warrants"), Warrant, symbols))


@resource
def get_quantity_decimal_precisions() -> Call[list[QuantityDecimalPrecision]]:
    """How many decimal places quantities have, by instrument."""
    return items_call(path("instruments", "quantity-decimal-precisions"), QuantityDecimalPrecision)


_EQUITIES = path("instruments", "equities")
_CRYPTOCURRENCIES = path("instruments", "cryptocurrencies")


def _text(value: bool | str | date) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return str(value).lower() if isinstance(value, bool) else value
