from collections.abc import Callable
from typing import Any, assert_type

import pytest

from tastytrade.errors import ConfigurationError, NotFound, SymbolError, UnexpectedAnswer
from tastytrade.instruments import (
    Cryptocurrency,
    Equity,
    OptionChain,
    QuantityDecimalPrecision,
    get_active_equities,
    get_compact_option_chain,
    get_cryptocurrencies,
    get_cryptocurrency,
    get_equities,
    get_equity,
    get_nested_option_chain,
    get_option,
    get_option_chain,
    get_quantity_decimal_precisions,
    get_warrant,
    get_warrants,
)
from tests.unit.rest.recorded import recorded
from tests.unit.rest.runner import Asynchronous, Blocking, items, page

ITEM = {"symbol": "AAPL  260612C00110000", "underlying-symbol": "AAPL"}


def named(*symbols: str) -> list[dict[str, str]]:
    return [{"symbol": symbol} for symbol in symbols]


def test_a_blocking_session_gets_a_chain_at_once() -> None:
    session = Blocking(items(ITEM))
    chain = get_option_chain(session, "AAPL")

    assert_type(chain, OptionChain)
    assert (chain.underlying, len(chain.options)) == ("AAPL", 1)
    assert session.targets == ["/option-chains/AAPL"]


async def test_an_asynchronous_session_gets_a_chain_to_await() -> None:
    chain = await get_option_chain(Asynchronous(items(ITEM)), "AAPL")

    assert_type(chain, OptionChain)
    assert chain.options[0].strike_price == 110


async def test_every_function_serves_both_kinds_of_session() -> None:
    blocking, asynchronous = Blocking(items()), Asynchronous(items())

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
        "/instruments/equities?symbol%5B%5D=SPX&per-page=1000&page-offset=0",
        "/instruments/cryptocurrencies?symbol%5B%5D=BTC%2FUSD",
    ]


@pytest.mark.parametrize("symbol", ["", " ", "SPX ", "SP\nX", "\x00", None, 3, ["SPX"], b"SPX", ".", ".."])
@pytest.mark.parametrize("get", [get_option_chain, get_equity, get_warrant, get_cryptocurrency])
def test_what_is_no_symbol_is_refused_before_anything_is_sent(get: Any, symbol: Any) -> None:
    with pytest.raises(SymbolError):
        get.call(symbol)


@pytest.mark.parametrize(
    ("symbols", "text"),
    [
        ("SPX", r"for one symbol write \['SPX'\]"),
        ([], "the list of symbols is empty"),
        ([""], "not a symbol"),
        ([None], "must be text"),
    ],
)
@pytest.mark.parametrize("get", [get_equities, get_cryptocurrencies, get_warrants])
def test_what_is_no_list_of_symbols_is_refused_at_once(
    get: Callable[..., Any], symbols: Any, text: str
) -> None:
    with pytest.raises(SymbolError, match=text):
        get(Asynchronous(items()), symbols)


def test_any_number_of_symbols_is_asked_for_in_parts() -> None:
    symbols = [f"S{n:04}" for n in range(1_000)]
    session = Blocking(items(*named("S0001", "S0000")), items(*named("S0900")), items())
    found = get_equities(session, (symbol for symbol in symbols))

    assert [equity.symbol for equity in found] == ["S0000", "S0001", "S0900"]
    assert len(session.targets) == 4
    assert max(map(len, session.targets)) < 6_000
    assert sum(target.count("symbol%5B%5D") for target in session.targets) == 1_000


def test_equities_come_in_the_order_asked_and_unknown_ones_are_absent() -> None:
    found = get_equities(Blocking(items(*named("A", "B"))), ["B", "NOPE", "A", "B"])

    assert [equity.symbol for equity in found] == ["B", "A"]


def test_all_equities_are_read_page_by_page() -> None:
    session = Blocking(page(0, 2, *named("A", "B")), page(1, 2, *named("B", "C")))
    found = get_equities(session, is_etf=True, is_index=False, lendability="Easy To Borrow")

    assert [equity.symbol for equity in found] == ["A", "B", "C"]
    query = "is-etf=true&is-index=false&lendability=Easy%20To%20Borrow&per-page=1000"
    assert session.targets == [f"/instruments/equities?{query}&page-offset={n}" for n in range(2)]


def test_active_equities_are_read_in_large_pages() -> None:
    session = Blocking(page(0, 2, *named("A")), page(1, 2, *named("B")))

    assert len(get_active_equities(session, lendability="Preborrow")) == 2
    where = "/instruments/equities/active?lendability=Preborrow&per-page=5000&page-offset="
    assert session.targets == [where + "0", where + "1"]


def test_one_instrument_is_asked_for_by_its_symbol() -> None:
    equity, crypto, warrant = named("BRK/B", "BTC/USD", "NKLAW")
    session = Blocking({"data": equity}, {"data": crypto}, {"data": warrant})

    assert get_equity(session, "BRK/B").symbol == "BRK/B"
    assert get_cryptocurrency(session, "BTC/USD").symbol == "BTC/USD"
    assert get_warrant(session, "NKLAW").symbol == "NKLAW"
    assert session.targets == [
        "/instruments/equities/BRK%2FB",
        "/instruments/cryptocurrencies/BTC%2FUSD",
        "/instruments/warrants/NKLAW",
    ]


def test_an_option_is_asked_for_by_its_occ_symbol() -> None:
    session = Blocking({"data": recorded("/option-chains/AAPL")["items"][0]})
    option = get_option(session, "AAPL  260612C00110000")

    assert option.streamer_symbol == ".AAPL260612C110"
    assert session.targets == ["/instruments/equity-options/AAPL%20%20260612C00110000"]
    with pytest.raises(SymbolError, match="not an OCC symbol"):
        get_option.call(".AAPL260612C110")


def test_what_is_not_listed_is_not_found() -> None:
    with pytest.raises(NotFound):
        get_equity(Blocking(404), "NOPE")


@pytest.mark.parametrize("data", [None, [], "text", {}, {"symbol": None}, {"items": []}])
def test_an_answer_that_is_no_instrument_is_an_error(data: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="Equity"):
        get_equity(Blocking({"data": data}), "SPX")


def test_a_list_of_which_nothing_can_be_read_is_an_error_and_not_empty() -> None:
    with pytest.raises(UnexpectedAnswer, match="none of 1 items can be read"):
        get_equities(Blocking(items({"symbol": None})), ["SPX"])
    assert get_equities(Blocking(items()), ["SPX"]) == []


def test_warrants_and_precisions_are_read() -> None:
    warrant = {"symbol": "NKLAW", "instrument-type": "Warrant", "listed-market": "XNAS", "active": True}
    session = Blocking(items(warrant), {"data": recorded("/instruments/quantity-decimal-precisions")})

    assert get_warrants(session)[0].listed_market == "XNAS"
    assert get_quantity_decimal_precisions(session)[1] == QuantityDecimalPrecision(
        instrument_type="Cryptocurrency", symbol="ADA/USD", value=6, minimum_increment_precision=6
    )


def test_all_errors_of_arguments_are_errors_of_configuration() -> None:
    with pytest.raises(ConfigurationError):
        get_equities.call("SPX")
