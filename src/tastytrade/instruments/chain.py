"""OptionChain: all options on one underlying, by expiration date; Expiration: those of one date and root.

chain = await get_option_chain(session, "SPX")
near = chain.nearest_expiration().around(5915.0, points=10)
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite

from tastytrade.dxfeed.symbols import OptionType
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.models import Option


class OptionChain(Mapping[date, list[Option]]):
    """A mapping from expiration date, ascending, to that date's options of all roots.

    A date's options are sorted by root, strike, and call before put.
    """

    def __init__(self, underlying: str, options: Iterable[Option]) -> None:
        self.underlying = underlying
        self._options: dict[date, list[Option]] = {}
        for option in sorted(options, key=_place):
            self._options.setdefault(option.expiration_date, []).append(option)

    def __getitem__(self, expiration: date) -> list[Option]:
        return list(self._options[expiration])

    def __iter__(self) -> Iterator[date]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)

    def __repr__(self) -> str:
        return f"<OptionChain {self.underlying}: {len(self)} expirations, {len(self.options)} options>"

    @property
    def options(self) -> list[Option]:
        """Every option, by expiration, root, strike, call before put."""
        return [option for options in self._options.values() for option in options]

    @property
    def expirations(self) -> list[date]:
        """The expiration dates, ascending."""
        return list(self._options)

    def roots(self, expiration: date) -> list[str]:
        """The roots that have options on this date: for SPX on a third Friday, SPX and SPXW."""
        return list(dict.fromkeys(option.root_symbol for option in self._options.get(expiration, [])))

    def expiration(self, day: date, root: str | None = None) -> Expiration:
        """The options of one date and root.

        Without ``root``, where a date has several: PM-settled before AM-settled, standard contracts before
        adjusted ones, then the root with most options. Raises ConfigurationError where there are none.
        """
        by_root = {name: [one for one in self[day] if one.root_symbol == name] for name in self.roots(day)}
        if root is None and by_root:
            root = min(by_root, key=lambda name: _preference(by_root[name]))
        if root is None:
            near = ", ".join(map(str, self._around(day))) or "there are none"
            raise ConfigurationError(f"no {self.underlying} option expires on {day} (the nearest: {near})")
        if root not in by_root:
            raise ConfigurationError(
                f"no option of root {root!r} expires on {day}; roots there: {', '.join(by_root) or 'none'}"
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

    def _around(self, day: date) -> list[date]:
        days = self.expirations
        place = bisect_left(days, day)
        return days[max(0, place - 1) : place + 1]


class Expiration:
    """The options of one root on one date, sorted by strike, call before put; at least one."""

    def __init__(self, options: list[Option]) -> None:
        self.options = sorted(options, key=_place)
        self.date = self.options[0].expiration_date
        self.root = self.options[0].root_symbol
        self.settlement_type = self.options[0].settlement_type

    def __repr__(self) -> str:
        return f"<Expiration {self.root} {self.date}: {len(self.options)} options>"

    @property
    def strikes(self) -> list[Decimal]:
        """The strikes, ascending, each once."""
        return list(dict.fromkeys(option.strike_price for option in self.options))

    @property
    def calls(self) -> list[Option]:
        """The calls, by strike."""
        return [option for option in self.options if option.option_type is OptionType.CALL]

    @property
    def puts(self) -> list[Option]:
        """The puts, by strike."""
        return [option for option in self.options if option.option_type is OptionType.PUT]

    def at_the_money(self, price: float | Decimal) -> list[Option]:
        """The options at the strike nearest to ``price``: a call and a put (the lower of two as near)."""
        return self.around(price, strikes=1)

    def around(
        self,
        price: float | Decimal | None = None,
        *,
        strikes: int | None = None,
        points: float | Decimal | None = None,
    ) -> list[Option]:
        """The options around ``price``, sorted by strike, call before put.

        ``points=10``   those whose strike is at most 10 away from ``price``
        ``strikes=10``  those of the 10 strikes nearest to it (10 is the default): up to 20 options

        Without a price the middle one of the strikes stands for it: a first guess, since strikes are
        listed around where the underlying was. Raises ConfigurationError for a price that is no number,
        a negative distance, or both distances.
        """
        if strikes is not None and points is not None:
            raise ConfigurationError("around() takes strikes or points, not both")
        listed = self.strikes
        centre = _number(price, "price") if price is not None else listed[(len(listed) - 1) // 2]
        if points is not None:
            reach = _number(points, "distance")
            if reach < 0:
                raise ConfigurationError(f"around() needs points from 0 up, not {points}")
            chosen = {strike for strike in listed if abs(strike - centre) <= reach}
        else:
            count = 10 if strikes is None else strikes
            if count < 1:
                raise ConfigurationError(f"around() needs at least one strike, not {count}")
            chosen = set(sorted(listed, key=lambda strike: (abs(strike - centre), strike))[:count])
        return [option for option in self.options if option.strike_price in chosen]


def _place(option: Option) -> tuple[date, str, Decimal, str]:
    # "C" sorts before "P".
    return (option.expiration_date, option.root_symbol, option.strike_price, option.option_type)


def _preference(options: list[Option]) -> tuple[bool, bool, int, str]:
    first = options[0]
    return (
        first.settlement_type != "PM",
        first.option_chain_type not in {None, "Standard"},
        -len(options),
        first.root_symbol,
    )


def _number(value: float | Decimal, name: str) -> Decimal:
    if not isfinite(value):
        raise ConfigurationError(f"around() needs a number as {name}, not {value}; is there a quote yet?")
    return Decimal(str(value))
