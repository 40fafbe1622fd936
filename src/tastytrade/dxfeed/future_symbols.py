"""Symbols of futures and of options on them, as the streamer and as tastytrade spell them.

The streamer writes two digits of the year and the exchange (``/ESZ26:XCME``); tastytrade mostly one
digit and no exchange (``/ESZ6``). The streamer accepts one digit too but means another decade by it
(``/ESU6:XCME`` brought candles of 2016), so it is never sent one from here.
Source: tastytrade's symbology page, recorded streamer symbols and REST payloads.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from tastytrade.dxfeed.symbols import (
    CENTURY,
    STRIKE,
    OptionType,
    format_expiration,
    format_number,
    parse_expiration,
    written,
)
from tastytrade.errors import SymbolError

MONTHS = "FGHJKMNQUVXZ"
"""The letters of January to December."""

_CONTRACT = rf"(?P<root>[A-Z0-9]+)(?P<month>[{MONTHS}])(?P<year>[0-9]{{1,2}})"
_EXCHANGE = r"(?P<exchange>[A-Z0-9]+)"
_OPTION = rf"(?P<type>[CP]){STRIKE}"
_FUTURE_FORM = re.compile(rf"/{_CONTRACT}(?::{_EXCHANGE})?")
_STREAMER_OPTION_FORM = re.compile(rf"\./{_CONTRACT}{_OPTION}(?::{_EXCHANGE})?")
_OPTION_FORM = re.compile(
    rf"\.(?P<underlying>/[A-Z0-9]+[{MONTHS}][0-9]{{1,2}}) +{_CONTRACT} *(?P<expiration>[0-9]{{6}}){_OPTION}"
)
_NEARBY = range(-4, 6)
"""How many years the contract an option is named for may lie from its expiration: one digit tells which."""


class FutureSymbol(Struct, frozen=True):
    """A futures contract: ``month`` is its letter, ``year`` all four digits.

    ``exchange`` is the service's streamer-exchange-code (XCME, XCBT, XNYM, XCEC, ...), None where
    the text does not say.
    """

    root: str
    month: str
    year: int
    exchange: str | None = None


class FutureOptionSymbol(Struct, frozen=True):
    """An option on a future; root, month and year are those of the option contract (``E1AN26``).

    The streamer's form alone knows ``exchange``; tastytrade's alone knows the ``underlying`` future
    (``/ESU6``) and the ``expiration``. What a text did not say is None.
    """

    root: str
    month: str
    year: int
    option_type: OptionType
    strike: Decimal
    exchange: str | None = None
    underlying: str | None = None
    expiration: date | None = None


def parse_future_symbol(text: str, *, today: date | None = None) -> FutureSymbol:
    """The contract that ``/ESZ26:XCME`` or ``/ESZ6`` names.

    One digit of the year means the first such year from ``today``'s on, and cannot be read without
    it. Raises SymbolError.
    """
    form = _FUTURE_FORM.fullmatch(text)
    if form is None:
        raise SymbolError(f"not a future symbol: {text!r} (expected like /ESZ26:XCME or /ESZ6)")
    year = _year(form["year"], text, today.year if today else None)
    return FutureSymbol(form["root"], form["month"], year, form["exchange"])


def format_future_symbol(future: FutureSymbol) -> str:
    """The streamer symbol, like ``/ESZ26:XCME``.

    Raises SymbolError when the exchange is not known, or for what no symbol can say.
    """
    text = f"/{_streamer_contract(future)}:{_exchange(future)}"
    return written(text, _FUTURE_FORM, expected="/ESZ26:XCME")


def future_to_streamer(symbol: str, *, exchange: str | None = None, today: date) -> str:
    """``"/ESZ6"`` to ``"/ESZ26:XCME"``; only a symbol that says its exchange needs none given.

    Raises SymbolError, also when the symbol says another exchange.
    """
    future = parse_future_symbol(symbol, today=today)
    return format_future_symbol(replace(future, exchange=_agreed(future.exchange, exchange, symbol)))


def streamer_to_future(text: str, *, year_digits: int = 1) -> str:
    """``"/ESZ26:XCME"`` to ``"/ESZ6"``; some contracts are listed with two ``year_digits`` (``/VXX22``).

    Raises SymbolError, also for a streamer symbol with one digit of the year: it says too little.
    """
    if year_digits not in {1, 2}:
        raise SymbolError(f"a future symbol has 1 or 2 digits of the year, not {year_digits}")
    future = parse_future_symbol(text)
    return f"/{future.root}{future.month}{str(future.year)[-year_digits:]}"


def parse_future_option_symbol(text: str, *, today: date | None = None) -> FutureOptionSymbol:
    """The option that ``./E1AN26P6260:XCME`` or ``./ESU6 E1AN6 260706P6260`` names.

    One digit of the year is read next to the expiration, where the text has one, else as the first
    such year from ``today``'s on. Raises SymbolError.
    """
    form = _OPTION_FORM.fullmatch(text) or _STREAMER_OPTION_FORM.fullmatch(text)
    if form is None:
        raise SymbolError(
            f"not a future option symbol: {text!r} "
            "(expected like ./E1AN26P6260:XCME or './ESU6 E1AN6 260706P6260')"
        )
    known = form.groupdict()
    expiration = parse_expiration(known["expiration"], text) if "expiration" in known else None
    if expiration:
        earliest: int | None = expiration.year + _NEARBY.start
    else:
        earliest = today.year if today else None
    return FutureOptionSymbol(
        root=known["root"],
        month=known["month"],
        year=_year(known["year"], text, earliest),
        option_type=OptionType(known["type"]),
        strike=Decimal(known["strike"]),
        exchange=known.get("exchange"),
        underlying=known.get("underlying"),
        expiration=expiration,
    )


def format_future_option_symbol(option: FutureOptionSymbol) -> str:
    """The streamer symbol, like ``./E1AN26P6260:XCME``.

    Raises SymbolError when the exchange is not known, or for what no symbol can say.
    """
    strike = format_number(option.strike)
    text = f"./{_streamer_contract(option)}{option.option_type}{strike}:{_exchange(option)}"
    return written(text, _STREAMER_OPTION_FORM, expected="./E1AN26P6260:XCME")


def future_option_to_streamer(symbol: str, *, exchange: str | None = None, today: date | None = None) -> str:
    """``"./ESU6 E1AN6 260706P6260"`` to ``"./E1AN26P6260:XCME"``; arguments as those of the functions above.

    Raises SymbolError, also when the symbol says another exchange.
    """
    option = parse_future_option_symbol(symbol, today=today)
    return format_future_option_symbol(replace(option, exchange=_agreed(option.exchange, exchange, symbol)))


def streamer_to_future_option(text: str, *, underlying: str, expiration: date) -> str:
    """``"./E1AN26P6260:XCME"`` to ``"./ESU6 E1AN6 260706P6260"``, given ``/ESU6`` and the day.

    Raises SymbolError, also for an expiration so far from the contract's year that one digit would not tell.
    """
    if _FUTURE_FORM.fullmatch(underlying) is None or ":" in underlying:
        raise SymbolError(f"not a future symbol of tastytrade: {underlying!r} (expected like /ESU6)")
    option = parse_future_option_symbol(text)
    if option.year - expiration.year not in _NEARBY:
        raise SymbolError(f"{text} does not expire on {expiration}: check the day")
    contract = f"{option.root}{option.month}{option.year % 10}"
    day = format_expiration(expiration)
    return f".{underlying} {contract:<6}{day}{option.option_type}{format_number(option.strike)}"


def _year(digits: str, symbol: str, earliest: int | None) -> int:
    if len(digits) == 2:
        return 2000 + int(digits)
    if earliest is None:
        raise SymbolError(
            f"which decade {symbol!r} means is not known: pass today, or write two digits of the year"
        )
    return earliest + (int(digits) - earliest) % 10


def _streamer_contract(contract: FutureSymbol | FutureOptionSymbol) -> str:
    if contract.year not in CENTURY:
        raise SymbolError(f"no symbol can say the year {contract.year} (expected 2000-2099)")
    return f"{contract.root}{contract.month}{contract.year % 100:02d}"


def _exchange(contract: FutureSymbol | FutureOptionSymbol) -> str:
    if contract.exchange is None:
        raise SymbolError(
            f"a streamer symbol of {contract.root} needs its exchange (streamer-exchange-code, like XCME)"
        )
    return contract.exchange


def _agreed(said: str | None, given: str | None, symbol: str) -> str | None:
    if said and given and said != given:
        raise SymbolError(f"{symbol!r} is a symbol of {said}, not of {given}: leave the exchange out")
    return said or given
