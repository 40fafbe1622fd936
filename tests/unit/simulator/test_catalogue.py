from __future__ import annotations

from tastytrade.simulator.catalogue import BUILT_IN
from tastytrade.simulator.instrument import Instrument


def test_every_symbol_is_listed_once() -> None:
    symbols = [instrument.symbol for instrument in BUILT_IN]

    assert len(set(symbols)) == len(symbols)
    assert {"SPX", "VIX", "SPY", "SPLG", "NVDA", "BTC/USD", "BCH/USD", "ETH/USD"} <= set(symbols)


def test_a_leader_comes_before_those_it_leads_and_keeps_their_hours() -> None:
    seen: dict[str, Instrument] = {}
    for instrument in BUILT_IN:
        if instrument.leader:
            assert seen[instrument.leader].is_crypto == instrument.is_crypto
        seen[instrument.symbol] = instrument


def test_spy_costs_about_a_tenth_of_spx() -> None:
    prices = {instrument.symbol: instrument.price for instrument in BUILT_IN}

    assert 9.9 < prices["SPX"] / prices["SPY"] < 10.1


def test_values_have_the_types_their_fields_say() -> None:
    for instrument in BUILT_IN:
        assert isinstance(instrument.price, float)
        assert isinstance(instrument.average_volume, float)
        assert instrument.average_trades >= 390 * 4
