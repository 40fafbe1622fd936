from datetime import date
from typing import Any

import pytest

from tastytrade.errors import ConfigurationError, SymbolError, UnexpectedAnswer
from tastytrade.instruments import (
    get_future,
    get_future_option,
    get_future_option_chain,
    get_future_option_product,
    get_future_option_products,
    get_future_product,
    get_future_products,
    get_futures,
    get_nested_future_option_chain,
)
from tests.unit.rest.recorded import recorded
from tests.unit.rest.runner import Blocking, items, page

PRODUCT = {"code": "ES"}


def future(symbol: str) -> dict[str, str]:
    return {"symbol": symbol}


@pytest.mark.parametrize("symbol", ["/ESZ6", "ESZ6"])
def test_a_future_is_asked_for_with_or_without_its_slash(symbol: str) -> None:
    session = Blocking({"data": future("/ESZ6")})

    assert get_future(session, symbol).symbol == "/ESZ6"
    assert session.targets == ["/instruments/futures/ESZ6"]


def test_futures_come_in_the_order_asked() -> None:
    session = Blocking(items(future("/CLQ6"), future("/ESZ6")))
    found = get_futures(session, ["ESZ6", "/NQZ6", "/CLQ6", "/ESZ6"], only_active=False)

    assert [one.symbol for one in found] == ["/ESZ6", "/CLQ6"]
    names = "&".join(f"symbol%5B%5D=%2F{name}" for name in ("ESZ6", "NQZ6", "CLQ6"))
    assert session.targets == [
        f"/instruments/futures?{names}&only-active-futures=false&per-page=1000&page-offset=0"
    ]


def test_futures_of_products_are_read_page_by_page() -> None:
    session = Blocking(page(0, 2, future("/ESZ6")), page(1, 2, future("/ESH7")))
    found = get_futures(session, product_codes=["ES", "/CL"])

    assert [one.symbol for one in found] == ["/ESZ6", "/ESH7"]
    where = "/instruments/futures?product-code%5B%5D=ES&product-code%5B%5D=CL&per-page=1000&page-offset="
    assert session.targets == [where + "0", where + "1"]


def test_all_active_futures_are_asked_for_without_a_filter() -> None:
    session = Blocking(items(future("/ESZ6")))

    assert len(get_futures(session)) == 1
    assert session.targets == ["/instruments/futures?per-page=1000&page-offset=0"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"symbols": ["/ESZ6"], "product_codes": ["ES"]}, "symbols or product_codes, not both"),
        ({"symbols": "/ESZ6"}, "for one symbol write"),
        ({"symbols": []}, "is empty"),
        ({"product_codes": "ES"}, "for one symbol write"),
        ({"symbols": ["/"]}, "not a symbol"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(arguments: Any, text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        get_futures.call(**arguments)


def test_products_are_asked_for_by_exchange_and_code() -> None:
    session = Blocking({"data": PRODUCT}, {"data": PRODUCT}, items(PRODUCT), items(PRODUCT))
    found = [
        get_future_product(session, "CME", "/ES").code,
        get_future_option_product(session, "CME", "E1A").code,
        get_future_products(session)[0].code,
        get_future_option_products(session)[0].code,
    ]

    assert found == ["ES"] * 4
    assert session.targets == [
        "/instruments/future-products/CME/ES",
        "/instruments/future-option-products/CME/E1A",
        "/instruments/future-products?per-page=1000&page-offset=0",
        "/instruments/future-option-products?per-page=1000&page-offset=0",
    ]


def test_an_option_on_a_future_is_asked_for_by_tastytrades_symbol() -> None:
    option = recorded("/futures-option-chains/ES")["items"][1]
    session = Blocking({"data": option})

    assert get_future_option(session, option["symbol"]).streamer_symbol == "./E1AN26P6260:XCME"
    assert session.targets == ["/instruments/future-options/.%2FESU6%20E1AN6%20260706P6260"]


@pytest.mark.parametrize("symbol", ["./E1AN26P6260:XCME", "/ESZ6", "SPX"])
def test_other_symbols_are_no_options_on_futures(symbol: str) -> None:
    with pytest.raises(SymbolError, match="expected like"):
        get_future_option.call(symbol)


@pytest.mark.parametrize("code", ["ES", "/ES"])
def test_a_chain_of_a_product_is_by_expiration_ascending(code: str) -> None:
    session = Blocking({"data": recorded("/futures-option-chains/ES")})
    chain = get_future_option_chain(session, code)

    assert list(chain) == [date(2026, 7, 6), date(2026, 12, 18)]
    assert repr(chain) == "<FutureOptionChain ES: 2 expirations, 2 options>"
    assert session.targets == ["/futures-option-chains/ES"]


def test_a_nested_chain_has_futures_and_chains() -> None:
    session = Blocking({"data": recorded("/futures-option-chains/ES/nested")})
    nested = get_nested_future_option_chain(session, "/ES")

    assert nested.futures[0].streamer_symbol == "/ESM26:XCME"
    assert nested.option_chains[0].expirations[1].option_contract_symbol == "E1AN6"
    assert session.targets == ["/futures-option-chains/ES/nested"]


@pytest.mark.parametrize("data", [None, [], {}, {"items": []}, {"futures": [], "option-chains": None}])
def test_an_answer_without_chains_is_an_error_and_not_empty(data: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        get_nested_future_option_chain(Blocking({"data": data}), "ES")
