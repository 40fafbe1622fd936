"""Chain tables for tests, priced by another implementation of the closed form: the simulator's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import polars as pl

from tastytrade.dxfeed import EventBatch, Greeks, Quote, Summary, Trade
from tastytrade.instruments.market_time import NEW_YORK
from tastytrade.instruments.models import Option
from tastytrade.simulator.black_scholes import Valuation, value_of
from tastytrade.tables import TableBuilder, chain_table
from tests.unit.instruments.options import SECOND, option

SPOT = 5900.0
MOMENT = datetime(2025, 1, 10, 10, tzinfo=NEW_YORK)
AT = int(MOMENT.timestamp()) * 10**9
STRIKES = [5700.0, 5800.0, 5850.0, 5900.0, 5950.0, 6000.0, 6100.0]
OPEN_INTEREST, VOLUME = 1000.0, 50.0

Smile = Callable[[float], float]


class World(NamedTuple):
    """What options are worth in a test."""

    spot: float = SPOT
    volatility: float | Smile = 0.2
    rate: float = 0.0
    dividend: float = 0.0

    def value(self, one: Option, at: int = AT) -> Valuation:
        return value_of(
            self.spot,
            float(one.strike_price),
            years_of(one, at),
            self.at(float(one.strike_price)),
            rate=self.rate,
            dividend=self.dividend,
            is_call=one.option_type.name == "CALL",
        )

    def at(self, strike: float) -> float:
        return self.volatility(strike) if callable(self.volatility) else self.volatility


PLAIN = World()


def years_of(one: Option, at: int = AT) -> float:
    """Years of 365 days to 16:00 in New York, or 9:30 for AM settlement."""
    hour, minute = (9, 30) if one.settlement_type == "AM" else (16, 0)
    day = one.expiration_date
    expires = datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)
    return (expires.timestamp() - at / 1e9) / 86_400 / 365


def listed(
    strikes: Iterable[float] = STRIKES,
    *,
    days: Iterable[date] = (SECOND,),
    kinds: str = "CP",
    root: str = "SPXW",
    settlement: str = "PM",
) -> list[Option]:
    strikes = list(strikes)
    return [
        option(strike, kind, day=day, root=root, settlement=settlement)
        for day in days
        for strike in strikes
        for kind in kinds
    ]


def chain(
    options: Iterable[Option],
    world: World = PLAIN,
    *,
    spread: float = 0.0,
    greeks: bool = False,
    at: int = AT,
) -> pl.DataFrame:
    """A chain table whose mids are the theoretical prices; ``greeks``: with those of the feed as well."""
    options = list(options)
    values = [world.value(one, at) for one in options]
    symbols = [one.streamer_symbol for one in options]
    prices = [value.price for value in values]
    quotes = {
        "bidPrice": [price - spread / 2 for price in prices],
        "askPrice": [price + spread / 2 for price in prices],
    }
    told = {
        name: [getattr(value, name) for value in values]
        for name in ("delta", "gamma", "theta", "vega", "rho")
    }
    told["volatility"] = [world.at(float(one.strike_price)) for one in options]
    count = len(options)
    return chain_table(
        options,
        quotes=events(Quote, symbols, **quotes),
        greeks=events(Greeks, symbols, **told) if greeks else None,
        summaries=events(Summary, symbols, openInterest=[OPEN_INTEREST] * count),
        trades=events(Trade, symbols, price=prices, dayVolume=[VOLUME] * count),
        at=at,
    )


def events(event_class: type[Any], symbols: list[str], **columns: list[float]) -> pl.DataFrame:
    builder = TableBuilder(event_class, latest=True)
    builder.append(EventBatch(event_class, {"eventSymbol": symbols, **columns}, received_ns=AT))
    return builder.table
