"""A product's options in two forms, in the shapes and key order recorded from the service.

As recorded, expirations, strikes and options come in no order. With ``unnamed`` the options of one strike in
forty have no streamer symbol, and one of them is the first item of the detailed form.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from tastytrade.simulator.chain_payloads import StrikeItem
from tastytrade.simulator.draws import random_of
from tastytrade.simulator.future_options import FutureOptionSeries, ListedFutureOption
from tastytrade.simulator.future_payloads import (
    EXCHANGE,
    OptionProductItem,
    display_factor,
    expiration_type,
    option_product_item,
    timestamp,
)
from tastytrade.simulator.future_products import FutureProduct
from tastytrade.simulator.futures import Future, active_futures
from tastytrade.simulator.payloads import TickSize, decimal_text, stable_id, tick_sizes

_UNNAMED_EVERY = 40


class FutureOptionItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    active: bool
    days_to_expiration: int
    display_factor: str
    exchange: str
    exchange_symbol: str
    exercise_style: str
    expiration_date: date
    expires_at: str
    future_price_ratio: str
    is_closing_only: bool
    is_confirmed: bool
    is_exercisable_weekly: bool
    is_primary_deliverable: bool
    is_vanilla: bool
    last_trade_time: str
    maturity_date: date
    multiplier: str
    notional_value: str
    option_root_symbol: str
    option_type: str
    product_code: str
    root_symbol: str
    security_exchange: str
    security_id: str = ""
    settlement_type: str
    stops_trading_at: str
    streamer_symbol: str = ""
    strike_factor: str
    strike_price: str
    sx_id: str
    symbol: str
    underlying_count: str
    underlying_symbol: str
    future_option_product: OptionProductItem


class NestedFuture(Struct, rename="kebab"):
    symbol: str
    root_symbol: str
    streamer_symbol: str
    expiration_date: date
    days_to_expiration: int
    active_month: bool
    next_active_month: bool
    stops_trading_at: str
    expires_at: str


class NestedExpiration(Struct, rename="kebab"):
    underlying_symbol: str
    root_symbol: str
    option_root_symbol: str
    option_contract_symbol: str
    asset: str
    expiration_date: date
    days_to_expiration: int
    expiration_type: str
    settlement_type: str
    notional_value: str
    display_factor: str
    strike_factor: str
    stops_trading_at: str
    expires_at: str
    tick_sizes: list[TickSize]
    strikes: list[StrikeItem]


class NestedFutureChain(Struct, rename="kebab"):
    underlying_symbol: str
    root_symbol: str
    exercise_style: str
    expirations: list[NestedExpiration]


class NestedFutureChains(Struct, rename="kebab"):
    futures: list[NestedFuture]
    option_chains: list[NestedFutureChain]


def future_option_items(options: Iterable[ListedFutureOption], today: date) -> list[FutureOptionItem]:
    """The detailed form, in the options' order."""
    products: dict[str, OptionProductItem] = {}
    items = []
    for option in options:
        series = option.series
        shown = products.get(series.product.root)
        if shown is None:
            shown = products[series.product.root] = option_product_item(series.future.product, series.product)
        items.append(_option_item(option, today, shown))
    return items


def unsorted_items(
    options: Iterable[ListedFutureOption], today: date, *, unnamed: bool = False
) -> list[FutureOptionItem]:
    """The detailed form as the service orders it: not at all."""
    items = future_option_items(options, today)
    random_of(f"{len(items)} options").shuffle(items)
    for item in items if unnamed else ():
        if _is_unnamed(item.exchange_symbol.partition(" ")[0], item.strike_price):
            item.streamer_symbol = ""
    first = next((place for place, item in enumerate(items) if not item.streamer_symbol), 0)
    if items:
        items.insert(0, items.pop(first))
    return items


def _option_item(
    option: ListedFutureOption, today: date, product_shown: OptionProductItem
) -> FutureOptionItem:
    series = option.series
    product = series.future.product
    strike = decimal_text(option.strike)
    stops = timestamp(series.expires_at)
    return FutureOptionItem(
        active=True,
        days_to_expiration=(series.expiration - today).days,
        display_factor=product_shown.display_factor,
        exchange=EXCHANGE,
        exchange_symbol=f"{series.contract} {option.option_type}{strike.removesuffix('.0')}",
        exercise_style="American",
        expiration_date=series.expiration,
        expires_at=stops,
        future_price_ratio="1.0",
        is_closing_only=False,
        is_confirmed=True,
        is_exercisable_weekly=True,
        is_primary_deliverable=True,
        is_vanilla=True,
        last_trade_time="0",
        maturity_date=series.expiration,
        multiplier="1.0",
        notional_value=_notional_value(product),
        option_root_symbol=series.product.root,
        option_type=option.option_type,
        product_code=product.code,
        root_symbol=product.root_symbol,
        security_exchange="2",
        # Recorded of a quarterly option, missing in a weekly one.
        security_id="" if series.product.cycle == "weekly" else str(stable_id(option.symbol)),
        settlement_type="Future",
        stops_trading_at=stops,
        streamer_symbol=option.streamer_symbol,
        strike_factor="1.0",
        strike_price=strike,
        sx_id="0",
        symbol=option.symbol,
        underlying_count="1.0",
        underlying_symbol=option.underlying,
        future_option_product=product_shown,
    )


def nested_chains(
    product: FutureProduct,
    futures: list[Future],
    chains: Iterable[list[ListedFutureOption]],
    today: date,
    *,
    unnamed: bool = False,
) -> NestedFutureChains:
    """The nested form: one object; ``chains`` has the options of each expiration."""
    expirations = [_nested_expiration(options, today, unnamed=unnamed) for options in chains if options]
    random_of(f"{product.code} expirations").shuffle(expirations)
    active = active_futures(futures, today)[:2]
    return NestedFutureChains(
        [_nested_future(one, active, today) for one in futures],
        [NestedFutureChain(product.root_symbol, product.root_symbol, "American", expirations)],
    )


def _nested_future(future: Future, active: list[Future], today: date) -> NestedFuture:
    stops = timestamp(future.expires_at)
    return NestedFuture(
        symbol=future.symbol,
        root_symbol=future.product.root_symbol,
        streamer_symbol=future.streamer_symbol,
        expiration_date=future.expiration,
        days_to_expiration=(future.expiration - today).days,
        active_month=future in active[:1],
        next_active_month=future in active[1:],
        stops_trading_at=stops,
        expires_at=stops,
    )


def _nested_expiration(options: list[ListedFutureOption], today: date, *, unnamed: bool) -> NestedExpiration:
    series = options[0].series
    product, root = series.future.product, series.product.root
    stops = timestamp(series.expires_at)
    return NestedExpiration(
        underlying_symbol=series.future.symbol,
        root_symbol=product.root_symbol,
        option_root_symbol=root,
        option_contract_symbol=series.contract,
        asset=root,
        expiration_date=series.expiration,
        days_to_expiration=(series.expiration - today).days,
        expiration_type=expiration_type(series.product),
        settlement_type="AM" if series.product.is_am_settled else "PM",
        notional_value=_notional_value(product),
        display_factor=display_factor(product),
        strike_factor="1.0",
        stops_trading_at=stops,
        expires_at=stops,
        tick_sizes=tick_sizes(product.option_ticks),
        strikes=_strikes(series, options, unnamed=unnamed),
    )


def _strikes(
    series: FutureOptionSeries, options: list[ListedFutureOption], *, unnamed: bool
) -> list[StrikeItem]:
    strikes: dict[Decimal, StrikeItem] = {}
    for option in options:
        item = strikes.setdefault(option.strike, StrikeItem(strike_price=decimal_text(option.strike)))
        is_unnamed = unnamed and _is_unnamed(series.contract, item.strike_price)
        streamer_symbol = "" if is_unnamed else option.streamer_symbol
        if option.option_type == "C":
            item.call, item.call_streamer_symbol = option.symbol, streamer_symbol
        else:
            item.put, item.put_streamer_symbol = option.symbol, streamer_symbol
    found = list(strikes.values())
    random_of(f"{series.contract} strikes").shuffle(found)
    return found


def _is_unnamed(contract: str, strike_price: str) -> bool:
    return stable_id(f"{contract} {strike_price}") % _UNNAMED_EVERY == 0


def _notional_value(product: FutureProduct) -> str:
    value = Decimal(str(product.multiplier)) * Decimal(display_factor(product))
    return decimal_text(value.normalize())
