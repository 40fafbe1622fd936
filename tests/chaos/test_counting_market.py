"""The market that certifies itself: the same whatever was asked before, and complete whatever the pieces."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tastytrade.dxfeed import Candle, Quote, TimeAndSale
from tests.chaos.counting_market import (
    CountingMarket,
    Rhythm,
    candles_of,
    checksum,
    number_of,
    symbols,
)

ORIGIN_MS = 1_000_000_000_000
MARKET = CountingMarket(Rhythm(ORIGIN_MS))
MOMENTS = st.integers(ORIGIN_MS, ORIGIN_MS + 20_000)


@given(cuts=st.lists(MOMENTS, min_size=2, max_size=10))
def test_sales_asked_for_piece_by_piece_are_those_of_the_whole(cuts: list[int]) -> None:
    cuts = sorted(cuts)
    pieces = [MARKET.prints(symbols(5), start, end) for start, end in pairwise(cuts)]
    whole = MARKET.prints(symbols(5), cuts[0], cuts[-1])

    assert [sale for piece in pieces if piece for sale in piece] == list(whole or [])


@given(moment_ms=MOMENTS)
def test_an_event_has_happened_from_its_time_on(moment_ms: int) -> None:
    number = MARKET.rhythm.count("C0001", "Quote", moment_ms)

    assert MARKET.rhythm.time_ms("C0001", "Quote", number + 1) > moment_ms
    assert number == 0 or MARKET.rhythm.time_ms("C0001", "Quote", number) <= moment_ms


def test_a_quote_carries_its_number_and_its_checksum_and_no_times() -> None:
    batch = MARKET.snapshot(Quote, ["C0003"], ORIGIN_MS + 9_000)

    assert batch is not None
    quote = next(iter(batch))
    assert quote.bidSize == MARKET.rhythm.count("C0003", "Quote", ORIGIN_MS + 9_000)
    assert quote.askSize == checksum("C0003", "Quote", int(quote.bidSize))
    assert (quote.bidTime, quote.askTime, quote.sequence) == (0, 0, 0)


def test_a_history_of_sales_is_what_was_streamed() -> None:
    streamed = MARKET.prints(["C0004"], ORIGIN_MS, ORIGIN_MS + 8_000)
    kept, is_cut = MARKET.history(TimeAndSale, "C0004", ORIGIN_MS + 1, ORIGIN_MS + 8_000)

    assert list(kept or []) == list(streamed or [])
    assert not is_cut


def test_the_last_candle_grows_and_the_others_are_final() -> None:
    symbol = candles_of("C0005")
    before, _ = MARKET.history(Candle, symbol, ORIGIN_MS, ORIGIN_MS + 12_000)
    after, _ = MARKET.history(Candle, symbol, ORIGIN_MS, ORIGIN_MS + 13_000)

    assert before is not None
    assert after is not None
    assert before.columns["close"][:-1] == after.columns["close"][:-1]
    assert before.columns["close"][-1] < after.columns["close"][-1]
    assert before.columns["index"] == after.columns["index"]


def test_a_row_that_only_carries_flags_has_no_number() -> None:
    assert number_of(float("nan")) is None
    assert number_of(7.0) == 7
