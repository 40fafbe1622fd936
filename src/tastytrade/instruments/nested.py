"""The two shorter forms of an option chain: nested (by expiration and strike) and compact (symbols only).

Both come as one item per root (compact: per root, expiration type and settlement), so SPX gives several.
Source: developer.tastytrade.com "Option chains", and answers recorded from the service.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from tastytrade.dxfeed.symbols import OptionSymbol, parse_occ_symbol
from tastytrade.errors import SymbolError
from tastytrade.instruments.items import dicts_in, fill
from tastytrade.instruments.models import Deliverable, TickSize


class NestedStrike(Struct, frozen=True, rename="kebab", kw_only=True):
    """The call and the put at one strike: OCC symbols and, where the service gives them, streamer symbols."""

    strike_price: Decimal
    call: str
    put: str
    call_streamer_symbol: str | None = None
    put_streamer_symbol: str | None = None


class NestedExpiration(Struct, frozen=True, rename="kebab", kw_only=True):
    """One expiration of one root."""

    expiration_date: date
    expiration_type: str | None = None
    days_to_expiration: int | None = None
    settlement_type: str | None = None
    strikes: tuple[NestedStrike, ...] = ()


class NestedOptionChain(Struct, frozen=True, rename="kebab", kw_only=True):
    """One root's options by expiration and strike, in the service's order."""

    root_symbol: str
    underlying_symbol: str = ""
    option_chain_type: str | None = None
    shares_per_contract: int | None = None
    tick_sizes: tuple[TickSize, ...] = ()
    deliverables: tuple[Deliverable, ...] = ()
    expirations: tuple[NestedExpiration, ...] = ()


class CompactOptionChain(Struct, frozen=True, rename="kebab", kw_only=True):
    """The OCC symbols of one root, expiration type and settlement: C and P alternate, strike by strike."""

    root_symbol: str
    underlying_symbol: str = ""
    option_chain_type: str | None = None
    settlement_type: str | None = None
    shares_per_contract: int | None = None
    expiration_type: str | None = None
    deliverables: tuple[Deliverable, ...] = ()
    symbols: tuple[str, ...] = ()
    streamer_symbols: tuple[str, ...] = ()


def complete_nested_chain(item: dict[str, Any]) -> None:
    """Add to a nested chain what is missing or wrong in it and its OCC symbols say."""
    for expiration in dicts_in(item, "expirations"):
        for strike in dicts_in(expiration, "strikes"):
            parts = _parts(strike.get("call")) or _parts(strike.get("put"))
            if parts is not None:
                fill(strike, "strike-price", str(parts.strike), Decimal)
                fill(expiration, "expiration-date", parts.expiration.isoformat(), date)
                fill(item, "root-symbol", parts.root, str)


def complete_compact_chain(item: dict[str, Any]) -> None:
    """Add to a compact chain its root, when that is missing or wrong and its OCC symbols say it."""
    symbols = item.get("symbols")
    for symbol in symbols if isinstance(symbols, list) else []:
        parts = _parts(symbol)
        if parts is not None:
            fill(item, "root-symbol", parts.root, str)
            return


def _parts(symbol: object) -> OptionSymbol | None:
    try:
        return parse_occ_symbol(symbol) if isinstance(symbol, str) else None
    except SymbolError:
        return None
