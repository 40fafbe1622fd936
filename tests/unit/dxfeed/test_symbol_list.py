from typing import Any

import pytest

from tastytrade.dxfeed.symbol_list import checked_symbol, one_or_several, symbol_list
from tastytrade.errors import SymbolError


def test_a_symbol_given_twice_counts_once_where_it_was_first() -> None:
    assert symbol_list(name for name in ("SPX", "BRK/B", "SPX")) == ["SPX", "BRK/B"]


@pytest.mark.parametrize(
    ("symbols", "text"),
    [
        ("SPX", r"for one symbol write \['SPX'\]"),
        (b"SPX", r"for one symbol write \[b'SPX'\]"),
        (5, r"must be a list of symbols like \['SPX'\], not 5"),
        (None, "not None"),
        ([], "the list of symbols is empty"),
        ([7], "a symbol must be text, not int: 7"),
        ([["SPX"]], "must be text, not list"),
        (["SPX", ""], "it is empty or has spaces around it"),
        ([" SPX"], "it is empty or has spaces around it"),
        (["SP\x00X"], "a character that cannot be printed"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write_instead(symbols: Any, text: str) -> None:
    with pytest.raises(SymbolError, match=text):
        symbol_list(symbols)


def test_a_limit_counts_each_symbol_once() -> None:
    assert symbol_list(["SPX", "SPX", "SPY"], 2) == ["SPX", "SPY"]
    with pytest.raises(SymbolError, match="3 symbols: give at most 2 at a time"):
        symbol_list(["A", "B", "C"], 2)


def test_spaces_inside_a_symbol_are_part_of_it() -> None:
    assert checked_symbol("SPXW  260318C05700000") == "SPXW  260318C05700000"


def test_one_text_is_one_symbol_where_several_may_be_given() -> None:
    assert one_or_several("SPY") == ["SPY"]
    assert one_or_several(["SPY", "QQQ", "SPY"]) == ["SPY", "QQQ"]
    with pytest.raises(SymbolError, match="name at least one"):
        one_or_several([])
