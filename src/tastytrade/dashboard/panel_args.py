"""What each panel can be asked to show: one Struct a panel, by which what comes from a page is checked."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from tastytrade.dxfeed.symbol_list import one_or_several
from tastytrade.errors import ConfigurationError

SYMBOLS = 200
"""Symbols of a watch list, or of one tape."""

Symbol = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\s{}]+( [^\s{}]+)*$")]
Symbols = Annotated[tuple[Symbol, ...], Meta(min_length=1, max_length=SYMBOLS)]
Period = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}[smhdw]$|^[1-9][0-9]?mo$")]


class Args(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a panel shows. Two that are equal are one view, whoever looks."""


class OfChain(Args, frozen=True):
    """One expiration of a chain: by date or days to expiration, else the nearest."""

    underlying: Symbol
    expiration: date | None = None
    dte: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    root: Symbol | None = None


class ChainArgs(OfChain, frozen=True):
    around: Annotated[int, Meta(ge=1, le=500)] = 20
    """Strikes around the price of the underlying."""


class CandleArgs(Args, frozen=True):
    symbol: Symbol
    period: Period = "1m"


class SmileArgs(OfChain, frozen=True):
    pass


class TermArgs(Args, frozen=True):
    underlying: Symbol
    root: Symbol | None = None


class ExposureArgs(OfChain, frozen=True):
    what: Literal["gamma", "vanna", "charm"] = "gamma"


class PrintArgs(Args, frozen=True):
    symbols: Symbols


class HealthArgs(Args, frozen=True):
    pass


class QuoteArgs(Args, frozen=True):
    symbols: Symbols


PANELS: dict[str, type[Args]] = {
    "chain": ChainArgs,
    "candles": CandleArgs,
    "smile": SmileArgs,
    "term": TermArgs,
    "exposure": ExposureArgs,
    "prints": PrintArgs,
    "health": HealthArgs,
    "quotes": QuoteArgs,
}
_NAMES = ("underlying", "root", "symbol", "symbols")
_FIELD = re.compile(r" - at `\$\.?(.*)`")


def parse_args(panel: str, text: bytes) -> Args:
    """The arguments of a panel, from JSON. Raises ConfigurationError, also for a panel there is not."""
    if panel not in PANELS:
        raise ConfigurationError(f"there is no such panel; there are: {', '.join(PANELS)}")
    try:
        args = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        found = {name: msgspec.json.decode(value) for name, value in args.items()}
        made = msgspec.convert(found, PANELS[panel], strict=True)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ConfigurationError(f"{panel} cannot be shown so: {_FIELD.sub(_place, str(error))}") from None
    for name in _NAMES:
        value = getattr(made, name, None)
        if value is not None:
            one_or_several(value)
    return made


def _place(found: re.Match[str]) -> str:
    return f" ({found[1]})" if found[1] else ""


def as_json(args: Args) -> bytes:
    """The arguments as they are told to pages."""
    return msgspec.json.encode(args)
