from collections.abc import Callable
from typing import Any, TypeVar, assert_type

import msgspec
import pytest

from tastytrade.errors import SymbolError
from tastytrade.instruments import (
    Cryptocurrency,
    Equity,
    OptionChain,
    get_compact_option_chain,
    get_cryptocurrencies,
    get_equities,
    get_nested_option_chain,
    get_option_chain,
)
from tastytrade.instruments.listing import equities_call, option_chain_call
from tastytrade.rest import Answer, Call, read

T = TypeVar("T")

ITEM = {"symbol": "AAPL  260612C00110000", "underlying-symbol": "AAPL"}


class Blocking:
    """A runner that answers every call with one body, at once."""

    def __init__(self, items: list[Any]) -> None:
        self.targets: list[str] = []
        self._body = msgspec.json.encode({"data": {"items": items}})

    def run(self, call: Call[T], /) -> T:
        self.targets.append(call.target)
        return read(call, Answer(200, {}, self._body))


class Asynchronous(Blocking):
    """The same, awaited."""

    async def run(self, call: Call[T], /) -> T:  # type: ignore[override]  # only the answering is shared
        return super().run(call)


def test_a_blocking_session_gets_a_chain_at_once() -> None:
    session = Blocking([ITEM])
    chain = get_option_chain(session, "AAPL")

    assert_type(chain, OptionChain)
    assert (chain.underlying, len(chain.options)) == ("AAPL", 1)
    assert session.targets == ["/option-chains/AAPL"]


async def test_an_asynchronous_session_gets_a_chain_to_await() -> None:
    chain = await get_option_chain(Asynchronous([ITEM]), "AAPL")

    assert_type(chain, OptionChain)
    assert chain.options[0].strike_price == 110


async def test_every_function_serves_both_kinds_of_session() -> None:
    blocking, asynchronous = Blocking([]), Asynchronous([])

    assert await get_nested_option_chain(asynchronous, "BRK/B") == get_nested_option_chain(blocking, "BRK/B")
    assert await get_compact_option_chain(asynchronous, "SPX") == get_compact_option_chain(blocking, "SPX")
    assert_type(await get_equities(asynchronous, ["SPX"]), list[Equity])
    assert_type(get_equities(blocking, ["SPX"]), list[Equity])
    assert_type(await get_cryptocurrencies(asynchronous, ["BTC/USD"]), list[Cryptocurrency])
    assert_type(get_cryptocurrencies(blocking, ["BTC/USD"]), list[Cryptocurrency])
    assert blocking.targets == asynchronous.targets
    assert blocking.targets == [
        "/option-chains/BRK%2FB/nested",
        "/option-chains/SPX/compact",
        "/instruments/equities?symbol%5B%5D=SPX&per-page=250",
        "/instruments/cryptocurrencies?symbol%5B%5D=BTC%2FUSD",
    ]


@pytest.mark.parametrize("symbol", ["", " ", "SPX ", "SP\nX", "\x00", None, 3, ["SPX"], b"SPX", ".", ".."])
def test_what_is_no_symbol_is_refused_before_anything_is_sent(symbol: Any) -> None:
    with pytest.raises(SymbolError):
        option_chain_call(symbol)


@pytest.mark.parametrize(
    ("symbols", "text"),
    [
        ("SPX", "give \\['SPX'\\]"),
        ([], "0 symbols"),
        ([""], "not a symbol"),
        ([None], "not a symbol"),
        (["SPX"] * 251, "251 symbols"),
    ],
)
@pytest.mark.parametrize("get", [get_equities, get_cryptocurrencies])
def test_what_is_no_list_of_symbols_is_refused(get: Callable[..., Any], symbols: Any, text: str) -> None:
    with pytest.raises(SymbolError, match=text):
        get(Blocking([]), symbols)


def test_symbols_may_come_from_any_iterable() -> None:
    call = equities_call(symbol for symbol in ("SPX", "BRK/B"))

    assert call.target == "/instruments/equities?symbol%5B%5D=SPX&symbol%5B%5D=BRK%2FB&per-page=250"
