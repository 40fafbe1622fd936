from __future__ import annotations

import pytest

from tastytrade.blocking.intervals import candle_symbols, interval_of
from tastytrade.errors import SymbolError


@pytest.mark.parametrize(
    ("interval", "extended", "expected"),
    [
        ("5m", False, "5m,tho=true"),
        ("5m", True, "5m"),
        ("1h", False, "1h,tho=true"),
        ("1d", False, "1d"),
        ("1d", True, "1d"),
        ("2w", False, "2w"),
        ("1mo", False, "1mo"),
        ("5m,tho=true", False, "5m,tho=true"),
        ("2m,price=mark", False, "2m,price=mark,tho=true"),
    ],
)
def test_regular_hours_are_named_where_they_make_a_difference(
    interval: str, extended: bool, expected: str
) -> None:
    assert interval_of(interval, extended_trading_hours=extended) == expected


def test_each_symbol_becomes_a_candle_symbol() -> None:
    found = candle_symbols(["SPY", "/ESH25:XCME"], "5m", extended_trading_hours=True)

    assert found == ["SPY{=5m}", "/ESH25:XCME{=5m}"]


def test_one_text_is_no_list_of_symbols() -> None:
    with pytest.raises(SymbolError, match=r"write \['SPY'\]"):
        candle_symbols("SPY", "5m", extended_trading_hours=True)
