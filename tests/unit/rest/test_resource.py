from __future__ import annotations

import inspect
import pydoc
import re
from collections.abc import Iterable
from typing import Any, get_type_hints

import pytest

from tastytrade.errors import NotFound, SymbolError
from tastytrade.rest import AsyncRunner, BlockingRunner, Call, Steps
from tastytrade.rest.resource import resource
from tests.unit.rest.runner import Asynchronous, Blocking


def checked(symbol: str) -> str:
    if not symbol:
        raise SymbolError("no symbol")
    return symbol


@resource
def get_name(symbol: str, *, upper: bool = False) -> Call[str]:
    """The name of a symbol."""
    return Call(method="GET", path="/" + checked(symbol), parse=str.upper if upper else str)


@resource
def get_names(symbols: Iterable[str]) -> Steps[list[str]]:
    """The names of symbols; one that is unknown has none."""
    names = []
    for symbol in [checked(symbol) for symbol in symbols]:
        try:
            name = yield get_name.call(symbol)
        except NotFound:
            name = ""
        names.append(name)
    return names


def test_a_blocking_session_returns_the_result() -> None:
    session = Blocking("a")

    assert get_name(session, "x", upper=True) == "A"
    assert session.targets == ["/x"]


async def test_an_asynchronous_session_gives_the_result_to_await() -> None:
    asked = get_name(Asynchronous("a"), symbol="x")

    assert inspect.iscoroutine(asked)
    assert await asked == "a"


async def test_several_requests_are_one_call_for_both_kinds_of_session() -> None:
    blocking, asynchronous = Blocking("a", "b"), Asynchronous("a", "b")

    assert get_names(blocking, ["x", "y"]) == ["a", "b"]
    assert await get_names(asynchronous, ["x", "y"]) == ["a", "b"]
    assert blocking.targets == asynchronous.targets == ["/x", "/y"]


def test_an_error_of_one_request_reaches_the_steps() -> None:
    assert get_names(Blocking("a", 404, "c"), ["x", "y", "z"]) == ["a", "", "c"]
    with pytest.raises(NotFound):
        get_name(Blocking(404), "x")


@pytest.mark.parametrize("ask", [get_name, get_names])
def test_arguments_are_checked_before_anything_is_awaited_or_sent(ask: Any) -> None:
    session = Asynchronous("a")

    with pytest.raises(SymbolError):
        ask(session, [""] if ask is get_names else "")
    with pytest.raises(SymbolError):
        ask.call([""] if ask is get_names else "")
    assert session.targets == []


def test_steps_that_need_no_request_have_their_result_at_once() -> None:
    session = Blocking("a")

    assert get_names(session, []) == []
    assert session.targets == []


def test_the_call_alone_sends_nothing_and_can_be_run_later() -> None:
    call = get_name.call("x")
    steps = get_names.call(iter(["x"]))

    assert (call.path, call.method) == ("/x", "GET")
    assert Blocking("a").run(steps) == ["a"]


def test_steps_given_up_half_way_are_closed() -> None:
    closed = []

    @resource
    def get_two() -> Steps[None]:
        try:
            yield get_name.call("x")
            yield get_name.call("y")
        finally:
            closed.append(True)

    steps = get_two.call()
    next(steps)
    steps.close()

    assert closed == [True]


def test_help_shows_the_session_the_arguments_and_the_result() -> None:
    shown = " ".join(pydoc.plain(pydoc.render_doc(get_name)).split())  # some versions break the lines

    assert re.search(r"get_name\( ?session: ", shown)
    assert re.search(r"symbol: 'str', \*, upper: 'bool' = False ?\) -> 'str'", shown)
    assert "The name of a symbol." in shown
    assert str(inspect.signature(get_names)).endswith("symbols: 'Iterable[str]') -> 'list[str]'")
    assert str(inspect.signature(get_names.call)) == "(symbols: 'Iterable[str]') -> 'Steps[list[str]]'"


def test_a_resource_is_a_function_of_its_module() -> None:
    function: Any = get_names

    assert inspect.isfunction(function)
    assert (function.__module__, function.__qualname__) == (__name__, "get_names")
    assert get_type_hints(function) == {
        "session": AsyncRunner | BlockingRunner,
        "symbols": Iterable[str],
        "return": list[str],
    }
