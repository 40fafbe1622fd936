from __future__ import annotations

import pytest

from tastytrade.dxfeed import Candle, EventType, Greeks
from tastytrade.errors import ConfigurationError, SymbolError
from tastytrade.oneshot.symbols import candle_symbol, history_class


def test_a_symbol_and_an_interval_make_a_candle_symbol() -> None:
    assert candle_symbol("SPY", " 5m ") == "SPY{=5m}"
    assert candle_symbol(".SPXW250113C5915", "2m,price=mark") == ".SPXW250113C5915{=2m,price=mark}"


def test_a_candle_symbol_takes_no_further_interval() -> None:
    with pytest.raises(SymbolError, match="is a candle symbol already"):
        candle_symbol("SPY{=d}", "5m")


@pytest.mark.parametrize("interval", ["", "5", "x", "5x", "-1d", "1d}", "5m,tho=perhaps", None, 5])
def test_what_is_no_interval_is_refused_with_examples(interval: str) -> None:
    with pytest.raises(SymbolError, match="like 5m or 1d"):
        candle_symbol("SPY", interval)


def test_time_series_have_a_history() -> None:
    assert history_class(EventType.GREEKS, [".SPY250117C500"]) is Greeks
    assert history_class(Candle, ["SPY{=d}"]) is Candle


def test_other_types_have_none() -> None:
    with pytest.raises(ConfigurationError, match="Quote has no history"):
        history_class("Quote", ["SPY"])


def test_the_history_of_candles_is_of_candle_symbols() -> None:
    with pytest.raises(SymbolError, match="not a candle symbol: 'SPY'"):
        history_class(Candle, ["SPY"])
