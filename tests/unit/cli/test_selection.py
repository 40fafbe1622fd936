from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from tastytrade.cli.selection import Selection, nested_chain_call, parse_selection
from tastytrade.errors import ConfigurationError, SymbolError, UnexpectedAnswer
from tastytrade.instruments.nested_options import parse_nested_chain

EXPIRATION = {
    "expiration-date": "2026-12-18",
    "days-to-expiration": 26,
    "expiration-type": "Regular",
    "settlement-type": "PM",
    "strikes": [
        {
            "strike-price": "6000.0",
            "call": "SPXW  261218C06000000",
            "put": "SPXW  261218P06000000",
            "call-streamer-symbol": ".SPXW261218C6000",
            "put-streamer-symbol": ".SPXW261218P6000",
        },
        {"strike-price": "6005.0", "call": "SPXW  261218C06005000", "put": "SPXW  261218P06005000"},
    ],
}
ROOT = {
    "root-symbol": "SPXW",
    "underlying-symbol": "SPX",
    "option-chain-type": "Standard",
    "shares-per-contract": 100,
    "expirations": [EXPIRATION],
}


def answer(*roots: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"items": list(roots)}, "context": "/option-chains/SPX/nested"}


@pytest.mark.parametrize(
    ("text", "day", "around"),
    [
        ("SPX", "nearest", None),
        ("SPX:0dte", 0, None),
        ("SPX:7d:around=5", 7, 5),
        ("SPX:around=20", "nearest", 20),
        ("SPX:around=1:next", "next", 1),
        ("SPX:ALL", "all", None),
        ("SPX:2026-12-18:around=3", date(2026, 12, 18), 3),
    ],
)
def test_a_selection_is_an_underlying_an_expiration_and_strikes(text: str, day: Any, around: int) -> None:
    assert parse_selection(text) == Selection(text, "SPX", day, around)


@pytest.mark.parametrize(
    "text",
    [
        "SPX:",
        "SPX:soon",
        "SPX:7",
        "SPX:0dte:next",
        "SPX:around=",
        "SPX:around=-1",
        "SPX:around=0",
        "SPX:2026-13-01",
    ],
)
def test_what_is_no_selection_is_answered_with_the_form_of_one(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected UNDERLYING\[:EXPIRATION\]\[:around=STRIKES\]"):
        parse_selection(text)


@pytest.mark.parametrize("text", ["/ESZ6:0dte", "./ESZ6", ".SPXW261218C6000"])
def test_a_future_and_an_option_have_no_chain_here(text: str) -> None:
    with pytest.raises(ConfigurationError, match="chains are of stocks, funds and indices"):
        parse_selection(text)


def test_an_underlying_is_a_symbol() -> None:
    with pytest.raises(SymbolError, match="not a symbol: ''"):
        parse_selection(":0dte")


def test_a_nested_chain_is_a_chain_of_options_and_stays_as_it_came() -> None:
    kept = answer(ROOT)
    before = deepcopy(kept)
    chain = parse_nested_chain("SPX", kept)

    assert chain.symbols == [".SPXW261218C6000", ".SPXW261218P6000", ".SPXW261218C6005", ".SPXW261218P6005"]
    assert chain.expiration(dte=26).date == date(2026, 12, 18)
    assert chain.options[0].settlement_type == "PM"
    assert kept == before


def test_what_a_nested_chain_lacks_is_read_off_its_symbols_and_not_written_into_it() -> None:
    kept = answer({**ROOT, "expirations": [{**EXPIRATION, "expiration-date": None}]})
    before = deepcopy(kept)

    assert list(parse_nested_chain("SPX", kept)) == [date(2026, 12, 18)]
    assert kept == before


def test_an_empty_chain_has_no_options_and_one_that_cannot_be_read_says_so() -> None:
    assert parse_nested_chain("SPX", answer()).options == []
    with pytest.raises(UnexpectedAnswer, match="chain of SPX cannot be read"):
        parse_nested_chain("SPX", answer({"expirations": 5}))


def test_the_answer_is_kept_with_all_that_it_says() -> None:
    call = nested_chain_call("BRK/B")

    assert (call.target, call.whole) == ("/option-chains/BRK%2FB/nested", True)
    assert call.parse(answer(ROOT)) == answer(ROOT)
    with pytest.raises(LookupError):
        call.parse({"data": {}})
