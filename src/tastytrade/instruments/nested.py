"""The two shorter forms of an option chain: nested (by expiration and strike) and compact (symbols only).

Both come as one item per root (compact: per root, expiration type and settlement), so SPX gives several.
Source: developer.tastytrade.com "Option chains", and answers recorded from the service.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

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
