"""Futures, options on them, and the products both belong to, as the REST API describes them.

A field the service left out, or sent in a form this package does not know, is None. Prices, factors and sizes
are Decimals with the service's digits, times aware UTC datetimes.
Source: developer.tastytrade.com "Instruments", and items recorded from the service.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct, structs
from msgspec.structs import force_setattr

from tastytrade.dxfeed.future_symbols import (
    format_future_symbol,
    future_option_to_streamer,
    parse_future_option_symbol,
    parse_future_symbol,
)
from tastytrade.dxfeed.symbols import OptionType
from tastytrade.errors import SymbolError
from tastytrade.instruments.items import fill
from tastytrade.instruments.models import Moment, TickSize


class CutoffTime(Struct, frozen=True, rename="kebab", kw_only=True):
    """When trading of a product is cut off, in seconds of a day of ``timezone`` ("Market Zone")."""

    offset_seconds: int | None = None
    timezone: str | None = None
    timing: str | None = None


class Roll(Struct, frozen=True, rename="kebab", kw_only=True):
    """The rule by which a product's active month moves on."""

    name: str | None = None
    active_count: int | None = None
    business_days_offset: int | None = None
    cash_settled: bool | None = None
    first_notice: bool | None = None


class EtfEquivalent(Struct, frozen=True, rename="kebab", kw_only=True):
    """The fund shares that stand for one contract: for /ES 500 of SPY."""

    symbol: str | None = None
    share_quantity: int | None = None


class FutureOptionProduct(Struct, frozen=True, rename="kebab", kw_only=True):
    """A family of options on futures, such as E1A: weekly options on /ES."""

    code: str
    root_symbol: str | None = None
    exchange: str | None = None
    product_type: str | None = None
    product_subtype: str | None = None
    expiration_type: str | None = None
    market_sector: str | None = None
    cash_settled: bool | None = None
    is_am_settled: bool | None = None
    is_rollover: bool | None = None
    itm_rule: str | None = None
    settlement_delay_days: int | None = None
    display_factor: Decimal | None = None
    clearing_code: str | None = None
    clearing_exchange_code: str | None = None
    clearing_price_multiplier: Decimal | None = None
    clearport_code: str | None = None
    legacy_code: str | None = None
    supported: bool | None = None
    futures_trading_cutoff_times: tuple[CutoffTime, ...] = ()


class FutureProduct(Struct, frozen=True, rename="kebab", kw_only=True):
    """A family of futures, such as ES. ``active_months`` and ``listed_months`` are letters (H, M, U, Z)."""

    code: str
    root_symbol: str | None = None
    exchange: str | None = None
    description: str | None = None
    product_type: str | None = None
    product_subtype: str | None = None
    market_sector: str | None = None
    security_group: str | None = None
    streamer_exchange_code: str | None = None
    listed_months: tuple[str, ...] = ()
    active_months: tuple[str, ...] = ()
    notional_multiplier: Decimal | None = None
    tick_size: Decimal | None = None
    display_factor: Decimal | None = None
    base_tick: int | None = None
    sub_tick: int | None = None
    price_format: str | None = None
    contract_limit: int | None = None
    cash_settled: bool | None = None
    first_notice: bool | None = None
    small_notional: bool | None = None
    back_month_first_calendar_symbol: bool | None = None
    supported: bool | None = None
    underlying_description: str | None = None
    underlying_identifier: str | None = None
    true_underlying_code: str | None = None
    clearing_code: str | None = None
    clearing_exchange_code: str | None = None
    clearport_code: str | None = None
    legacy_code: str | None = None
    legacy_exchange_code: str | None = None
    roll: Roll | None = None
    futures_trading_cutoff_times: tuple[CutoffTime, ...] = ()
    option_products: tuple[FutureOptionProduct, ...] = ()


class Future(Struct, frozen=True, rename="kebab", kw_only=True):
    """One contract, such as /ESZ6.

    ``streamer_symbol`` (``/ESZ26:XCME``) is made from symbol, expiration and ``streamer_exchange_code`` where
    the service left it out, and None where these do not tell it.
    """

    symbol: str
    streamer_symbol: str | None = None
    product_code: str | None = None
    product_group: str | None = None
    exchange: str | None = None
    exchange_symbol: str | None = None
    streamer_exchange_code: str | None = None
    expiration_date: date | None = None
    expires_at: Moment | None = None
    stops_trading_at: Moment | None = None
    last_trade_date: date | None = None
    first_notice_date: date | None = None
    closing_only_date: date | None = None
    maturity_date: date | None = None
    contract_size: Decimal | None = None
    notional_multiplier: Decimal | None = None
    tick_size: Decimal | None = None
    display_factor: Decimal | None = None
    main_fraction: Decimal | None = None
    sub_fraction: Decimal | None = None
    active: bool | None = None
    active_month: bool | None = None
    next_active_month: bool | None = None
    is_closing_only: bool | None = None
    is_tradeable: bool | None = None
    back_month_first_calendar_symbol: bool | None = None
    roll_target_symbol: str | None = None
    true_underlying_symbol: str | None = None
    security_id: str | None = None
    tick_sizes: tuple[TickSize, ...] = ()
    option_tick_sizes: tuple[TickSize, ...] = ()
    spread_tick_sizes: tuple[TickSize, ...] = ()
    future_etf_equivalent: EtfEquivalent | None = None
    future_product: FutureProduct | None = None

    def __post_init__(self) -> None:
        if not self.streamer_symbol:
            force_setattr(self, "streamer_symbol", self._streamer_symbol())

    def _streamer_symbol(self) -> str | None:
        product = self.future_product
        exchange = self.streamer_exchange_code or (product.streamer_exchange_code if product else None)
        if not exchange or self.expiration_date is None:
            return None
        # A contract is named for a month near its expiration, before (/CL) or after it (/SR3).
        earliest = date(max(self.expiration_date.year - 4, 1), 1, 1)
        try:
            contract = parse_future_symbol(self.symbol, today=earliest)
            return format_future_symbol(structs.replace(contract, exchange=exchange))
        except SymbolError:
            return None


class FutureOption(Struct, frozen=True, rename="kebab", kw_only=True, gc=False):
    """An option on a future, such as ``./ESU6 E1AN6 260706P6260``.

    ``underlying_symbol`` is the future (/ESU6), ``root_symbol`` the future product's (/ES),
    ``option_root_symbol`` the option product's (E1A). ``streamer_symbol`` is None where the service has none:
    some options are not quoted under any.
    """

    symbol: str
    expiration_date: date
    strike_price: Decimal
    option_type: OptionType
    underlying_symbol: str = ""
    root_symbol: str | None = None
    option_root_symbol: str | None = None
    streamer_symbol: str | None = None
    product_code: str | None = None
    exchange: str | None = None
    exchange_symbol: str | None = None
    streamer_exchange_code: str | None = None
    days_to_expiration: int | None = None
    expires_at: Moment | None = None
    stops_trading_at: Moment | None = None
    maturity_date: date | None = None
    settlement_type: str | None = None
    exercise_style: str | None = None
    notional_value: Decimal | None = None
    multiplier: Decimal | None = None
    underlying_count: Decimal | None = None
    future_price_ratio: Decimal | None = None
    display_factor: Decimal | None = None
    strike_factor: Decimal | None = None
    active: bool | None = None
    is_closing_only: bool | None = None
    is_confirmed: bool | None = None
    is_exercisable_weekly: bool | None = None
    is_primary_deliverable: bool | None = None
    is_vanilla: bool | None = None
    last_trade_time: str | None = None
    security_id: str | None = None
    security_exchange: str | None = None
    sx_id: str | None = None
    future_option_product: FutureOptionProduct | None = None

    def __post_init__(self) -> None:
        if not self.strike_price.is_finite():
            raise ValueError("strike-price is no number")
        if not self.underlying_symbol:
            with suppress(SymbolError):
                underlying = parse_future_option_symbol(self.symbol).underlying
                force_setattr(self, "underlying_symbol", underlying or "")
        if not self.streamer_symbol and self.streamer_exchange_code:
            with suppress(SymbolError):
                symbol = future_option_to_streamer(self.symbol, exchange=self.streamer_exchange_code)
                force_setattr(self, "streamer_symbol", symbol)


def complete_future_option(item: dict[str, Any]) -> None:
    """Add to an item what is missing or wrong in it and its symbol says."""
    try:
        parts = parse_future_option_symbol(item.get("symbol", ""))
    except (SymbolError, TypeError):
        return
    if parts.expiration is None or parts.underlying is None:
        return
    fill(item, "underlying-symbol", parts.underlying, str)
    fill(item, "expiration-date", parts.expiration.isoformat(), date)
    fill(item, "strike-price", str(parts.strike), Decimal)
    fill(item, "option-type", parts.option_type.value, OptionType)
