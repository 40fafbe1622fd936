from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from tastytrade.dxfeed.symbols import OptionType
from tastytrade.instruments.future_chain import (
    FutureOptionChain,
    NestedFutureOptionChain,
    complete_nested_future_chain,
)
from tastytrade.instruments.futures import FutureOption
from tastytrade.instruments.items import decode_item
from tests.unit.rest.recorded import recorded

NEAR, FAR = date(2026, 7, 6), date(2026, 12, 18)


def option(day: date, strike: int, kind: OptionType, underlying: str = "/ESU6") -> FutureOption:
    return FutureOption(
        symbol=f"{day}{strike}{kind}",
        expiration_date=day,
        strike_price=Decimal(strike),
        option_type=kind,
        underlying_symbol=underlying,
        option_root_symbol="E1A",
    )


UNSORTED = [
    option(FAR, 6300, OptionType.PUT, "/ESZ6"),
    option(NEAR, 6260, OptionType.PUT),
    option(FAR, 100, OptionType.PUT, "/ESZ6"),
    option(NEAR, 6260, OptionType.CALL),
    option(FAR, 6300, OptionType.CALL, "/ESU6"),
]


def nested() -> dict[str, Any]:
    chain: dict[str, Any] = deepcopy(recorded("/futures-option-chains/ES/nested"))
    return chain


def test_a_chain_sorts_what_came_unsorted() -> None:
    chain = FutureOptionChain("ES", UNSORTED)

    assert chain.expirations == list(chain) == [NEAR, FAR]
    assert [one.option_type for one in chain[NEAR]] == ["C", "P"]
    assert [(one.underlying_symbol, int(one.strike_price)) for one in chain[FAR]] == [
        ("/ESU6", 6300),
        ("/ESZ6", 100),
        ("/ESZ6", 6300),
    ]
    assert len(chain.options) == 5


def test_a_chain_can_be_cut_to_one_future() -> None:
    chain = FutureOptionChain("ES", UNSORTED)

    assert chain.underlyings == ["/ESU6", "/ESZ6"]
    assert [one.strike_price for one in chain.on("/ESZ6").options] == [100, 6300]
    assert len(chain.on("/NQZ6")) == 0


def test_a_nested_chain_keeps_the_services_order_and_strikes_without_streamer_symbols() -> None:
    chain = decode_item(nested(), NestedFutureOptionChain)
    first = chain.option_chains[0].expirations[0]

    assert (first.underlying_symbol, first.settlement_type) == ("/ESZ6", "AM")
    assert [strike.strike_price for strike in first.strikes] == [Decimal("6300.0"), Decimal("100.0")]
    assert first.strikes[0].call == "./ESZ6 ESZ6  261218C6300"
    assert first.strikes[0].call_streamer_symbol is None
    assert first.strikes[1].put_streamer_symbol == "./ESZ26P100:XCME"
    assert first.tick_sizes[-1].threshold is None


def test_what_the_symbols_of_a_nested_chain_say_is_not_lost() -> None:
    damaged = nested()
    expiration = damaged["option-chains"][0]["expirations"][0]
    expiration["expiration-date"] = None
    del expiration["underlying-symbol"]
    expiration["strikes"][0]["strike-price"] = []
    expiration["strikes"][1]["call-streamer-symbol"] = 5
    chain = decode_item(damaged, NestedFutureOptionChain, complete=complete_nested_future_chain)
    first = chain.option_chains[0].expirations[0]

    assert (first.expiration_date, first.underlying_symbol) == (FAR, "/ESZ6")
    assert [strike.strike_price for strike in first.strikes] == [6300, 100]
    assert first.strikes[1].call_streamer_symbol is None
