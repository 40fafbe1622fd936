"""Candle symbols, ``base[&X]{=<number><type>[,key=value...]}``: parse, format, and the canonical form.

A server answers under the canonical spelling (``SPY{=1d}`` is asked for, ``SPY{=d}`` comes back), so
subscriptions and events are matched by it. Source: dxFeed's CandleSymbol (QD dxfeed-api) and
recorded frames.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from msgspec import Struct

from tastytrade.dxfeed.symbols import format_number, written
from tastytrade.errors import SymbolError


class PeriodType(StrEnum):
    """What a candle's period counts; the value is the wire's abbreviation."""

    TICK = "t"
    SECOND = "s"
    MINUTE = "m"
    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "mo"
    OPTEXP = "o"
    """From one monthly option expiration (third Friday) to the next."""
    YEAR = "y"
    VOLUME = "v"
    PRICE = "p"
    PRICE_MOMENTUM = "pm"
    PRICE_RENKO = "pr"


class Alignment(StrEnum):
    """Where a day's periods begin to be counted."""

    MIDNIGHT = "m"
    SESSION = "s"


class CandlePrice(StrEnum):
    """The price a candle is made of. Options are charted with MARK; forex has no LAST."""

    LAST = "last"
    BID = "bid"
    ASK = "ask"
    MARK = "mark"
    SETTLEMENT = "s"


class CandleSymbol(Struct, frozen=True):
    """What a candle symbol says; the defaults are what an absent attribute means.

    base        the instrument's symbol, as dxFeed names it
    exchange    one letter for the candles of one exchange; None for all of them (composite)
    number      how many of ``period`` one candle spans, above 0; may be a fraction
    tho         trading hours only: the regular session alone
    level       price level filter (``pl``)
    others      further attributes as (key, value), sorted by key; ``dt`` is one
    """

    base: str
    exchange: str | None = None
    number: Decimal = Decimal(1)
    period: PeriodType = PeriodType.TICK
    alignment: Alignment = Alignment.MIDNIGHT
    tho: bool = False
    price: CandlePrice = CandlePrice.LAST
    level: Decimal | None = None
    others: tuple[tuple[str, str], ...] = ()


_FORM = re.compile(r"(?P<base>[^{}\s]+?)(?:&(?P<exchange>[^{}&\s]))?\{(?P<attributes>[^{}\s]+)\}")
_PERIOD = re.compile(r"(?P<number>(?=[0.]*[1-9])[0-9]{1,15}(?:\.[0-9]{1,9})?)?(?P<type>[a-z_]+)")
_LEVEL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_TRUTH = {"true": True, "false": False}
_EXPECTED = "expected like SPY{=5m,tho=true}"

Choice = TypeVar("Choice", bound=StrEnum)


def parse_candle_symbol(symbol: str) -> CandleSymbol:
    """What a candle symbol says, in any spelling of it.

    Raises SymbolError where the attributes cannot be read, or name one thing twice.
    """
    form = _FORM.fullmatch(symbol)
    if form is None:
        raise SymbolError(f"not a candle symbol: {symbol!r} ({_EXPECTED})")
    attributes = _attributes(form["attributes"], symbol)
    number, period = _parse_period(attributes.pop("", "t"), symbol)
    tho = attributes.pop("tho", "false")
    if tho not in _TRUTH:
        raise SymbolError(f"tho={tho} in candle symbol {symbol!r} (expected true or false)")
    return CandleSymbol(
        base=form["base"],
        exchange=form["exchange"],
        number=number,
        period=period,
        alignment=_choose(Alignment, "a", attributes.pop("a", "m"), symbol=symbol),
        tho=_TRUTH[tho],
        price=_choose(CandlePrice, "price", attributes.pop("price", "last"), symbol=symbol),
        level=_parse_level(attributes.pop("pl", None), symbol),
        # An empty value is what an absent attribute means (dt's default).
        others=tuple(sorted((key, value) for key, value in attributes.items() if value)),
    )


def format_candle_symbol(candle: CandleSymbol) -> str:
    """The canonical text: keys sorted with the period first, what is default left out.

    Candles of one tick and nothing else are written as the bare symbol, as dxFeed does. Raises SymbolError
    for a number or level that no symbol can say.
    """
    attributes = dict(candle.others)
    if candle.number != 1:
        attributes[""] = written(format_number(candle.number) + candle.period, _PERIOD, expected="5m")
    elif candle.period != PeriodType.TICK:
        attributes[""] = candle.period
    if candle.alignment != Alignment.MIDNIGHT:
        attributes["a"] = candle.alignment
    if candle.level is not None:
        attributes["pl"] = written(format_number(candle.level), _LEVEL, expected="0.5")
    if candle.price != CandlePrice.LAST:
        attributes["price"] = candle.price
    if candle.tho:
        attributes["tho"] = "true"
    base = candle.base if candle.exchange is None else f"{candle.base}&{candle.exchange}"
    if not attributes:
        return base
    return f"{base}{{{','.join(f'{key}={attributes[key]}' for key in sorted(attributes))}}}"


def canonical_candle_symbol(symbol: str) -> str:
    """The spelling under which a server answers; every spelling of one candle symbol has the same.

    Symbols without braces, and braces this package cannot read, come back as they are: nothing is
    raised, so it is safe on what a server sent.
    """
    return symbol if "{" not in symbol else _canonical(symbol)


@lru_cache(maxsize=4096)
def _canonical(symbol: str) -> str:
    try:
        return format_candle_symbol(parse_candle_symbol(symbol))
    except SymbolError:
        return symbol


def _attributes(text: str, symbol: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals or key in found:
            raise SymbolError(f"attribute {part!r} in candle symbol {symbol!r} ({_EXPECTED}, each key once)")
        # Keys are case-sensitive, values are not.
        found[key] = value.lower()
    return found


def _parse_period(text: str, symbol: str) -> tuple[Decimal, PeriodType]:
    form = _PERIOD.fullmatch(text)
    if form is None:
        raise SymbolError(f"period {text!r} in candle symbol {symbol!r} (expected like 5m, d or 1600t)")
    return Decimal(form["number"] or 1), _choose(PeriodType, "the period's type", form["type"], symbol=symbol)


def _parse_level(text: str | None, symbol: str) -> Decimal | None:
    if text is None:
        return None
    if not _LEVEL.fullmatch(text):
        raise SymbolError(f"price level {text!r} in candle symbol {symbol!r} (expected a number)")
    return Decimal(text) or Decimal(0)


def _choose(choices: type[Choice], what: str, text: str, *, symbol: str) -> Choice:
    """The member whose value is ``text``, else the first whose name begins with it (``min``, ``days``)."""
    for choice in choices:
        if choice.value == text:
            return choice
    for choice in choices:
        name = choice.name.lower()
        if text and (name.startswith(text) or f"{name}s" == text):
            return choice
    values = ", ".join(choices)
    raise SymbolError(f"{what} {text!r} in candle symbol {symbol!r} (expected one of {values})")
