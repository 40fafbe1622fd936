"""What /market-metrics is asked about: listed instruments with options, and futures products by root."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Protocol

from msgspec import Struct

from tastytrade.dxfeed import Greeks, Trade
from tastytrade.dxfeed.event import NAN
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.listing import ListedFutureOption, ListedOption, Listing
from tastytrade.simulator.market_now import MarketNow

Expiration = tuple[date, str, float]
"""An expiration's day, its settlement (AM or PM), and the volatility of its option nearest to the money."""


class Underlying(Struct, frozen=True):
    """``name`` is the streamer symbol of its prices; ``instrument`` is None for a futures product."""

    symbol: str
    name: str
    option_volume: float
    instrument: Instrument | None = None


def underlying_of(listing: Listing, symbol: str) -> Underlying | None:
    """What a symbol like ``SPX`` or ``/ES`` names; None where there are no options on it."""
    instrument = listing.instrument(symbol)
    if instrument is not None:
        if not instrument.has_options:
            return None
        return Underlying(symbol, instrument.streamer_symbol, instrument.option_volume, instrument)
    futures = listing.futures(symbol) if symbol.startswith("/") else []
    if not futures:
        return None
    busiest = max(futures, key=lambda future: future.share_at(listing.today))
    return Underlying(symbol, busiest.streamer_symbol, busiest.product.option_volume)


def expirations_of(market: MarketNow, underlying: Underlying) -> list[Expiration]:
    """Every expiration of its options that has one with a price, by date."""
    found: dict[tuple[date, str], float] = {}
    for day, settlement, name, options in _chains(market, underlying):
        price = market.event(Trade, name).get("price")
        if price is None:  # a contract that has stopped trading
            continue
        nearest = min(options, key=lambda option: abs(float(option.strike) - price))
        volatility = market.event(Greeks, nearest.streamer_symbol).get("volatility", NAN)
        found.setdefault((day, settlement), volatility)
    return [(day, settlement, volatility) for (day, settlement), volatility in sorted(found.items())]


class _Option(Protocol):
    @property
    def strike(self) -> Decimal: ...

    @property
    def streamer_symbol(self) -> str: ...


def _chains(market: MarketNow, underlying: Underlying) -> Iterator[tuple[date, str, str, list[_Option]]]:
    """Day, settlement, the streamer symbol of what is optioned, and options, of each expiration."""
    listing = market.listing
    if underlying.instrument is not None:
        for (day, settlement), options in groupby(listing.chain(underlying.symbol), _key):
            yield day, settlement, underlying.name, list(options)
        return
    for series, future_options in groupby(listing.future_chain(underlying.symbol), _series_key):
        chosen = list(future_options)
        future = chosen[0].series.future
        settlement = "AM" if chosen[0].series.product.is_am_settled else "PM"
        yield series[0], settlement, future.streamer_symbol, list(chosen)


def _key(option: ListedOption) -> tuple[date, str]:
    return option.expiration, option.settlement_type


def _series_key(option: ListedFutureOption) -> tuple[date, str]:
    return option.series.expiration, option.series.product.root
