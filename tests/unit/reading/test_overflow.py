from __future__ import annotations

import pytest

from tastytrade.dxlink.messages import Entry
from tastytrade.errors import ConfigurationError
from tastytrade.reading.overflow import Overflow, overflow_for

QUOTE, PRINTS = Entry("Quote", "A"), Entry("TimeAndSale", "A")
NEWEST, HISTORY = Entry("Candle", "A{=d}"), Entry("Candle", "A{=d}", from_time=0)
ORDERS = Entry("Order", "A", "NTV")


@pytest.mark.parametrize(
    ("entries", "policy"),
    [
        ([QUOTE], Overflow.CONFLATE),
        ([QUOTE, NEWEST, Entry("Greeks", "A")], Overflow.CONFLATE),
        ([PRINTS], Overflow.FAIL),
        ([QUOTE, PRINTS], Overflow.FAIL),
        ([HISTORY], Overflow.FAIL),
        ([ORDERS], Overflow.FAIL),
    ],
)
def test_unless_told_last_values_are_conflated_and_everything_else_fails(
    entries: list[Entry], policy: Overflow
) -> None:
    assert overflow_for(entries, None) is policy


@pytest.mark.parametrize("wish", [Overflow.FAIL, Overflow.DROP_OLDEST, Overflow.BLOCK])
@pytest.mark.parametrize("entries", [[QUOTE], [PRINTS], [HISTORY, QUOTE]])
def test_a_wish_is_granted(entries: list[Entry], wish: Overflow) -> None:
    assert overflow_for(entries, wish) is wish


@pytest.mark.parametrize("entry", [PRINTS, HISTORY, ORDERS])
def test_what_must_come_whole_is_not_conflated(entry: Entry) -> None:
    with pytest.raises(ConfigurationError, match=f"^{entry.type} cannot be conflated"):
        overflow_for([QUOTE, entry], Overflow.CONFLATE)
