"""The dxFeed web service of the simulator: events by GET and POST, for holders of a quote token.

``{"status": "OK", "Quote": {"SPY": {...}}, "Candle": {"SPY{=d}": [...]}}``: an object of what has only a
last value, a list in ascending time of what is a time series. A symbol without an answer is missing, and the
status then TIMED_OUT (at once: nothing is waited for). Guesses: what a query that cannot be read and a
wrong token are answered, and that a history has at most as many events as on DXLink.
Source: dxFeed's web service page (kb.dxfeed.com) and recorded answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from math import isinf, isnan
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tastytrade.dxfeed import EVENT_CLASSES, Candle, Event, EventBatch
from tastytrade.dxfeed.candle_symbols import (
    PeriodType,
    canonical_candle_symbol,
    parse_candle_symbol,
)
from tastytrade.errors import SymbolError
from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.front import EVENTS_BASE
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.replies import Endpoint, bare
from tastytrade.simulator.trading_hours import DAY_MS

EVENTS_PATH = f"{EVENTS_BASE}/rest/events.json"

_OUTSIDE_BRACES = re.compile(r",(?![^{}]*\})")
_MOMENT = re.compile(r"[0-9]{8}(?:-[0-9]{6})?")
_NUMBER = re.compile(r"[0-9]{1,15}")
_PERIOD_MS = {
    PeriodType.WEEK: 7 * DAY_MS,
    PeriodType.MONTH: 31 * DAY_MS,
    PeriodType.OPTEXP: 35 * DAY_MS,
    PeriodType.YEAR: 366 * DAY_MS,
}


class _Asked(Struct, frozen=True):
    """A query's event types and symbols, and the time of histories in Unix milliseconds."""

    event_classes: tuple[type[Event], ...]
    symbols: tuple[str, ...]
    from_ms: int | None
    to_ms: int | None


def events_routes(accounts: Accounts, market: MarketNow) -> list[tuple[str, str, Endpoint]]:
    """Methods, paths and endpoints."""

    async def events(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not accounts.quote_tokens.holds(token.strip()):
            return PlainTextResponse("Unauthorized", 401, {"WWW-Authenticate": "Bearer"})
        try:
            asked = _asked(await _query(request))
        except ValueError as error:
            return PlainTextResponse(str(error), 400)
        return bare(_answer(market, asked))

    return [("GET", EVENTS_PATH, events), ("POST", EVENTS_PATH, events)]


async def _query(request: Request) -> QueryParams:
    """The query string's keys, and those of a form that is posted."""
    form = parse_qsl((await request.body()).decode("utf-8", "replace"))
    return QueryParams([*request.query_params.multi_items(), *form])


def _asked(query: QueryParams) -> _Asked:
    """What a query asks for. Raises ValueError, with a sentence, when it cannot be read."""
    names = _listed(query, "event", "events")
    symbols = _listed(query, "symbol", "symbols")
    unknown = [name for name in names if name not in EVENT_CLASSES]
    if unknown:
        raise ValueError(f"unknown event type {unknown[0][:40]}")
    if not names or not symbols:
        raise ValueError("event and symbol are needed")
    return _Asked(
        tuple(EVENT_CLASSES[name] for name in names),
        symbols,
        _moment(query.get("fromTime"), "fromTime"),
        _moment(query.get("toTime"), "toTime"),
    )


def _listed(query: QueryParams, *names: str) -> tuple[str, ...]:
    """Every value of these keys once, cut at commas that stand outside of braces."""
    texts = [text for name in names for text in query.getlist(name)]
    found = [part.strip() for text in texts for part in _OUTSIDE_BRACES.split(text)]
    return tuple(dict.fromkeys(filter(None, found)))


def _moment(text: str | None, name: str) -> int | None:
    if not text:
        return None
    try:
        if _MOMENT.fullmatch(text):
            form = "%Y%m%d-%H%M%S" if "-" in text else "%Y%m%d"
            return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        pass
    else:
        if _NUMBER.fullmatch(text):
            return int(text)
    raise ValueError(f"{name} must be Unix milliseconds or like 20250109-143000, not {text[:40]!r}")


def _answer(market: MarketNow, asked: _Asked) -> dict[str, Any]:
    answer: dict[str, Any] = {"status": "OK"}
    for event_class in asked.event_classes:
        found: dict[str, Any] = {}
        for symbol in asked.symbols:
            events = list(_events(market, event_class, symbol, asked))
            if events:
                name = events[-1]["eventSymbol"]
                found[name] = events if event_class.time_series else events[-1]
            elif not event_class.time_series or asked.from_ms is None or not market.market.knows(symbol):
                answer["status"] = "TIMED_OUT"
            else:
                found[canonical_candle_symbol(symbol)] = []
        answer[event_class.__name__] = found
    return answer


def _events(
    market: MarketNow, event_class: type[Event], symbol: str, asked: _Asked
) -> Iterator[dict[str, Any]]:
    """A symbol's events: those of a history when a time is given, else the current one."""
    symbol = canonical_candle_symbol(symbol)
    if not event_class.time_series or asked.from_ms is None:
        batch = market.market.snapshot(event_class, [symbol], market.now_ms)
    else:
        until = _until(market, event_class, symbol, asked.to_ms)
        batch = market.market.history(event_class, symbol, asked.from_ms, until)[0]
    for event in _rows(batch):
        if not event_class.time_series or asked.to_ms is None or event["time"] <= asked.to_ms:
            yield event


def _until(market: MarketNow, event_class: type[Event], symbol: str, to_ms: int | None) -> int:
    """The moment up to which a history is needed: the last candle that begins in time must be complete."""
    if to_ms is None:
        return market.now_ms
    if event_class is not Candle:
        return min(to_ms, market.now_ms)
    try:
        candle = parse_candle_symbol(symbol)
    except SymbolError:
        return market.now_ms
    period_ms = int(float(candle.number) * _PERIOD_MS.get(candle.period, 2 * DAY_MS))
    return min(to_ms + period_ms, market.now_ms)


def _rows(batch: EventBatch[Any] | None) -> Iterator[dict[str, Any]]:
    if batch is None:
        return
    for values in zip(*batch.columns.values(), strict=True):
        yield dict(zip(batch.columns, map(_plain, values), strict=True))


def _plain(value: Any) -> Any:
    """JSON has no numbers for these; the service writes their names."""
    if not isinstance(value, float):
        return value
    if isnan(value):
        return "NaN"
    return ("Infinity" if value > 0 else "-Infinity") if isinf(value) else value
