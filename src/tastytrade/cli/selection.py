"""Which options a command is to have: ``SPX:0dte:around=20``, and what the service lists of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from tastytrade.dxfeed.symbol_list import checked_symbol
from tastytrade.errors import ConfigurationError, Incomplete
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.models import Option
from tastytrade.instruments.nested_options import parse_nested_chain
from tastytrade.oneshot.chain import Narrowed, options_of
from tastytrade.rest.answer import items_of
from tastytrade.rest.call import Call, path
from tastytrade.rest.refusal import printable
from tastytrade.session import Session
from tastytrade.streamer import Streamer

Day = Literal["nearest", "next", "all"] | int | date


class Selection(Struct, frozen=True):
    """Options on an underlying. ``day`` may be a number of days to expiration; ``around`` is how many strikes
    nearest to the money, None for all."""

    text: str
    underlying: str
    day: Day = "nearest"
    around: int | None = None


class Chosen(Struct, frozen=True):
    """The streamer symbols of underlyings and options, and each underlying's nested chain as it came."""

    symbols: list[str]
    answers: dict[str, dict[str, Any]]


def parse_selection(text: str) -> Selection:
    """What ``--chain`` was given. Raises ConfigurationError or SymbolError."""
    underlying, *parts = text.split(":")
    if checked_symbol(underlying).startswith(("/", ".")):
        raise ConfigurationError(
            f"--chain {printable(text, limit=80)}: chains are of stocks, funds and indices; name options "
            "on futures as symbols"
        )
    days = [part for part in parts if not part.startswith("around=")]
    counts = [part.removeprefix("around=") for part in parts if part.startswith("around=")]
    day = _day(days[0].lower()) if days else "nearest"
    if (
        len(days) > 1
        or len(counts) > 1
        or day is None
        or not all(_is_count(count) and int(count) for count in counts)
    ):
        raise ConfigurationError(
            f"--chain {printable(text, limit=80)}: expected UNDERLYING[:EXPIRATION][:around=STRIKES], where "
            "EXPIRATION is nearest, next, 0dte, 7dte, 2026-12-18 or all"
        )
    return Selection(text, underlying, day, int(counts[0]) if counts else None)


def _day(text: str) -> Day | None:
    if text in {"nearest", "next", "all"}:
        return text  # type: ignore[return-value]  # one of the three
    number = text.removesuffix("dte").removesuffix("d")
    if number != text and _is_count(number):
        return int(number)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


async def choose(session: Session | None, streamer: Streamer, selections: Iterable[Selection]) -> Chosen:
    """Ask the service what it lists, and the feed what the underlyings cost.

    Raises ConfigurationError where there are no such options, or no price to take them around.
    """
    symbols: dict[str, None] = {}
    chosen = Chosen([], {})
    for selection in selections:
        assert session is not None  # noqa: S101 - where there is none, a command refuses chains
        answer = chosen.answers.get(selection.underlying)
        if answer is None:
            answer = await session.run(nested_chain_call(selection.underlying))
            chosen.answers[selection.underlying] = answer
        chain = parse_nested_chain(selection.underlying, answer)
        options = await _narrowed(streamer, chain, selection)
        symbols |= dict.fromkeys([selection.underlying, *(option.streamer_symbol for option in options)])
    chosen.symbols.extend(symbols)
    return chosen


def nested_chain_call(underlying: str) -> Call[dict[str, Any]]:
    """The call for a nested chain as the service gives it, with all that it says."""

    def parse(body: Any) -> dict[str, Any]:
        items_of(body["data"])
        whole: dict[str, Any] = body
        return whole

    where = path("option-chains", underlying, "nested")
    return Call(method="GET", path=where, parse=parse, whole=True)


async def _narrowed(streamer: Streamer, chain: OptionChain, selection: Selection) -> list[Option]:
    narrowed = Narrowed()
    match selection.day:
        case "all":
            pass
        case "nearest":
            narrowed["expiration"] = _first(chain, after_today=False)
        case "next":
            narrowed["expiration"] = _first(chain, after_today=True)
        case int(days):
            narrowed["dte"] = days
        case date() as day:
            narrowed["expiration"] = day
    if selection.around is not None:
        narrowed["strikes"] = selection.around
    try:
        return await options_of(streamer, None, chain, narrowed)
    except Incomplete as error:
        reason = str(error).partition(";")[0]
        raise ConfigurationError(
            f"--chain {selection.text}: {reason}; leave out around=, or try again when there is one"
        ) from None


def _first(chain: OptionChain, *, after_today: bool) -> date:
    """The first date of a chain; that after today's, when today's is listed."""
    if not chain:
        raise ConfigurationError(f"there are no options on {chain.underlying}; check the symbol")
    first = chain.nearest_expiration()
    if after_today and first.days_to_expiration == 0:
        later = next((day for day in chain if day > first.date), None)
        if later is None:
            raise ConfigurationError(f"no {chain.underlying} option expires after {first.date}")
        return later
    return first.date
