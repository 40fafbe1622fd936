"""Instruments as the simulator's REST API gives them, in the shapes and key order recorded from the service.

Decimals are strings with at least one fraction digit; what has no value is left out.
"""

from __future__ import annotations

from decimal import Decimal
from hashlib import blake2b

from msgspec import Struct

from tastytrade.simulator.instrument import Instrument, Ticks


class TickSize(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    threshold: str | None = None
    value: str


class EquityItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    active: bool
    bypass_manual_review: bool
    description: str
    id: int
    instrument_type: str
    is_closing_only: bool
    is_etf: bool
    is_fraud_risk: bool
    is_illiquid: bool
    is_index: bool
    is_options_closing_only: bool
    lendability: str
    listed_market: str = ""
    market_time_instrument_collection: str
    option_tick_sizes: list[TickSize] = []
    overnight_trading_permitted: bool
    short_description: str
    streamer_symbol: str
    symbol: str
    tick_sizes: list[TickSize]


class VenueSymbol(Struct, rename="kebab"):
    destination_venue: str
    id: int
    max_price_precision: int
    max_quantity_precision: int
    routable: bool
    symbol: str


class CryptocurrencyItem(Struct, rename="kebab"):
    active: bool
    description: str
    destination_venue_symbols: list[VenueSymbol]
    id: int
    instrument_type: str
    is_closing_only: bool
    short_description: str
    streamer_symbol: str
    symbol: str
    tick_size: str


def equity_item(instrument: Instrument) -> EquityItem:
    """A stock, fund or index."""
    small = [TickSize(threshold="1.0", value="0.0001"), TickSize(value=decimal_text(instrument.tick_size))]
    return EquityItem(
        active=True,
        bypass_manual_review=False,
        description=instrument.description,
        id=stable_id(instrument.symbol),
        instrument_type="Equity",
        is_closing_only=False,
        is_etf=instrument.is_etf,
        is_fraud_risk=False,
        is_illiquid=False,
        is_index=instrument.is_index,
        is_options_closing_only=False,
        lendability="Easy To Borrow",
        market_time_instrument_collection="Equity",
        overnight_trading_permitted=False,
        short_description=instrument.description,
        streamer_symbol=instrument.streamer_symbol,
        symbol=instrument.symbol,
        tick_sizes=small,
        listed_market=instrument.listed_market,
        option_tick_sizes=option_ticks(instrument) if instrument.has_options else [],
    )


def cryptocurrency_item(instrument: Instrument) -> CryptocurrencyItem:
    """A cryptocurrency pair."""
    venue = VenueSymbol(
        destination_venue="ZERO_HASH_CLOB",
        id=stable_id(f"ZERO_HASH_CLOB {instrument.symbol}"),
        max_price_precision=2,
        max_quantity_precision=8,
        routable=True,
        symbol=instrument.symbol,
    )
    return CryptocurrencyItem(
        active=True,
        description=f"{instrument.description} to USD",
        destination_venue_symbols=[venue],
        id=stable_id(instrument.symbol),
        instrument_type="Cryptocurrency",
        is_closing_only=False,
        short_description=instrument.description,
        streamer_symbol=instrument.streamer_symbol,
        symbol=instrument.symbol,
        tick_size=decimal_text(instrument.tick_size),
    )


def stable_id(name: str) -> int:
    """A number of up to seven digits that is the same in every run."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "big") % 9_000_000 + 1_000_000


def decimal_text(value: Decimal | float) -> str:
    """``110`` as ``"110.0"``, ``0.0001`` as ``"0.0001"``: no exponent, at least one fraction digit."""
    text = format(Decimal(str(value)), "f")
    return text if "." in text else text + ".0"


def option_ticks(underlying: Instrument) -> list[TickSize]:
    """The grid of an underlying's option prices."""
    return tick_sizes(underlying.option_ticks)


def tick_sizes(ticks: Ticks) -> list[TickSize]:
    """A grid of prices."""
    return [
        TickSize(threshold=None if below is None else decimal_text(below), value=decimal_text(tick))
        for below, tick in ticks
    ]
