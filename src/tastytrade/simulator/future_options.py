"""Options on futures: which expirations a product has on a day, on which contract, with which strikes.

Index options of the quarterly months stop with their future; weekly and month-end ones at 16:00 New York,
on the contract that lives longest closest after. Options on crude oil stop three business days before
their future, on gold on the fourth last business day of the month before (a day earlier on a Friday or
before a holiday). Source: CME's, NYMEX's and COMEX's contract specifications.
Weeklies that would fall on a holiday are not listed, Friday's come a day earlier; none is on a month's
last day where there are options of the month's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice

from msgspec import Struct

from tastytrade.dxfeed.future_symbols import (
    MONTHS,
    FutureOptionSymbol,
    format_future_option_symbol,
    streamer_to_future_option,
)
from tastytrade.dxfeed.symbols import OptionType
from tastytrade.simulator.future_products import FutureOptionProduct, FutureProduct
from tastytrade.simulator.futures import Future, business_days_before, future_of
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.option_series import NEAR_DAYS, OptionKind, strikes
from tastytrade.simulator.trading_days import (
    FRIDAY,
    is_trading_day,
    last_trading_day_of_month,
    last_trading_day_up_to,
    months_from,
    new_york_datetime,
    nth_weekday,
    previous_trading_day,
)

QUARTERLIES = 5
MONTHLIES = 9
MONTH_ENDS = 3
DAILY_DAYS = 28
WEEKLY_DAYS = 42
"""Calendar days ahead for which there are Monday-to-Thursday and Friday weeklies."""
_DAY = timedelta(days=1)


class FutureOptionSeries(Struct, frozen=True, dict=True):
    """One expiration of one root. ``year`` and ``month`` are those its name says."""

    product: FutureOptionProduct
    future: Future
    year: int
    month: int
    expiration: date

    @property
    def contract(self) -> str:
        """tastytrade's name, like ``E1AN6``."""
        return f"{self.product.root}{MONTHS[self.month - 1]}{self.year % 10}"

    @cached_property
    def expires_at(self) -> datetime:
        """When it stops trading, UTC."""
        return new_york_datetime(self.expiration, self.product.expires)

    def option(self, strike: Decimal, option_type: OptionKind) -> ListedFutureOption:
        """The option of a strike, listed or not."""
        return ListedFutureOption(self, strike, option_type)


class ListedFutureOption(Struct, frozen=True, dict=True):
    """One option on a future. ``strike`` is exact."""

    series: FutureOptionSeries
    strike: Decimal
    option_type: OptionKind

    @property
    def underlying(self) -> str:
        """The future's symbol, like ``/ESU6``."""
        return self.series.future.symbol

    @property
    def expiration(self) -> date:
        return self.series.expiration

    @property
    def expires_at(self) -> datetime:
        return self.series.expires_at

    @cached_property
    def symbol(self) -> str:
        """tastytrade's symbol, like ``./ESU6 E1AN6 260706P6260``."""
        return streamer_to_future_option(
            self.streamer_symbol, underlying=self.underlying, expiration=self.expiration
        )

    @cached_property
    def streamer_symbol(self) -> str:
        """dxFeed's symbol, like ``./E1AN26P6260:XCME``."""
        series = self.series
        return format_future_option_symbol(
            FutureOptionSymbol(
                series.product.root,
                MONTHS[series.month - 1],
                series.year,
                OptionType(self.option_type),
                self.strike,
                exchange=series.future.product.exchange_code,
            )
        )


def monthly_expiration(product: FutureProduct, year: int, month: int) -> date:
    """The last day of the options of a delivery month, where something is delivered."""
    if product.terms == "crude oil":
        return business_days_before(future_of(product, year, month).expiration, 3)
    before = date(year, month, 1) - _DAY
    day = business_days_before(last_trading_day_of_month(before.year, before.month), 3)
    return day if is_trading_day(day + _DAY) else previous_trading_day(day)


def series_of(product: FutureProduct, futures: list[Future], today: date) -> list[FutureOptionSeries]:
    """Every expiration of a product's options on a day, by date and root; ``futures`` are its contracts."""
    found = []
    for option_product in product.option_products:
        for year, month, day in _days(product, option_product, futures, today):
            future = _underlying(product, option_product, futures, day)
            if future is not None and day >= today:
                found.append(FutureOptionSeries(option_product, future, year, month, day))
    return sorted(found, key=lambda one: (one.expires_at, one.product.root))


def strikes_of(series: FutureOptionSeries, underlying: Instrument, today: date) -> list[Decimal]:
    """The strikes of a series around the price of its future, ascending."""
    return strikes(underlying, is_near=(series.expiration - today).days <= NEAR_DAYS)


def _days(
    product: FutureProduct, option_product: FutureOptionProduct, futures: list[Future], today: date
) -> Iterable[tuple[int, int, date]]:
    """Year and month that name each expiration of a root, and its day; some may be over."""
    cycle = option_product.cycle
    if cycle == "quarterly":
        return [(one.year, one.month, one.expiration) for one in futures[:QUARTERLIES]]
    if cycle == "month end":
        return islice(
            ((*month, last_trading_day_of_month(*month)) for month in months_from(today)), MONTH_ENDS
        )
    if cycle == "weekly":
        return _weeklies(product, option_product, today)
    months = ((*month, monthly_expiration(product, *month)) for month in months_from(today))
    return islice((month for month in months if month[-1] >= today), MONTHLIES)


def _weeklies(
    product: FutureProduct, option_product: FutureOptionProduct, today: date
) -> Iterator[tuple[int, int, date]]:
    is_friday = option_product.weekday == FRIDAY
    last = today + timedelta(days=WEEKLY_DAYS if is_friday else DAILY_DAYS)
    others = {
        day
        for other in product.option_products
        if other.cycle in {"month end", "monthly"}
        for _, _, day in _days(product, other, [], today)
    }
    for year, month in months_from(today):
        day = nth_weekday(year, month, option_product.weekday, option_product.week)
        if date(year, month, 1) > last:
            return
        if day.month != month:  # no fifth such day
            continue
        if is_friday:
            day = last_trading_day_up_to(day)
        if today <= day <= last and is_trading_day(day) and day not in others:
            yield year, month, day


def _underlying(
    product: FutureProduct, option_product: FutureOptionProduct, futures: list[Future], day: date
) -> Future | None:
    """The first contract that outlives an option: whose own options do, where something is delivered."""
    expires_at = new_york_datetime(day, option_product.expires)
    for future in futures:
        if not product.has_delivery:
            if future.expires_at >= expires_at:
                return future
        elif future.is_active_month and monthly_expiration(product, future.year, future.month) >= day:
            return future
    return None
