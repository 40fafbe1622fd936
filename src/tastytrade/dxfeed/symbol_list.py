"""Symbols as callers give them: one, or a list of which each counts once, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable

from tastytrade.errors import SymbolError


def checked_symbol(symbol: str) -> str:
    """The symbol. Raises SymbolError when it is no text, is empty, or has spaces around it."""
    if not isinstance(symbol, str):
        raise SymbolError(f"a symbol must be text, not {type(symbol).__name__}: {symbol!r}")
    if not symbol or symbol != symbol.strip():
        raise SymbolError(f"not a symbol: {symbol!r} (it is empty or has spaces around it)")
    if not symbol.isprintable():
        raise SymbolError(f"not a symbol: {symbol!r} (it has a character that cannot be printed)")
    return symbol


def one_or_several(symbols: str | Iterable[str]) -> list[str]:
    """The symbols, where one text is one symbol. Raises SymbolError as ``symbol_list``."""
    return symbol_list([symbols] if isinstance(symbols, str) else symbols)


def symbol_list(symbols: Iterable[str], limit: int | None = None) -> list[str]:
    """The symbols without repetition, in their order; at least one, and at most ``limit``.

    Raises SymbolError for what cannot be meant: one text instead of a list of them, an empty list, too many,
    or what ``checked_symbol`` refuses.
    """
    if isinstance(symbols, str | bytes):
        raise SymbolError(f"symbols must be a list of symbols; for one symbol write [{symbols!r}]")
    if not isinstance(symbols, Iterable):
        raise SymbolError(f"symbols must be a list of symbols like ['SPX'], not {symbols!r}")
    # Checked before repetitions are dropped: not everything can be compared.
    names = list(dict.fromkeys([checked_symbol(symbol) for symbol in symbols]))
    if not names:
        raise SymbolError("the list of symbols is empty; name at least one, like ['SPX']")
    if limit is not None and len(names) > limit:
        raise SymbolError(f"{len(names)} symbols: give at most {limit} at a time")
    return names
