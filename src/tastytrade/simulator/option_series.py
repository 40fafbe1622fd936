"""Which options an underlying has: expirations by rule, strikes around its price.

SPX (and its like) has two roots: SPX monthlies stop with the opening values of the third Friday (AM),
SPXW dailies, weeklies, month- and quarter-ends with its close (PM); on a third Friday both exist.
The times of expiry of AM-settled options are inferred: 09:30 New York, none has been recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice
from math import ceil, floor
from typing import Literal

from msgspec import Struct

from tastytrade.dxfeed.symbols import OptionSymbol, OptionType, format_occ_symbol, format_option_symbol
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.trading_days import (
    CLOSE,
    FRIDAY,
    OPEN,
    last_trading_day_of_month,
    last_trading_day_up_to,
    months_from,
    new_york_datetime,
    next_trading_day,
    third_friday,
)

ExpirationType = Literal["Regular", "Weekly", "Quarterly", "End-Of-Month"]
SettlementType = Literal["AM", "PM"]
ExerciseStyle = Literal["American", "European"]
OptionKind = Literal["C", "P"]

DAILIES = 15
WEEKLIES = 10
MONTHLIES = 12
NEAR_DAYS = 45
"""Expirations up to this many days away have the full range of fine strikes, later ones a quarter of it."""

_DAY = timedelta(days=1)


class Expiration(Struct, frozen=True):
    """One expiration of one root."""

    day: date
    root: str
    expiration_type: ExpirationType
    settlement_type: SettlementType
    exercise_style: ExerciseStyle

    @property
    def expires_at(self) -> datetime:
        """16:00 New York of the day, 09:30 when settled with the opening values; UTC."""
        return new_york_datetime(self.day, CLOSE if self.settlement_type == "PM" else OPEN)


class ListedOption(Struct, frozen=True, dict=True):
    """One listed option. ``strike`` is exact, ``expires_at`` is an aware UTC datetime."""

    underlying: str
    root: str
    expiration: date
    expiration_type: ExpirationType
    settlement_type: SettlementType
    exercise_style: ExerciseStyle
    strike: Decimal
    option_type: OptionKind
    expires_at: datetime

    @cached_property
    def symbol(self) -> str:
        """The 21-character OCC symbol, like ``"SPXW  250113C05915000"``."""
        return format_occ_symbol(self._named)

    @cached_property
    def streamer_symbol(self) -> str:
        """dxFeed's symbol, like ``".SPXW250113C5915"``: the root, and the strike without trailing zeros."""
        return format_option_symbol(self._named)

    @property
    def _named(self) -> OptionSymbol:
        return OptionSymbol(self.root, self.expiration, OptionType(self.option_type), self.strike)


def _trading_days(first: date) -> Iterator[date]:
    day = next_trading_day(first)
    while True:
        yield day
        day = next_trading_day(day + _DAY)


def _fridays(first: date) -> Iterator[date]:
    day = first + timedelta(days=(FRIDAY - first.weekday()) % 7)
    while True:
        yield last_trading_day_up_to(day)
        day += timedelta(days=7)


def _month_ends(first: date) -> Iterator[date]:
    return (last_trading_day_of_month(*month) for month in months_from(first))


def _third_fridays(first: date) -> Iterator[date]:
    return (day for day in (third_friday(*month) for month in months_from(first)) if day >= first)


def volatility_expiration(year: int, month: int) -> date:
    """The day VIX options of a month expire: 30 days before the next month's third Friday."""
    following = third_friday(year + month // 12, month % 12 + 1)
    return last_trading_day_up_to(following - timedelta(days=30))


def _type_of(day: date) -> ExpirationType:
    if day == third_friday(day.year, day.month):
        return "Regular"
    if day == last_trading_day_of_month(day.year, day.month):
        return "Quarterly" if day.month % 3 == 0 else "End-Of-Month"
    return "Weekly"


def _days(instrument: Instrument, today: date) -> set[date]:
    days = set(islice(_third_fridays(today), MONTHLIES))
    if instrument.cycle in {"daily", "weekly"}:
        days.update(day for day in islice(_fridays(today), WEEKLIES) if day >= today)
    if instrument.cycle == "daily":
        days.update(islice(_trading_days(today), DAILIES))
        days.update(islice(_month_ends(today), MONTHLIES))
    return days


def expirations(instrument: Instrument, today: date) -> list[Expiration]:
    """The expirations an instrument has on a trading day, by date and root."""
    if not instrument.has_options:
        return []
    root, daily_root = instrument.root, instrument.daily_root
    if instrument.cycle == "volatility index":
        days = (volatility_expiration(*month) for month in months_from(today))
        chosen = islice((day for day in days if day >= today), MONTHLIES)
        return [Expiration(day, root, "Regular", "AM", "European") for day in chosen]
    found = []
    for day in sorted(_days(instrument, today)):
        kind = _type_of(day)
        if not daily_root:
            found.append(Expiration(day, root, kind, "PM", "American"))
            continue
        if kind == "Regular":
            found.append(Expiration(day, root, "Regular", "AM", "European"))
            kind = "Weekly"
        found.append(Expiration(day, daily_root, kind, "PM", "European"))
    return found


def strikes(instrument: Instrument, *, is_near: bool) -> list[Decimal]:
    """The strikes around the instrument's price, ascending; finest next to the money."""
    found: set[float] = set()
    for number, (reach, step) in enumerate(instrument.strike_steps):
        fine = number < len(instrument.strike_steps) - 1
        distance = instrument.price * (reach / 4 if fine and not is_near else reach)
        lowest = max(ceil((instrument.price - distance) / step), ceil(instrument.lowest_strike / step), 1)
        highest = floor((instrument.price + distance) / step)
        found.update(multiple * step for multiple in range(lowest, highest + 1))
    return [Decimal(str(strike)).normalize() for strike in sorted(found)]


def build_chain(instrument: Instrument, today: date) -> list[ListedOption]:
    """Every option of an instrument, by expiration, root, strike, call before put."""
    near, far = strikes(instrument, is_near=True), strikes(instrument, is_near=False)
    chain = []
    for one in expirations(instrument, today):
        chosen = near if (one.day - today).days <= NEAR_DAYS else far
        expires_at = one.expires_at
        chain += [
            ListedOption(
                instrument.symbol,
                one.root,
                one.day,
                one.expiration_type,
                one.settlement_type,
                one.exercise_style,
                strike,
                option_type,
                expires_at,
            )
            for strike in chosen
            for option_type in ("C", "P")
        ]
    return chain
