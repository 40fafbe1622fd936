"""Futures and their products as the simulator's REST API gives them, in the recorded shapes and key order.

What was recorded of /ES holds for the others but for their terms. ``exchange`` is CME for all of them, as
the service's paths have it; only ``streamer-exchange-code`` tells NYMEX and COMEX apart (inferred).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from msgspec import Struct

from tastytrade.simulator.future_products import FutureOptionProduct, FutureProduct, OptionCycle, Roll
from tastytrade.simulator.futures import Future, active_futures
from tastytrade.simulator.payloads import TickSize, decimal_text, stable_id, tick_sizes

EXCHANGE = "CME"
_EXPIRATION_TYPES: dict[OptionCycle, str] = {
    "quarterly": "Regular",
    "monthly": "Regular",
    "weekly": "Weekly",
    "month end": "End-Of-Month",
}
_QUARTERLY = "MES"
"""The root whose quarterly options were recorded as Quarterly; /ES's are Regular."""
_CLEARING_CODES = {"E1A": "A4", "EX": "EA", "MES": "MS"}
"""Recorded; every other root stands for itself."""


class CutoffTime(Struct, rename="kebab"):
    """Seconds from midnight, New York."""

    offset_seconds: int
    timezone: str = "Market Zone"
    timing: str = "Default"


class OptionProductItem(Struct, rename="kebab"):
    cash_settled: bool
    clearing_code: str
    clearing_exchange_code: str
    clearing_price_multiplier: str
    clearport_code: str
    code: str
    display_factor: str
    exchange: str
    expiration_type: str
    is_am_settled: bool
    is_rollover: bool
    legacy_code: str
    market_sector: str
    product_type: str
    root_symbol: str
    settlement_delay_days: int
    supported: bool
    futures_trading_cutoff_times: list[CutoffTime]


class ProductItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    active_months: list[str]
    back_month_first_calendar_symbol: bool
    cash_settled: bool
    clearing_code: str
    clearing_exchange_code: str
    clearport_code: str
    code: str
    description: str
    display_factor: str
    exchange: str
    first_notice: bool
    legacy_code: str
    legacy_exchange_code: str
    listed_months: list[str]
    market_sector: str
    notional_multiplier: str
    product_type: str
    security_group: str
    small_notional: bool
    streamer_exchange_code: str
    supported: bool
    root_symbol: str
    tick_size: str
    underlying_description: str = ""
    underlying_identifier: str = ""
    roll: Roll
    futures_trading_cutoff_times: list[CutoffTime]
    option_products: list[OptionProductItem] = []


class EtfEquivalent(Struct, rename="kebab"):
    share_quantity: int
    symbol: str


class SpreadTickSize(Struct):
    symbol: str
    value: str


class FutureItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    active: bool
    active_month: bool
    back_month_first_calendar_symbol: bool
    closing_only_date: date
    contract_size: str
    display_factor: str
    exchange: str
    exchange_symbol: str
    expiration_date: date
    expires_at: str
    first_notice_date: date | None = None
    product_group: str
    is_closing_only: bool
    last_trade_date: date
    main_fraction: str
    next_active_month: bool
    notional_multiplier: str
    product_code: str
    roll_target_symbol: str = ""
    security_id: str
    stops_trading_at: str
    streamer_exchange_code: str
    streamer_symbol: str
    sub_fraction: str
    symbol: str
    tick_size: str
    is_tradeable: bool
    future_etf_equivalent: EtfEquivalent | None = None
    future_product: ProductItem
    option_tick_sizes: list[TickSize]
    tick_sizes: list[TickSize]
    spread_tick_sizes: list[SpreadTickSize]


def future_items(
    product: FutureProduct, futures: list[Future], today: date, *, expired: Sequence[Future] = ()
) -> list[FutureItem]:
    """A product's contracts; ``futures`` are all that are listed."""
    shown = product_item(product)
    spreads = [SpreadTickSize(one.symbol, decimal_text(product.spread_tick)) for one in futures]
    return [
        _future_item(one, futures, today, product_shown=shown, spreads=spreads)
        for one in (*expired, *futures)
    ]


def _future_item(
    future: Future,
    futures: list[Future],
    today: date,
    *,
    product_shown: ProductItem,
    spreads: list[SpreadTickSize],
) -> FutureItem:
    product = future.product
    is_listed = future.expiration >= today
    stops = timestamp(future.expires_at)
    active = active_futures(futures, today)[:2]
    equivalent = product.etf_equivalent
    return FutureItem(
        active=is_listed,
        active_month=future in active[:1],
        back_month_first_calendar_symbol=product.is_back_month_first,
        closing_only_date=future.closing_only_date,
        contract_size=decimal_text(product.multiplier),
        display_factor=display_factor(product),
        exchange=EXCHANGE,
        exchange_symbol=future.name,
        expiration_date=future.expiration,
        expires_at=stops,
        first_notice_date=future.first_notice,
        product_group=product.product_group,
        # Recorded as false even a day after the closing-only date.
        is_closing_only=False,
        last_trade_date=future.expiration,
        main_fraction="0.0",
        next_active_month=future in active[1:],
        notional_multiplier=decimal_text(product.multiplier),
        product_code=product.code,
        roll_target_symbol=_roll_target(future, futures),
        security_id=security_id(future),
        stops_trading_at=stops,
        streamer_exchange_code=product.exchange_code,
        streamer_symbol=future.streamer_symbol,
        sub_fraction="0.0",
        symbol=future.symbol,
        tick_size=decimal_text(product.tick_size),
        is_tradeable=is_listed,
        future_etf_equivalent=EtfEquivalent(equivalent[1], equivalent[0]) if equivalent else None,
        future_product=product_shown,
        option_tick_sizes=tick_sizes(product.option_ticks),
        tick_sizes=[TickSize(value=decimal_text(product.tick_size))],
        spread_tick_sizes=spreads,
    )


def security_id(future: Future) -> str:
    """A number that is the contract's own."""
    return str(stable_id(future.streamer_symbol))


def _roll_target(future: Future, futures: list[Future]) -> str:
    """The next contract of an active month, "" where none is listed yet."""
    later = (one for one in futures if one.is_active_month and one.expiration > future.expiration)
    return next((one.symbol for one in later), "")


def product_item(product: FutureProduct, *, with_options: bool = False) -> ProductItem:
    """A product; a list of products has their option products too, a product inside a future has not."""
    name, identifier = product.underlying or ("", "")
    return ProductItem(
        active_months=list(product.active_months),
        back_month_first_calendar_symbol=product.is_back_month_first,
        cash_settled=product.roll.cash_settled,
        clearing_code=product.clearing_code,
        clearing_exchange_code=product.clearing_exchange_code,
        clearport_code=product.code,
        code=product.code,
        description=product.description,
        display_factor=display_factor(product),
        exchange=EXCHANGE,
        first_notice=product.roll.first_notice,
        legacy_code=product.code,
        legacy_exchange_code=EXCHANGE,
        listed_months=list(product.listed_months),
        market_sector=product.market_sector,
        notional_multiplier=decimal_text(product.multiplier),
        product_type="Physical" if product.has_delivery else "Financial",
        security_group=product.code,
        small_notional=product.is_small,
        streamer_exchange_code=product.exchange_code,
        supported=True,
        root_symbol=product.root_symbol,
        tick_size=decimal_text(product.tick_size),
        underlying_description=name,
        underlying_identifier=identifier,
        roll=product.roll,
        futures_trading_cutoff_times=[_cutoff(product.expires)],
        option_products=[option_product_item(product, one) for one in product.option_products]
        if with_options
        else [],
    )


def option_product_item(product: FutureProduct, option_product: FutureOptionProduct) -> OptionProductItem:
    """One root of options on a product's futures."""
    root = option_product.root
    return OptionProductItem(
        cash_settled=False,
        clearing_code=_CLEARING_CODES.get(root, root),
        clearing_exchange_code=option_product.clearing_exchange_code,
        clearing_price_multiplier="1.0",
        clearport_code=root,
        code=root,
        display_factor=display_factor(product),
        exchange=EXCHANGE,
        expiration_type=expiration_type(option_product),
        is_am_settled=option_product.is_am_settled,
        is_rollover=option_product.cycle == "month end",
        legacy_code=root,
        market_sector=product.market_sector,
        product_type="Physical",
        root_symbol=root,
        settlement_delay_days=0,
        supported=True,
        futures_trading_cutoff_times=[_cutoff(option_product.expires)],
    )


def expiration_type(option_product: FutureOptionProduct) -> str:
    """Regular, Weekly, Quarterly or End-Of-Month."""
    if option_product.root == _QUARTERLY:
        return "Quarterly"
    return _EXPIRATION_TYPES[option_product.cycle]


def display_factor(product: FutureProduct) -> str:
    """One in the last digit of its prices: "0.01" for a tick of 0.25."""
    digits = decimal_text(product.tick_size).partition(".")[2]
    return decimal_text(Decimal(1).scaleb(-len(digits)))


def timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _cutoff(at: time) -> CutoffTime:
    return CutoffTime(at.hour * 3600 + at.minute * 60)
