from datetime import date
from decimal import Decimal
from typing import Any

from tastytrade.instruments.items import decode_items
from tastytrade.instruments.nested import (
    CompactOptionChain,
    NestedOptionChain,
    NestedStrike,
    complete_compact_chain,
    complete_nested_chain,
)

STRIKE = {
    "strike-price": "5900.0",
    "call": "SPXW  260318C05900000",
    "call-streamer-symbol": ".SPXW260318C5900",
    "put": "SPXW  260318P05900000",
}


def nested(root: str, strikes: object) -> dict[str, object]:
    return {
        "underlying-symbol": "SPX",
        "root-symbol": root,
        "expirations": [{"expiration-date": "2026-03-18", "settlement-type": "PM", "strikes": strikes}],
    }


def test_a_nested_chain_has_one_item_a_root() -> None:
    chains = decode_items([nested("SPX", [STRIKE]), nested("SPXW", [STRIKE])], NestedOptionChain)

    assert [chain.root_symbol for chain in chains] == ["SPX", "SPXW"]
    assert chains[0].expirations[0].expiration_date == date(2026, 3, 18)
    assert chains[0].expirations[0].strikes == (
        NestedStrike(
            strike_price=Decimal("5900.0"),
            call="SPXW  260318C05900000",
            call_streamer_symbol=".SPXW260318C5900",
            put="SPXW  260318P05900000",
        ),
    )


def test_a_damaged_strike_costs_that_strike_alone() -> None:
    (chain,) = decode_items([nested("SPX", [STRIKE, {"strike-price": "x"}, STRIKE])], NestedOptionChain)

    assert len(chain.expirations[0].strikes) == 2


def test_a_compact_chain_lists_symbols() -> None:
    (chain,) = decode_items(
        [{"root-symbol": "SPX", "symbols": ["a", "b"], "expiration-type": "Weekly"}], CompactOptionChain
    )

    assert chain.symbols == ("a", "b")
    assert chain.streamer_symbols == ()


def test_what_the_symbols_of_a_nested_chain_say_is_not_lost() -> None:
    item: dict[str, Any] = nested("SPXW", [STRIKE, STRIKE | {"strike-price": [], "call-streamer-symbol": 5}])
    item["root-symbol"] = None
    item["expirations"][0]["expiration-date"] = "soon"
    (chain,) = decode_items([item], NestedOptionChain, complete=complete_nested_chain)
    (expiration,) = chain.expirations

    assert (chain.root_symbol, expiration.expiration_date) == ("SPXW", date(2026, 3, 18))
    assert [strike.strike_price for strike in expiration.strikes] == [5900, 5900]
    assert expiration.strikes[1].call_streamer_symbol is None


def test_a_chain_may_be_known_by_its_puts_alone_but_not_without_symbols() -> None:
    puts: dict[str, Any] = nested("SPXW", [{**STRIKE, "call": "?", "strike-price": None}])
    nothing: dict[str, Any] = nested("SPXW", [{"call": 5, "put": "?", "strike-price": "5900.0"}, None, 3])
    for item in (puts, nothing):
        complete_nested_chain(item)

    assert puts["expirations"][0]["strikes"][0]["strike-price"] == "5900.000"
    assert nothing == nested("SPXW", [{"call": 5, "put": "?", "strike-price": "5900.0"}, None, 3])


def test_the_root_of_a_compact_chain_is_in_its_symbols() -> None:
    item: dict[str, Any] = {"root-symbol": 5, "symbols": [None, "?", "SPXW  260318C05900000"]}
    (chain,) = decode_items([item], CompactOptionChain, complete=complete_compact_chain)

    assert chain.root_symbol == "SPXW"
    assert chain.symbols == ()  # aligned with the streamer symbols: all of them or none
