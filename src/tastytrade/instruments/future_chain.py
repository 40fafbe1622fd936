"""Options on a product's futures: FutureOptionChain by expiration date, NestedFutureOptionChain as sent.

    chain = await get_future_option_chain(session, "ES")
    for option in chain[chain.expirations[0]]: ...

Source: developer.tastytrade.com "Futures option chains", and answers recorded from the service, which come
in no order at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from tastytrade.dxfeed.future_symbols import FutureOptionSymbol, parse_future_option_symbol
from tastytrade.errors import SymbolError
from tastytrade.instruments.by_date import ByDate
from tastytrade.instruments.futures import FutureOption
from tastytrade.instruments.items import dicts_in, fill
from tastytrade.instruments.models import Moment, TickSize
from tastytrade.instruments.nested import NestedStrike


class FutureOptionChain(ByDate[FutureOption]):
    """A mapping from expiration date, ascending, to that date's options on all of a product's futures.

    A date's options are sorted by underlying future, option root, strike, and call before put.
    """

    def __init__(self, product_code: str, options: Iterable[FutureOption]) -> None:
        super().__init__(options, _place)
        self.product_code = product_code

    def __repr__(self) -> str:
        return (
            f"<FutureOptionChain {self.product_code}: {len(self)} expirations, {len(self.options)} options>"
        )

    @property
    def underlyings(self) -> list[str]:
        """The symbols of the futures there are options on, by the first expiration of these."""
        return list(dict.fromkeys(option.underlying_symbol for option in self.options))

    def on(self, underlying: str) -> FutureOptionChain:
        """The options on one future, such as ``"/ESZ6"``; an empty chain where there are none."""
        chosen = (option for option in self.options if option.underlying_symbol == underlying)
        return FutureOptionChain(self.product_code, chosen)


class NestedFuture(Struct, frozen=True, rename="kebab", kw_only=True):
    """A future of the product."""

    symbol: str
    root_symbol: str | None = None
    streamer_symbol: str | None = None
    expiration_date: date | None = None
    maturity_date: date | None = None
    days_to_expiration: int | None = None
    active_month: bool | None = None
    next_active_month: bool | None = None
    stops_trading_at: Moment | None = None
    expires_at: Moment | None = None


class NestedFutureExpiration(Struct, frozen=True, rename="kebab", kw_only=True):
    """One expiration of one option contract (``ESZ6``, ``E1AN6``) on one future (``underlying_symbol``)."""

    expiration_date: date
    underlying_symbol: str = ""
    root_symbol: str | None = None
    option_root_symbol: str | None = None
    option_contract_symbol: str | None = None
    asset: str | None = None
    days_to_expiration: int | None = None
    expiration_type: str | None = None
    settlement_type: str | None = None
    notional_value: Decimal | None = None
    display_factor: Decimal | None = None
    strike_factor: Decimal | None = None
    stops_trading_at: Moment | None = None
    expires_at: Moment | None = None
    tick_sizes: tuple[TickSize, ...] = ()
    strikes: tuple[NestedStrike, ...] = ()


class NestedFutureOptions(Struct, frozen=True, rename="kebab", kw_only=True):
    """The expirations under one root (``/ES``), in the service's order."""

    root_symbol: str | None = None
    underlying_symbol: str = ""
    exercise_style: str | None = None
    expirations: tuple[NestedFutureExpiration, ...] = ()


class NestedFutureOptionChain(Struct, frozen=True, rename="kebab", kw_only=True):
    """A product's futures, and the symbols of the options on them by expiration and strike.

    Everything is in the service's order, which is none: sort by ``expiration_date`` and ``strike_price``.
    """

    futures: tuple[NestedFuture, ...] = ()
    option_chains: tuple[NestedFutureOptions, ...] = ()


def complete_nested_future_chain(item: dict[str, Any]) -> None:
    """Add to a nested chain what is missing or wrong in it and its options' symbols say."""
    for chain in dicts_in(item, "option-chains"):
        for expiration in dicts_in(chain, "expirations"):
            for strike in dicts_in(expiration, "strikes"):
                parts = _parts(strike.get("call")) or _parts(strike.get("put"))
                if parts is not None and parts.expiration and parts.underlying:
                    fill(strike, "strike-price", str(parts.strike), Decimal)
                    fill(expiration, "expiration-date", parts.expiration.isoformat(), date)
                    fill(expiration, "underlying-symbol", parts.underlying, str)


def _parts(symbol: object) -> FutureOptionSymbol | None:
    try:
        return parse_future_option_symbol(symbol) if isinstance(symbol, str) else None
    except SymbolError:
        return None


def _place(option: FutureOption) -> tuple[date, str, str, Decimal, str]:
    # "C" sorts before "P".
    return (
        option.expiration_date,
        option.underlying_symbol,
        option.option_root_symbol or "",
        option.strike_price,
        option.option_type,
    )
