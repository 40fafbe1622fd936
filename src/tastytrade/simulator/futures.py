"""Futures contracts: which months of a product are listed on a day, and the dates of each.

Index futures stop with the opening of the third Friday of their month. Crude oil stops three business
days before the 25th of the month before delivery (before the last business day up to the 25th), gold on
the third last business day of its month. Source: CME's, NYMEX's and COMEX's contract specifications. The
first day of notice for crude oil is the second business day after it stops, for gold the last business
day of the month before. Business days are the stock exchange's trading days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from math import exp

from msgspec import Struct

from tastytrade.dxfeed.future_symbols import MONTHS, FutureSymbol, format_future_symbol
from tastytrade.dxfeed.symbols import CENTURY
from tastytrade.simulator.future_products import FutureProduct
from tastytrade.simulator.instrument import Instrument, listed
from tastytrade.simulator.surface import RATE
from tastytrade.simulator.trading_days import (
    last_trading_day_of_month,
    last_trading_day_up_to,
    months_from,
    new_york_datetime,
    next_trading_day,
    previous_trading_day,
    third_friday,
)

LISTED_DAYS = 3 * 365
"""How long before its expiration a contract begins to trade."""
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_SECOND_SHARE = 0.2
"""What a contract has of the product's volume at most before it is its turn."""
_SERIAL_SHARE = 0.02
"""What a month that is none of the product's active ones trades of what an active one would."""


class Future(Struct, frozen=True, dict=True):
    """One contract. ``first_notice`` is None where nothing is delivered."""

    product: FutureProduct
    year: int
    month: int
    expiration: date
    first_notice: date | None

    @property
    def name(self) -> str:
        """Like ``ESZ6``: one digit of the year."""
        return f"{self.product.code}{self.letter}{self.year % 10}"

    @property
    def letter(self) -> str:
        return MONTHS[self.month - 1]

    @cached_property
    def symbol(self) -> str:
        """tastytrade's symbol, like ``/ESZ6``."""
        return f"/{self.name}"

    @cached_property
    def streamer_symbol(self) -> str:
        """dxFeed's symbol, like ``/ESZ26:XCME``."""
        product = self.product
        return format_future_symbol(FutureSymbol(product.code, self.letter, self.year, product.exchange_code))

    @cached_property
    def expires_at(self) -> datetime:
        """When it stops trading, UTC."""
        return new_york_datetime(self.expiration, self.product.expires)

    @cached_property
    def roll_date(self) -> date:
        """The last day of being the active month: some business days before notice or expiration."""
        last = self.first_notice or self.expiration
        return min(business_days_before(last, self.product.roll.business_days_offset), self.expiration)

    @property
    def closing_only_date(self) -> date:
        """Recorded: the expiration where cash is settled, else the day to roll."""
        return self.roll_date if self.product.has_delivery else self.expiration

    @property
    def is_active_month(self) -> bool:
        """Whether its month is one of those that are busy once they are near."""
        return self.letter in self.product.active_months

    def share_at(self, day: date) -> float:
        """Which part of the product's volume it has on a day: nearly all in its own turn, little before."""
        turns = (self.roll_date - day).days / self.product.cycle_days
        waiting = max(turns - 1.0, 0.0)
        share = _SECOND_SHARE * exp(-4.0 * waiting) if waiting else exp(min(4.0 * turns, 0.0))
        return share if self.is_active_month else share * _SERIAL_SHARE


def business_days_before(day: date, number: int) -> date:
    """The trading day so many trading days before a date."""
    for _ in range(number):
        day = previous_trading_day(day)
    return day


def future_of(product: FutureProduct, year: int, month: int) -> Future:
    """A product's contract of a month, listed or not."""
    if product.terms == "index":
        return Future(product, year, month, third_friday(year, month), None)
    before = date(year, month, 1) - _DAY
    if product.terms == "crude oil":
        last = business_days_before(last_trading_day_up_to(before.replace(day=25)), 3)
        return Future(product, year, month, last, next_trading_day(next_trading_day(last + _DAY) + _DAY))
    last = business_days_before(last_trading_day_of_month(year, month), 2)
    return Future(product, year, month, last, last_trading_day_of_month(before.year, before.month))


def _contracts(product: FutureProduct, first: date) -> Iterator[Future]:
    """The contracts of a product that have not expired before a day, by month, endlessly."""
    for year, month in months_from(first):
        if year not in CENTURY:
            return
        if MONTHS[month - 1] in product.listed_months:
            future = future_of(product, year, month)
            if future.expiration >= first:
                yield future


def listed_futures(product: FutureProduct, today: date) -> list[Future]:
    """The contracts listed on a day, by month: the next few, then those of the active months.

    None outside the years 2000 to 2099, which the streamer's two digits cannot say.
    """
    found: list[Future] = []
    for number, future in enumerate(_contracts(product, today)):
        if number < product.near_months or future.is_active_month:
            found.append(future)
            if len(found) == product.listed_number:
                break
    return found


def expired_futures(product: FutureProduct, today: date) -> list[Future]:
    """The contracts of active months that expired in the year before a day, by month."""
    found = []
    for future in _contracts(product, today - _YEAR):
        if future.expiration >= today:
            break
        if future.is_active_month:
            found.append(future)
    return found


def active_futures(futures: list[Future], today: date) -> list[Future]:
    """Of a product's contracts those still to have or having their turn: the active month, the next, ..."""
    return [future for future in futures if future.is_active_month and future.roll_date >= today]


def factor_at(future: Future, day: date) -> float:
    """What a contract's price is, on a day, for each dollar of what it follows."""
    product = future.product
    years = max((future.expiration - day).days, 0) / 365.0
    return product.ratio * exp(product.carry * years)


def instrument_of(future: Future, spot: Instrument, today: date) -> Instrument:
    """A contract as an instrument; ``spot`` is what its product follows."""
    product = future.product
    share = future.share_at(today)
    ticks = 1 if share > 0.1 else 2 if share > 0.005 else 4
    price = spot.price * factor_at(future, today)
    return listed(
        "Future",
        future.symbol,
        f"{product.description} {date(future.year, future.month, 1):%b %Y}",
        round(price / product.tick_size) * product.tick_size,
        spot.volatility,
        streamer_symbol=future.streamer_symbol,
        listed_market=product.exchange_code,
        exchange_code="G",
        listed_since=future.expiration - timedelta(days=LISTED_DAYS),
        tick_size=product.tick_size,
        spread=ticks * product.tick_size,
        average_volume=max(product.average_volume * share, 1.0),
        average_trades=max(round(product.average_trades * share), 1),
        open_interest=round(product.open_interest * share**0.6) + 10,
        # The price of an option on a future comes from the future's own: the rate is its dividend.
        dividend_yield=RATE,
        strike_steps=product.strike_steps,
        lowest_strike=product.lowest_strike,
        option_ticks=product.option_ticks,
        option_volume=product.option_volume * max(share, 0.01),
    )
