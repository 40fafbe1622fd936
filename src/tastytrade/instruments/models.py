"""What is listed: Option, Equity, Cryptocurrency, Warrant, as the REST API describes them (kebab-case there).

A field the service left out, or sent in a form this package does not know, is None; only what an instrument
cannot be without is always there. Prices and sizes are Decimals with the service's digits.
Source: developer.tastytrade.com "Instruments", and items recorded from the service.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from tastytrade.dxfeed.symbols import (
    OptionSymbol,
    OptionType,
    format_option_symbol,
    occ_to_streamer,
    parse_occ_symbol,
)
from tastytrade.errors import SymbolError
from tastytrade.instruments.items import fill

__all__ = [
    "Cryptocurrency",
    "Deliverable",
    "Equity",
    "Moment",
    "Option",
    "OptionType",
    "QuantityDecimalPrecision",
    "TickSize",
    "VenueSymbol",
    "Warrant",
    "complete_option",
]

Moment = Annotated[datetime, Meta(tz=True)]
"""A point in time; always aware, and in UTC as the service sends it."""


_STRIKE_DIGITS = 12


class _Item(Struct, frozen=True, rename="kebab", kw_only=True):
    """One instrument."""

    symbol: str


class TickSize(Struct, frozen=True, rename="kebab", kw_only=True):
    """The smallest price step below ``threshold``; the last of a list has none and holds above.

    ``symbol`` is the other leg, where a future's list is of its spreads.
    """

    value: Decimal
    threshold: Decimal | None = None
    symbol: str | None = None


class Deliverable(Struct, frozen=True, rename="kebab", kw_only=True):
    """What one contract delivers; adjusted options deliver several things."""

    id: int | None = None
    amount: Decimal | None = None
    deliverable_type: str | None = None
    description: str | None = None
    instrument_type: str | None = None
    percent: Decimal | None = None
    root_symbol: str | None = None
    symbol: str | None = None


class Option(_Item, frozen=True, gc=False):
    """An option on an equity, fund or index.

    ``symbol`` is the OCC symbol, ``streamer_symbol`` dxFeed's. ``root_symbol`` keeps SPX and SPXW apart,
    which share expiration dates. ``settlement_type`` is "AM" or "PM"; times are aware UTC datetimes.
    """

    root_symbol: str
    expiration_date: date
    strike_price: Decimal
    option_type: OptionType
    underlying_symbol: str = ""
    streamer_symbol: str = ""
    days_to_expiration: int | None = None
    expiration_type: str | None = None
    settlement_type: str | None = None
    exercise_style: str | None = None
    option_chain_type: str | None = None
    shares_per_contract: int | None = None
    expires_at: Moment | None = None
    stops_trading_at: Moment | None = None
    active: bool | None = None
    is_closing_only: bool | None = None
    instrument_type: str | None = None
    market_time_instrument_collection: str | None = None
    listed_market: str | None = None
    halted_at: Moment | None = None
    old_security_number: str | None = None

    def __post_init__(self) -> None:
        if not self.strike_price.is_finite():
            raise ValueError("strike-price is no number")
        if not self.streamer_symbol:
            force_setattr(self, "streamer_symbol", self._streamer_symbol())

    def _streamer_symbol(self) -> str:
        # Older answers have none; it is built from the root, not from the underlying.
        parts = OptionSymbol(self.root_symbol, self.expiration_date, self.option_type, self.strike_price)
        try:
            # Written out, 1E+99999999 has a hundred million digits.
            if abs(self.strike_price.adjusted()) <= _STRIKE_DIGITS:
                return format_option_symbol(parts)
        except SymbolError:
            pass  # a root or a strike that no symbol can say
        try:
            return occ_to_streamer(self.symbol)
        except SymbolError:
            return ""


def complete_option(item: dict[str, Any]) -> None:
    """Add to an option's item what is missing or wrong in it and its OCC symbol says."""
    try:
        parts = parse_occ_symbol(item.get("symbol", ""))
    except (SymbolError, TypeError):
        return
    fill(item, "root-symbol", parts.root, str)
    fill(item, "expiration-date", parts.expiration.isoformat(), date)
    fill(item, "strike-price", str(parts.strike), Decimal)
    fill(item, "option-type", parts.option_type.value, OptionType)


class Equity(_Item, frozen=True):
    """A stock, fund (``is_etf``) or index (``is_index``)."""

    id: int | None = None
    streamer_symbol: str = ""
    description: str | None = None
    short_description: str | None = None
    instrument_type: str | None = None
    instrument_sub_type: str | None = None
    cusip: str | None = None
    listed_market: str | None = None
    active: bool | None = None
    is_index: bool | None = None
    is_etf: bool | None = None
    is_illiquid: bool | None = None
    is_closing_only: bool | None = None
    is_options_closing_only: bool | None = None
    is_fractional_quantity_eligible: bool | None = None
    is_fraud_risk: bool | None = None
    bypass_manual_review: bool | None = None
    overnight_trading_permitted: bool | None = None
    lendability: str | None = None
    borrow_rate: Decimal | None = None
    market_time_instrument_collection: str | None = None
    tick_sizes: tuple[TickSize, ...] = ()
    option_tick_sizes: tuple[TickSize, ...] = ()
    halted_at: Moment | None = None
    stops_trading_at: Moment | None = None
    country_of_incorporation: str | None = None
    country_of_taxation: str | None = None
    underlying_product_type: str | None = None

    def __post_init__(self) -> None:
        # Stocks, funds and indices have one spelling for both.
        if not self.streamer_symbol:
            force_setattr(self, "streamer_symbol", self.symbol)


class VenueSymbol(_Item, frozen=True):
    """How one venue names a cryptocurrency, and to how many digits it trades it."""

    id: int | None = None
    destination_venue: str | None = None
    max_quantity_precision: int | None = None
    max_price_precision: int | None = None
    routable: bool | None = None


class Cryptocurrency(_Item, frozen=True):
    """A cryptocurrency pair such as BTC/USD; its streamer symbol is BTC/USD:CXTALP."""

    id: int | None = None
    streamer_symbol: str | None = None
    description: str | None = None
    short_description: str | None = None
    instrument_type: str | None = None
    active: bool | None = None
    is_closing_only: bool | None = None
    tick_size: Decimal | None = None
    destination_venue_symbols: tuple[VenueSymbol, ...] = ()


class Warrant(_Item, frozen=True):
    """A warrant; its keys are the documentation's."""

    description: str | None = None
    instrument_type: str | None = None
    cusip: str | None = None
    listed_market: str | None = None
    active: bool | None = None
    is_closing_only: bool | None = None


class QuantityDecimalPrecision(Struct, frozen=True, rename="kebab", kw_only=True):
    """How many decimal places quantities have, of one instrument or, without ``symbol``, of a type."""

    instrument_type: str | None = None
    symbol: str | None = None
    value: int | None = None
    minimum_increment_precision: int | None = None
