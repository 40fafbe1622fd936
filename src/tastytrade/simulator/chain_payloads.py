"""An option chain's three forms, in the shapes and key order recorded from the service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from msgspec import Struct

from tastytrade.simulator.listing import Instrument, ListedOption
from tastytrade.simulator.payloads import TickSize, decimal_text, option_ticks, stable_id

CONTRACT_SIZE = 100


class OptionItem(Struct, rename="kebab"):
    active: bool
    days_to_expiration: int
    exercise_style: str
    expiration_date: date
    expiration_type: str
    expires_at: str
    instrument_type: str
    is_closing_only: bool
    market_time_instrument_collection: str
    option_chain_type: str
    option_type: str
    root_symbol: str
    settlement_type: str
    shares_per_contract: int
    stops_trading_at: str
    streamer_symbol: str
    strike_price: str
    symbol: str
    underlying_symbol: str


class Deliverable(Struct, rename="kebab"):
    id: int
    amount: str
    deliverable_type: str
    description: str
    instrument_type: str
    percent: str
    root_symbol: str
    symbol: str


class StrikeItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    strike_price: str
    call: str = ""
    call_streamer_symbol: str = ""
    put: str = ""
    put_streamer_symbol: str = ""


class ExpirationItem(Struct, rename="kebab"):
    expiration_type: str
    expiration_date: date
    days_to_expiration: int
    settlement_type: str
    strikes: list[StrikeItem]


class NestedItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    underlying_symbol: str
    root_symbol: str
    option_chain_type: str
    shares_per_contract: int
    tick_sizes: list[TickSize]
    deliverables: list[Deliverable] = []
    expirations: list[ExpirationItem]


class CompactItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    underlying_symbol: str
    root_symbol: str
    option_chain_type: str
    settlement_type: str
    shares_per_contract: int
    expiration_type: str
    deliverables: list[Deliverable] = []
    symbols: list[str]


def option_items(chain: Iterable[ListedOption], today: date) -> list[OptionItem]:
    """The detailed chain: one item per option, in the listing's order."""
    items = []
    for (day, expires_at), options in groupby(
        chain, key=lambda option: (option.expiration, option.expires_at)
    ):
        days, time = (day - today).days, _timestamp(expires_at)
        items += [_option_item(option, days, time) for option in options]
    return items


def _option_item(option: ListedOption, days: int, time: str) -> OptionItem:
    return OptionItem(
        active=True,
        days_to_expiration=days,
        exercise_style=option.exercise_style,
        expiration_date=option.expiration,
        expiration_type=option.expiration_type,
        expires_at=time,
        instrument_type="Equity Option",
        is_closing_only=False,
        market_time_instrument_collection="Equity Option",
        option_chain_type="Standard",
        option_type=option.option_type,
        root_symbol=option.root,
        settlement_type=option.settlement_type,
        shares_per_contract=CONTRACT_SIZE,
        stops_trading_at=time,
        streamer_symbol=option.streamer_symbol,
        strike_price=decimal_text(option.strike),
        symbol=option.symbol,
        underlying_symbol=option.underlying,
    )


def nested_items(underlying: Instrument, chain: Iterable[ListedOption], today: date) -> list[NestedItem]:
    """The nested chain: one item per root."""
    roots: dict[str, NestedItem] = {}
    for (day, root, kind, settlement), options in groupby(
        chain,
        key=lambda option: (option.expiration, option.root, option.expiration_type, option.settlement_type),
    ):
        item = roots.setdefault(
            root,
            NestedItem(
                underlying_symbol=underlying.symbol,
                root_symbol=root,
                option_chain_type="Standard",
                shares_per_contract=CONTRACT_SIZE,
                tick_sizes=option_ticks(underlying),
                deliverables=_deliverables(underlying),
                expirations=[],
            ),
        )
        item.expirations.append(ExpirationItem(kind, day, (day - today).days, settlement, _strikes(options)))
    return list(roots.values())


def compact_items(underlying: Instrument, chain: Iterable[ListedOption]) -> list[CompactItem]:
    """The compact chain: one item per root, expiration type and settlement."""
    items: dict[tuple[str, str, str], CompactItem] = {}
    for option in chain:
        key = (option.root, option.expiration_type, option.settlement_type)
        if key not in items:
            items[key] = CompactItem(
                underlying_symbol=underlying.symbol,
                root_symbol=option.root,
                option_chain_type="Standard",
                settlement_type=option.settlement_type,
                shares_per_contract=CONTRACT_SIZE,
                expiration_type=option.expiration_type,
                deliverables=_deliverables(underlying),
                symbols=[],
            )
        items[key].symbols.append(option.symbol)
    return list(items.values())


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _strikes(options: Iterable[ListedOption]) -> list[StrikeItem]:
    strikes: dict[Decimal, StrikeItem] = {}
    for option in options:
        item = strikes.setdefault(option.strike, StrikeItem(strike_price=decimal_text(option.strike)))
        if option.option_type == "C":
            item.call, item.call_streamer_symbol = option.symbol, option.streamer_symbol
        else:
            item.put, item.put_streamer_symbol = option.symbol, option.streamer_symbol
    return list(strikes.values())


def _deliverables(underlying: Instrument) -> list[Deliverable]:
    if underlying.is_index:  # settled in cash: no recorded answer shows what stands there, so nothing does
        return []
    return [
        Deliverable(
            id=stable_id(f"{CONTRACT_SIZE} {underlying.symbol}"),
            amount=decimal_text(CONTRACT_SIZE),
            deliverable_type="Shares",
            description=f"{CONTRACT_SIZE} shares of {underlying.symbol}",
            instrument_type="Equity",
            percent="100",
            root_symbol=underlying.symbol,
            symbol=underlying.symbol,
        )
    ]
