"""Asking what is listed: each function hands a Call to a session, asynchronous or blocking.

chain = await get_option_chain(session, "SPX")      # Session
chain = get_option_chain(session, "SPX")            # ProductionSession
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Any, overload

from tastytrade.errors import SymbolError
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.items import decode_items
from tastytrade.instruments.models import Cryptocurrency, Equity, Option, complete_option
from tastytrade.instruments.nested import CompactOptionChain, NestedOptionChain
from tastytrade.rest.answer import items_of
from tastytrade.rest.call import AsyncRunner, BlockingRunner, Call, path

SYMBOLS = 250
"""The most symbols of one request: more would make its line longer than servers take."""


def option_chain_call(symbol: str) -> Call[OptionChain]:
    """``GET /option-chains/{symbol}``."""

    def parse(data: Any) -> OptionChain:
        return OptionChain(symbol, decode_items(items_of(data), Option, complete=complete_option))

    return Call(method="GET", path=path("option-chains", checked_symbol(symbol)), parse=parse)


def nested_option_chain_call(symbol: str) -> Call[list[NestedOptionChain]]:
    """``GET /option-chains/{symbol}/nested``."""

    def parse(data: Any) -> list[NestedOptionChain]:
        return decode_items(items_of(data), NestedOptionChain)

    return Call(method="GET", path=path("option-chains", checked_symbol(symbol), "nested"), parse=parse)


def compact_option_chain_call(symbol: str) -> Call[list[CompactOptionChain]]:
    """``GET /option-chains/{symbol}/compact``."""

    def parse(data: Any) -> list[CompactOptionChain]:
        return decode_items(items_of(data), CompactOptionChain)

    return Call(method="GET", path=path("option-chains", checked_symbol(symbol), "compact"), parse=parse)


def equities_call(symbols: Iterable[str]) -> Call[list[Equity]]:
    """``GET /instruments/equities`` for some symbols."""

    def parse(data: Any) -> list[Equity]:
        return decode_items(items_of(data), Equity)

    query = (*_symbol_query(symbols), ("per-page", str(SYMBOLS)))
    return Call(method="GET", path=path("instruments", "equities"), query=query, parse=parse)


def cryptocurrencies_call(symbols: Iterable[str]) -> Call[list[Cryptocurrency]]:
    """``GET /instruments/cryptocurrencies`` for some symbols."""

    def parse(data: Any) -> list[Cryptocurrency]:
        return decode_items(items_of(data), Cryptocurrency)

    query = _symbol_query(symbols)
    return Call(method="GET", path=path("instruments", "cryptocurrencies"), query=query, parse=parse)


@overload
def get_option_chain(session: AsyncRunner, symbol: str) -> Awaitable[OptionChain]: ...
@overload
def get_option_chain(session: BlockingRunner, symbol: str) -> OptionChain: ...
def get_option_chain(
    session: AsyncRunner | BlockingRunner, symbol: str
) -> Awaitable[OptionChain] | OptionChain:
    """All options on an underlying such as ``"SPX"``: 20,000 of them, in about 10 MB, for the largest.

    Raises SymbolError for what is no symbol, NotFound or gives an empty chain for one without options.
    """
    return session.run(option_chain_call(symbol))


@overload
def get_nested_option_chain(session: AsyncRunner, symbol: str) -> Awaitable[list[NestedOptionChain]]: ...
@overload
def get_nested_option_chain(session: BlockingRunner, symbol: str) -> list[NestedOptionChain]: ...
def get_nested_option_chain(
    session: AsyncRunner | BlockingRunner, symbol: str
) -> Awaitable[list[NestedOptionChain]] | list[NestedOptionChain]:
    """The same options by root, expiration and strike, symbols only, with tick sizes and deliverables."""
    return session.run(nested_option_chain_call(symbol))


@overload
def get_compact_option_chain(session: AsyncRunner, symbol: str) -> Awaitable[list[CompactOptionChain]]: ...
@overload
def get_compact_option_chain(session: BlockingRunner, symbol: str) -> list[CompactOptionChain]: ...
def get_compact_option_chain(
    session: AsyncRunner | BlockingRunner, symbol: str
) -> Awaitable[list[CompactOptionChain]] | list[CompactOptionChain]:
    """The same options as lists of symbols by root, expiration type and settlement."""
    return session.run(compact_option_chain_call(symbol))


@overload
def get_equities(session: AsyncRunner, symbols: Iterable[str]) -> Awaitable[list[Equity]]: ...
@overload
def get_equities(session: BlockingRunner, symbols: Iterable[str]) -> list[Equity]: ...
def get_equities(
    session: AsyncRunner | BlockingRunner, symbols: Iterable[str]
) -> Awaitable[list[Equity]] | list[Equity]:
    """Stocks, funds and indices, up to 250 at a time; a symbol the service does not know is absent."""
    return session.run(equities_call(symbols))


@overload
def get_cryptocurrencies(session: AsyncRunner, symbols: Iterable[str]) -> Awaitable[list[Cryptocurrency]]: ...
@overload
def get_cryptocurrencies(session: BlockingRunner, symbols: Iterable[str]) -> list[Cryptocurrency]: ...
def get_cryptocurrencies(
    session: AsyncRunner | BlockingRunner, symbols: Iterable[str]
) -> Awaitable[list[Cryptocurrency]] | list[Cryptocurrency]:
    """Cryptocurrencies such as ``["BTC/USD"]``, up to 250; a symbol the service does not know is absent."""
    return session.run(cryptocurrencies_call(symbols))


def checked_symbol(symbol: str) -> str:
    """The symbol. Raises SymbolError when it is none."""
    if not isinstance(symbol, str):
        raise SymbolError(f"not a symbol: {symbol!r} (expected a text like 'SPX')")
    if not symbol or not symbol.isprintable() or symbol != symbol.strip():
        raise SymbolError(f"not a symbol: {symbol!r} (expected like 'SPX', without spaces around it)")
    return symbol


def _symbol_query(symbols: Iterable[str]) -> tuple[tuple[str, str], ...]:
    if isinstance(symbols, str):
        raise SymbolError(f"a list of symbols is needed, not the one text {symbols!r}: give [{symbols!r}]")
    query = tuple(("symbol[]", checked_symbol(symbol)) for symbol in symbols)
    if not 1 <= len(query) <= SYMBOLS:
        raise SymbolError(f"{len(query)} symbols: give 1 to {SYMBOLS} at a time")
    return query
