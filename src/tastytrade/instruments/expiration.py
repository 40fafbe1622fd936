"""Expiration: the options of one root on one date, and the ways to choose some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite

from tastytrade.dxfeed.event import NAN
from tastytrade.dxfeed.events import Greeks
from tastytrade.dxfeed.symbols import OptionType
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.models import Option

AnyGreeks = Mapping[str, Greeks] | Iterable[Greeks]
"""Greeks events, the newest of an option last, or a mapping from streamer symbol to them."""


class Expiration:
    """The options of one root on one date, sorted by strike, call before put; at least one."""

    def __init__(self, options: Iterable[Option]) -> None:
        self.options = sorted(options, key=place)
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

    @property
    def symbols(self) -> list[str]:
        """The streamer symbols, in the order of the options."""
        return [option.streamer_symbol for option in self.options]

    @property
    def days_to_expiration(self) -> int | None:
        """Calendar days from New York's date at the time the chain was asked for, as the service counts."""
        known = (option.days_to_expiration for option in self.options)
        return next((days for days in known if days is not None), None)

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

    def delta(self, wanted: float, greeks: AnyGreeks, *, side: OptionType | None = None) -> list[Option]:
        """The call and the put whose delta, without its sign, is nearest to ``wanted``, like 0.25.

        ``side`` asks for one of them alone. Options without Greeks, or with a delta that is missing (nan),
        are left out. Raises ConfigurationError when none of this expiration has one.
        """
        found = nearest_delta(self.options, wanted, deltas_of(greeks), side=side)
        if not found:
            raise without_greeks(repr(self), side)
        return found


def place(option: Option) -> tuple[date, str, Decimal, str]:
    """What options are sorted by: expiration, root, strike, call before put ("C" sorts before "P")."""
    return (option.expiration_date, option.root_symbol, option.strike_price, option.option_type)


def deltas_of(greeks: AnyGreeks) -> dict[str, float]:
    """Streamer symbol -> the newest delta, nan where it is missing."""
    events = greeks.values() if isinstance(greeks, Mapping) else greeks
    return {event.eventSymbol: event.delta for event in events}


def nearest_delta(
    options: list[Option], wanted: float, deltas: dict[str, float], *, side: OptionType | None
) -> list[Option]:
    """The call, then the put, nearest to a delta, or the one on ``side``; less where deltas are missing."""
    if not 0 <= wanted <= 1:
        raise ConfigurationError(f"delta() needs a number from 0 to 1, like 0.25 for puts too, not {wanted}")
    found = []
    for one in OptionType if side is None else [side]:
        known = [
            option
            for option in options
            if option.option_type == one and isfinite(deltas.get(option.streamer_symbol, NAN))
        ]
        if known:
            # The first of several as near: the lowest strike.
            found.append(min(known, key=lambda option: abs(abs(deltas[option.streamer_symbol]) - wanted)))
    return found


def without_greeks(where: str, side: OptionType | None) -> ConfigurationError:
    """The error of asking for a delta where none is known."""
    what = "option" if side is None else side.name.lower()
    return ConfigurationError(
        f"no {what} of {where} has a delta among these Greeks: subscribe to Greeks of its symbols first"
    )


def _number(value: float | Decimal, name: str) -> Decimal:
    if not isfinite(value):
        raise ConfigurationError(f"around() needs a number as {name}, not {value}; is there a quote yet?")
    return Decimal(str(value))
