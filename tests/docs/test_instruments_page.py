"""The table of functions on the page about instruments: all are there, and ask the routes it says."""

from __future__ import annotations

import inspect
import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tastytrade import Session, Simulator, instruments
from tastytrade.errors import NotFound
from tests.docs.pages import DOCS, code, table

ROWS = {
    code(function)[0]: code(routes)
    for function, gives, routes in table(DOCS / "instruments.md", "function", "gives", "route (GET)")
    if gives
}
FUNCTIONS = [name for name in instruments.__all__ if name.startswith(("get_", "search_"))]
MOMENT = datetime(2025, 1, 13, 15, tzinfo=UTC)
# What each can be asked on that day in a simulator; where a function has several routes, all of them.
ASKED: dict[str, list[tuple[Any, ...]]] = {
    "get_option_chain": [("QQQ",)],
    "get_nested_option_chain": [("QQQ",)],
    "get_compact_option_chain": [("QQQ",)],
    "get_option": [("SPY   250113C00580000",)],
    "get_equity": [("SPY",)],
    "get_cryptocurrency": [("BTC/USD",)],
    "get_future": [("/ESH5",)],
    "get_future_product": [("CME", "ES")],
    "get_future_option_product": [("CME", "ES")],
    "get_future_option_chain": [("GC",)],
    "get_nested_future_option_chain": [("GC",)],
    "get_future_option": [("./ESH5 EW3F5 250117C5900",)],
    "get_warrant": [("NOSUCHTHING",)],
    "get_market_metrics": [(["SPY"],)],
    "get_dividends": [("SPY",)],
    "get_earnings_reports": [("AAPL", date(2024, 1, 1))],
    "search_symbols": [("SP",)],
    "search_instruments": [("gold",)],
    "get_market_sessions": [(date(2025, 1, 6), date(2025, 1, 10))],
    "get_holidays": [(), ("CME",)],
    "get_trade_day": [(), (MOMENT,)],
}


def matches(route: str, request: str) -> bool:
    """Whether a request is one of this route, whose {names} each stand for a part of the path."""
    parts = re.split(r"\{\w+\}", route)
    return re.fullmatch("GET " + "[^/]+".join(map(re.escape, parts)), request) is not None


def test_every_function_is_in_the_table_once_and_nothing_else() -> None:
    assert sorted(ROWS) == sorted(FUNCTIONS)


def test_what_needs_arguments_is_asked_with_some() -> None:
    assert set(ASKED) <= set(FUNCTIONS)


async def asked(session: Session, simulator: Simulator, name: str) -> list[str]:
    """The requests that a function makes, whether there is an answer or not."""
    simulator.requests.clear()
    keywords = {"equities": ["SPY"]} if name == "get_market_data" else {}
    for arguments in ASKED.get(name, [()]):
        with suppress(NotFound):
            await getattr(instruments, name)(session, *arguments, **keywords)
    return list(simulator.requests)


async def test_every_function_asks_the_routes_in_the_table() -> None:
    async with (
        Simulator(seed=7, today=date(2025, 1, 13)) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
    ):
        found = {name: await asked(session, simulator, name) for name in FUNCTIONS}

    wrong = {
        name: requests
        for name, requests in found.items()
        if len(requests) != len(ROWS[name])
        or not all(any(matches(route, request) for request in requests) for route in ROWS[name])
    }
    assert wrong == {}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_takes_a_session_first(name: str) -> None:
    first = next(iter(inspect.signature(getattr(instruments, name)).parameters))

    assert first == "session"
