from typing import Any

import pytest

from tastytrade.errors import UnexpectedAnswer
from tastytrade.instruments.nested_options import parse_nested_chain
from tests.unit.instruments.options import FIRST, SECOND, shown

STRIKE = {
    "strike-price": "5900.0",
    "call": "SPXW  250110C05900000",
    "put": "SPXW  250110P05900000",
    "call-streamer-symbol": ".SPXW250110C5900",
    "put-streamer-symbol": ".SPXW250110P5900",
}
BARE = {"strike-price": "5905.0", "call": "SPXW  250117C05905000", "put": "SPXW  250117P05905000"}


def answer(*expirations: dict[str, Any]) -> dict[str, Any]:
    item = {"root-symbol": "SPXW", "underlying-symbol": "SPX", "shares-per-contract": 100}
    return {"data": {"items": [{**item, "expirations": list(expirations)}]}, "context": "/x"}


FIRST_DAY = {"expiration-date": "2025-01-10", "days-to-expiration": 0, "settlement-type": "PM"}
KEPT = answer(
    {**FIRST_DAY, "strikes": [STRIKE]},
    {"expiration-date": "2025-01-17", "strikes": [BARE]},
)


def test_every_strike_has_its_call_and_put() -> None:
    chain = parse_nested_chain("SPX", KEPT)

    assert chain.underlying == "SPX"
    assert shown(chain[FIRST]) == ["C5900.0", "P5900.0"]
    assert shown(chain[SECOND]) == ["C5905.0", "P5905.0"]


def test_an_option_has_what_the_nested_form_says_of_it() -> None:
    call = parse_nested_chain("SPX", KEPT)[FIRST][0]

    assert (call.symbol, call.streamer_symbol) == ("SPXW  250110C05900000", ".SPXW250110C5900")
    assert (call.root_symbol, call.underlying_symbol, call.shares_per_contract) == ("SPXW", "SPX", 100)
    assert (call.days_to_expiration, call.settlement_type, call.expires_at) == (0, "PM", None)


def test_a_streamer_symbol_that_was_not_given_is_made() -> None:
    assert parse_nested_chain("SPX", KEPT)[SECOND][1].streamer_symbol == ".SPXW250117P5905"


@pytest.mark.parametrize("wrong", [{}, {"data": {}}, {"data": {"items": 5}}, {"data": {"items": [5]}}])
def test_what_is_no_nested_chain_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedAnswer, match="the nested option chain of SPX cannot be read"):
        parse_nested_chain("SPX", wrong)
