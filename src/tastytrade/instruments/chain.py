"""OptionChain: all options on one underlying, by expiration date.

chain = await get_option_chain(session, "SPX")
near = chain.nearest_expiration().around(5915.0, points=10)
today = chain.expiration(dte=0, root="SPXW")
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from tastytrade.dxfeed.symbols import OptionType
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.by_date import ByDate
from tastytrade.instruments.expiration import (
    AnyGreeks,
    Expiration,
    deltas_of,
    nearest_delta,
    place,
    without_greeks,
)
from tastytrade.instruments.models import Option

__all__ = ["Expiration", "OptionChain"]

Day = TypeVar("Day", date, int)


class OptionChain(ByDate[Option]):
    """A mapping from expiration date, ascending, to that date's options of all roots.

    A date's options are sorted by root, strike, and call before put; so are ``options``, date by date.
    """

    def __init__(self, underlying: str, options: Iterable[Option]) -> None:
        super().__init__(options, place)
        self.underlying = underlying

    def __repr__(self) -> str:
        return f"<OptionChain {self.underlying}: {len(self)} expirations, {len(self.options)} options>"

    @property
    def symbols(self) -> list[str]:
        """The streamer symbols, in the order of the options."""
        return [option.streamer_symbol for option in self.options]

    def roots(self, expiration: date) -> list[str]:
        """The roots that have options on this date: for SPX on a third Friday, SPX and SPXW."""
        return list(self._by_root(expiration))

    def expiration(
        self, day: date | None = None, root: str | None = None, *, dte: int | None = None
    ) -> Expiration:
        """The options of one root on one date, or ``dte`` days to expiration as the service counts them.

        Without ``root``, where a date has several: PM-settled before AM-settled, standard contracts before
        adjusted ones, then the root with most options. Raises ConfigurationError where there are none.
        """
        if day is None and dte is not None:
            day = self._day(dte)
        elif day is None or dte is not None:
            raise ConfigurationError("expiration() takes a day or dte (days to expiration), one of them")
        by_root = self._by_root(day)
        if not by_root:
            near = _nearest(self.expirations, day)
            raise ConfigurationError(f"no {self.underlying} option expires on {day} ({near})")
        if root is None:
            root = min(by_root, key=lambda name: _preference(by_root[name]))
        if root not in by_root:
            raise ConfigurationError(
                f"no option of root {root!r} expires on {day}; roots there: {', '.join(by_root)}"
            )
        return Expiration(by_root[root])

    def nearest_expiration(self, today: date | None = None) -> Expiration:
        """The first expiration, or the first on or after ``today``; its root as ``expiration`` chooses it.

        The service lists expirations up to and including today's. Raises ConfigurationError when there
        is none.
        """
        day = next((one for one in self._options if today is None or one >= today), None)
        if day is None:
            since = f" on or after {today}" if today is not None else ""
            raise ConfigurationError(
                f"no {self.underlying} option expires{since}; check the symbol and the day"
            )
        return self.expiration(day)

    def around(
        self,
        price: float | Decimal | None = None,
        *,
        strikes: int | None = None,
        points: float | Decimal | None = None,
    ) -> OptionChain:
        """The chain with the options around ``price`` alone: ``Expiration.around`` for each date and root."""
        found = (one.around(price, strikes=strikes, points=points) for one in self._each())
        return OptionChain(self.underlying, (option for options in found for option in options))

    def at_the_money(self, price: float | Decimal) -> OptionChain:
        """The chain with the strike nearest to ``price`` alone, on each date and root."""
        return self.around(price, strikes=1)

    def delta(self, wanted: float, greeks: AnyGreeks, *, side: OptionType | None = None) -> OptionChain:
        """The chain with the options nearest to a delta alone: ``Expiration.delta`` for each date and root.

        Dates and roots without Greeks are left out. Raises ConfigurationError when there are no others.
        """
        deltas = deltas_of(greeks)
        found = (nearest_delta(one.options, wanted, deltas, side=side) for one in self._each())
        narrowed = OptionChain(self.underlying, (option for options in found for option in options))
        if not narrowed:
            raise without_greeks(repr(self), side)
        return narrowed

    def _by_root(self, day: date) -> dict[str, list[Option]]:
        by_root: dict[str, list[Option]] = {}
        for option in self._options.get(day, []):
            by_root.setdefault(option.root_symbol, []).append(option)
        return by_root

    def _each(self) -> Iterator[Expiration]:
        for day in self._options:
            yield from map(Expiration, self._by_root(day).values())

    def _day(self, dte: int) -> date:
        days = {one.days_to_expiration: one.date for one in self._each()}
        if dte not in days:
            near = _nearest(sorted(one for one in days if one is not None), dte)
            raise ConfigurationError(f"no {self.underlying} option expires in {dte} days ({near})")
        return days[dte]


def _nearest(listed: list[Day], wanted: Day) -> str:
    """The ones before and after what is not listed, in words."""
    after = bisect_left(listed, wanted)
    return (
        f"the nearest: {', '.join(map(str, listed[max(0, after - 1) : after + 1]))}"
        if listed
        else "there are none known"
    )


def _preference(options: list[Option]) -> tuple[bool, bool, int, str]:
    first = options[0]
    return (
        first.settlement_type != "PM",
        first.option_chain_type not in {None, "Standard"},
        -len(options),
        first.root_symbol,
    )
