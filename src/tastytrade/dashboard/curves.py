"""Curves: what analytics find in a chain table, as lines for a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from tastytrade.analytics import exposure, flip_level, smile, term_structure
from tastytrade.tables import Table


class Series(Struct, frozen=True):
    """One line, or the bars of one side."""

    name: str
    x: list[Any]
    y: list[Any]


class Mark(Struct, frozen=True):
    """A place on the x axis that has a name."""

    name: str
    x: float


class Curves(Struct, frozen=True):
    """One chart; ``x`` and ``y`` are what its axes show."""

    x: str
    y: str
    series: list[Series]
    marks: list[Mark]
    meta: dict[str, Any] = {}


def smile_curves(measured: Table) -> Curves:
    """Implied volatility over strikes: of the side out of the money, of calls and of puts."""
    found = smile(measured)
    lines = {"smile": "volatility", "calls": "call_volatility", "puts": "put_volatility"}
    series = [_line(found, name, "strike_price", column) for name, column in lines.items()]
    marks = _marks(spot=_first(measured, "spot"), forward=_first(found, "forward"))
    return Curves("strike", "implied volatility", series, marks)


def term_curves(measured: Table) -> Curves:
    """Volatility at the money and the expected move over days to expiration."""
    found = term_structure(measured)
    days = "days_to_expiration"
    lines = {
        "volatility": "volatility",
        "expected move": "straddle_move",
        "expected move by volatility": "volatility_move",
        "forward": "forward",
    }
    series = [_line(found, name, days, column) for name, column in lines.items()]
    labels = [
        f"{day} {root}" for day, root in zip(found["expiration_date"], found["root_symbol"], strict=True)
    ]
    return Curves("days to expiration", "implied volatility", series, [], {"expirations": labels})


def exposure_curves(measured: Table, what: Literal["gamma", "vanna", "charm"]) -> Curves:
    """Dollars of delta by strike, of calls, puts and both, and where gamma's total changes its sign."""
    found = exposure(measured)
    sides = {"calls": f"call_{what}_exposure", "puts": f"put_{what}_exposure", "total": f"{what}_exposure"}
    series = [_line(found, name, "strike_price", column) for name, column in sides.items()]
    flip = flip_level(measured) if what == "gamma" else None
    marks = _marks(spot=_first(measured, "spot"), flip=flip)
    units = {"gamma": "$ of delta a 1 % move", "vanna": "$ of delta a point", "charm": "$ of delta a day"}
    return Curves("strike", units[what], series, marks, {"what": what})


def _line(table: Table, name: str, x: str, y: str) -> Series:
    known = table.filter(table[y].is_not_null() & table[x].is_not_null())
    return Series(name, _numbers(known[x].to_list()), known[y].to_list())


def _numbers(values: Sequence[Any]) -> list[Any]:
    return [value if isinstance(value, int) else float(value) for value in values]


def _first(table: Table, column: str) -> float | None:
    known = table[column].drop_nulls()
    return None if known.is_empty() else float(known[0])


def _marks(**places: float | None) -> list[Mark]:
    return [Mark(name, place) for name, place in places.items() if place is not None]
