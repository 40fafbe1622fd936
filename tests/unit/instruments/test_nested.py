from datetime import date
from decimal import Decimal

from tastytrade.instruments.items import decode_items
from tastytrade.instruments.nested import CompactOptionChain, NestedOptionChain, NestedStrike

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
