"""Symbols of listed options (OCC and streamer spelling) and of cryptocurrencies: parse and format.

The REST API gives streamer symbols; build one only where there is no REST record to take it from.
Candle symbols are in ``candle_symbols``, futures and their options in ``future_symbols``; which of all
these a text is, ``streamer_symbols`` knows. Strikes are handled as text, never rounded.
Source: OCC's 21-character symbology, tastytrade's symbology page, recorded streamer symbols.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from tastytrade.errors import SymbolError

STRIKE = r"(?P<strike>(?:[0-9]{1,12})?(?:\.[0-9]{1,9})?)(?<=[0-9])"
"""A strike price in a pattern: ``500``, ``27.5``, ``0.05``; what it matches is exact as a Decimal."""

CENTURY = range(2000, 2100)
"""The years that two digits can mean."""

_ROOT = r"(?P<root>[A-Z0-9][A-Z0-9./]*)"
_STREAMER = re.compile(rf"\.{_ROOT}(?P<expiration>[0-9]{{6}})(?P<type>[CP]){STRIKE}")
_OCC = re.compile(
    rf"(?=.{{21}}$){_ROOT} *(?P<expiration>[0-9]{{6}})(?P<type>[CP])(?P<thousandths>[0-9]{{8}})"
)
_CRYPTO = re.compile(r"(?P<pair>[A-Z0-9]+/[A-Z0-9]+)")
_CRYPTO_VENUE = ":CXTALP"


class OptionType(StrEnum):
    CALL = "C"
    PUT = "P"


class OptionSymbol(Struct, frozen=True):
    """An option on a stock, fund or index. ``root`` is a class of options: ``SPXW``, ``BABA2`` (adjusted)."""

    root: str
    expiration: date
    option_type: OptionType
    strike: Decimal


def parse_option_symbol(text: str) -> OptionSymbol:
    """The option a streamer symbol like ``.SPY250117C502.5`` names. Raises SymbolError."""
    # The pattern can only end one way, so roots that end in digits are read right.
    form = _STREAMER.fullmatch(text)
    if form is None:
        raise SymbolError(f"not a streamer option symbol: {text!r} (expected like .SPY250117C500)")
    expiration = parse_expiration(form["expiration"], text)
    return OptionSymbol(form["root"], expiration, OptionType(form["type"]), Decimal(form["strike"]))


def format_option_symbol(option: OptionSymbol) -> str:
    """The streamer symbol, like ``.SPY250117C502.5``.

    Raises SymbolError for what no symbol can say: a root in small letters, a strike below zero, a day
    outside 2000-2099.
    """
    day = format_expiration(option.expiration)
    text = f".{option.root}{day}{option.option_type}{format_number(option.strike)}"
    return written(text, _STREAMER, expected=".SPY250117C500")


def parse_occ_symbol(text: str) -> OptionSymbol:
    """The option an OCC symbol like ``"SPY   250117C00502500"`` names. Raises SymbolError."""
    form = _OCC.fullmatch(text)
    if form is None:
        raise SymbolError(
            f"not an OCC symbol: {text!r} (expected 21 characters like 'SPY   250117C00500000')"
        )
    expiration = parse_expiration(form["expiration"], text)
    # As text, so that no decimal context can round it.
    strike = Decimal(f"{form['thousandths'][:-3]}.{form['thousandths'][-3:]}")
    return OptionSymbol(form["root"], expiration, OptionType(form["type"]), strike)


def format_occ_symbol(option: OptionSymbol) -> str:
    """The OCC symbol, 21 characters.

    Raises SymbolError where OCC's form has no room: a root above 6 characters, a strike of 100000
    and more, or one with a fraction below a thousandth.
    """
    dollars, _, fraction = format_number(option.strike).partition(".")
    day = format_expiration(option.expiration)
    text = f"{option.root:<6}{day}{option.option_type}{dollars:0>5}{fraction:0<3}"
    if not _OCC.fullmatch(text):
        raise SymbolError(
            f"{option.option_type} {option.strike} of {option.root} on {option.expiration} has no OCC symbol "
            "(expected a root of 1-6 characters and a strike below 100000 in whole thousandths)"
        )
    return text


def occ_to_streamer(text: str) -> str:
    """``"BABA2 251017C00145000"`` to ``".BABA2251017C145"``. Raises SymbolError."""
    return format_option_symbol(parse_occ_symbol(text))


def streamer_to_occ(text: str) -> str:
    """``".BABA2251017C145"`` to ``"BABA2 251017C00145000"``. Raises SymbolError."""
    return format_occ_symbol(parse_option_symbol(text))


def crypto_to_streamer(symbol: str) -> str:
    """``"BTC/USD"`` to ``"BTC/USD:CXTALP"``. Raises SymbolError."""
    if not _CRYPTO.fullmatch(symbol):
        raise SymbolError(f"not a cryptocurrency symbol: {symbol!r} (expected like BTC/USD)")
    return symbol + _CRYPTO_VENUE


def streamer_to_crypto(text: str) -> str:
    """``"BTC/USD:CXTALP"`` to ``"BTC/USD"``. Raises SymbolError."""
    pair = text.removesuffix(_CRYPTO_VENUE)
    if pair == text or not _CRYPTO.fullmatch(pair):
        raise SymbolError(f"not a streamer cryptocurrency symbol: {text!r} (expected like BTC/USD:CXTALP)")
    return pair


def parse_expiration(yymmdd: str, symbol: str) -> date:
    """The date in ``symbol``'s six digits, in this century. Raises SymbolError when there is no such day."""
    try:
        return date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        raise SymbolError(
            f"no such day: {yymmdd} in option symbol {symbol!r} (expected yymmdd like 250117)"
        ) from None


def format_expiration(expiration: date) -> str:
    """The day as six digits, ``250117``. Raises SymbolError outside the one century they can say."""
    if expiration.year not in CENTURY:
        raise SymbolError(f"no symbol can say {expiration} (expected a day in 2000-2099)")
    return f"{expiration:%y%m%d}"


def format_number(number: Decimal) -> str:
    """A number as symbols spell it: exact, no trailing zeros, a leading one below 1 (``0.05``)."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def written(text: str, form: re.Pattern[str], *, expected: str) -> str:
    """The symbol just put together, when it can be read again. Raises SymbolError."""
    if not form.fullmatch(text):
        raise SymbolError(f"{text!r} would be no symbol: a part of it is wrong (expected like {expected})")
    return text
