from __future__ import annotations

import pytest

from tastytrade.errors import SymbolError
from tastytrade.simulator.instrument import invented


def test_a_name_always_makes_the_same_equity() -> None:
    assert invented("amd") == invented("AMD")


def test_names_make_different_equities() -> None:
    first, second = invented("AMD"), invented("INTC")

    assert (first.price, first.volatility) != (second.price, second.volatility)


def test_an_invented_equity_trades_and_has_options() -> None:
    equity = invented("BRK/B")

    assert equity.kind == "Equity"
    assert equity.root == "BRKB"
    assert equity.average_volume > 0
    assert equity.has_options


def test_a_pair_with_the_dollar_is_a_cryptocurrency() -> None:
    coin = invented("SOL/USD")

    assert coin.is_crypto
    assert coin.streamer_symbol == "SOL/USD:CXTALP"
    assert not coin.has_options


@pytest.mark.parametrize("name", ["", "SPX 5000", ".SPY250117C500", "TOOLONGNAME"])
def test_a_name_that_cannot_be_a_symbol_is_refused(name: str) -> None:
    with pytest.raises(SymbolError, match="cannot list"):
        invented(name)
