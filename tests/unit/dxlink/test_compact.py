from __future__ import annotations

import math
from typing import Any

import pytest

from tastytrade.dxfeed import Candle, Quote
from tastytrade.dxfeed.names import Direction
from tastytrade.dxlink.compact import Decoded, decode_data

QUOTE = {"Quote": ("eventSymbol", "bidPrice", "askPrice", "bidSize")}


def events(decoded: Decoded) -> list[Any]:
    return [event for batch in decoded.batches for event in batch]


def test_rows_of_several_symbols_come_out_as_events() -> None:
    decoded = decode_data(["Quote", ["A", 1.5, 2.5, 10.0, "B", 3.5, 4.5, 20.0]], QUOTE)

    assert events(decoded) == [
        Quote("A", bidPrice=1.5, askPrice=2.5, bidSize=10.0),
        Quote("B", bidPrice=3.5, askPrice=4.5, bidSize=20.0),
    ]


def test_several_pairs_in_one_frame_are_all_decoded_and_a_type_may_repeat() -> None:
    layout = {"Quote": ("eventSymbol", "bidPrice"), "Trade": ("eventSymbol", "price")}
    decoded = decode_data(["Quote", ["A", 1.0], "Trade", ["A", 2.0], "Quote", ["B", 3.0]], layout)

    assert [type(event).__name__ for event in events(decoded)] == ["Quote", "Trade", "Quote"]


def test_columns_come_from_the_layout_in_whatever_order_and_extra_ones_do_no_harm() -> None:
    layout = {"Quote": ("askPrice", "eventType", "shoeSize", "eventSymbol")}
    decoded = decode_data(["Quote", [2.5, "Quote", 43, "A"]], layout)

    assert events(decoded) == [Quote("A", askPrice=2.5)]


def test_nan_and_infinities_stay_apart_and_null_is_missing() -> None:
    decoded = decode_data(["Quote", ["A", "NaN", "Infinity", "-Infinity", "B", None, 1, 2.0]], QUOTE)

    first, second = events(decoded)
    assert math.isnan(first.bidPrice)
    assert (first.askPrice, first.bidSize) == (math.inf, -math.inf)
    assert math.isnan(second.bidPrice)
    assert (second.askPrice, second.bidSize) == (1, 2.0)


def test_a_text_field_that_says_nan_is_text() -> None:
    decoded = decode_data(["Quote", ["NaN", 1.0, 2.0, 3.0]], QUOTE)

    assert events(decoded)[0].eventSymbol == "NaN"


def test_a_text_that_is_null_is_none_and_an_empty_one_is_empty() -> None:
    layout = {"Profile": ("eventSymbol", "description", "statusReason")}
    decoded = decode_data(["Profile", ["A", "", None, None, "B", "C"]], layout)
    (profile,) = events(decoded)

    assert (profile.description, profile.statusReason) == ("", None)
    assert [bad.reason for bad in decoded.quarantined] == ["eventSymbol is empty"]


def test_sixty_four_bit_integers_stay_exact_also_as_text() -> None:
    layout = {"Candle": ("eventSymbol", "index", "time")}
    decoded = decode_data(["Candle", ["A", 9223372036854775807, 7, "B", "22047776527353334", 100.0]], layout)

    first, second = events(decoded)
    assert first.index == 9223372036854775807
    assert (second.index, second.time) == (22047776527353334, 100)
    assert isinstance(second.time, int)


@pytest.mark.parametrize("value", ["--5", "-", "5-", "1e3", 1e300, "99999999999999999999", "٣.٣"])
def test_what_is_no_whole_number_of_sixty_four_bits_is_no_index(value: Any) -> None:
    layout = {"Candle": ("eventSymbol", "index")}
    decoded = decode_data(["Candle", ["A", value, "B", 7]], layout)

    assert [event.index for event in events(decoded)] == [7]
    assert sum(bad.rows for bad in decoded.quarantined) == 1


def test_columns_announced_twice_are_refused_with_a_reason() -> None:
    layout = {"Quote": ("eventSymbol", "bidPrice", "bidPrice")}
    decoded = decode_data(["Quote", ["A", 1.0, 2.0]], layout)

    assert decoded.batches == []
    assert decoded.quarantined[0].reason == "Quote came with a column announced twice"


def test_a_bad_row_is_quarantined_with_a_reason_and_its_neighbours_are_delivered() -> None:
    rows = ["A", 1.0, 2.0, 3.0, "B", "cheap", 2.0, 3.0, "C", [], 2.0, 3.0, "D", 4.0, 5.0, 6.0]
    decoded = decode_data(["Quote", rows], QUOTE)

    assert [event.eventSymbol for event in events(decoded)] == ["A", "D"]
    assert [bad.reason for bad in decoded.quarantined] == [
        "bidPrice cannot be 'cheap'",
        "bidPrice cannot be []",
    ]


@pytest.mark.parametrize("value", [True, False, {"a": 1}, "12.5"])
def test_what_is_no_number_is_no_price(value: Any) -> None:
    decoded = decode_data(["Quote", ["A", value, 2.0, 3.0]], QUOTE)

    assert decoded.batches == []
    assert sum(bad.rows for bad in decoded.quarantined) == 1


def test_a_row_cut_short_does_not_cost_the_rows_before_it() -> None:
    decoded = decode_data(["Quote", ["A", 1.0, 2.0, 3.0, "B", 1.0]], QUOTE)

    assert [event.eventSymbol for event in events(decoded)] == ["A"]
    assert [(bad.rows, bad.reason) for bad in decoded.quarantined] == [
        (1, "6 values are not rows of 4 columns")
    ]


def test_after_a_missing_value_rows_that_no_longer_fit_are_not_guessed_at() -> None:
    decoded = decode_data(["Quote", ["A", 1.0, 2.0, 3.0, "B", 1.0, 2.0, "C", 1.0, 2.0, 3.0]], QUOTE)

    assert [event.eventSymbol for event in events(decoded)] == ["A"]
    assert sum(bad.rows for bad in decoded.quarantined) == 2


def test_data_without_announced_columns_is_never_decoded_by_guess() -> None:
    decoded = decode_data(["Quote", ["A", 1.0]], {})

    assert decoded.batches == []
    assert decoded.quarantined[0].reason == "no FEED_CONFIG has announced the columns of 'Quote'"


def test_an_unknown_event_type_costs_only_itself() -> None:
    layout = {"Weather": ("eventSymbol", "rain"), **QUOTE}
    decoded = decode_data(["Weather", ["A", 1.0, "B", 2.0], "Quote", ["A", 1.0, 2.0, 3.0]], layout)

    assert [event.eventSymbol for event in events(decoded)] == ["A"]
    assert [(bad.event_type, bad.rows) for bad in decoded.quarantined] == [("Weather", 2)]


def test_full_events_are_decoded_by_their_shape_whatever_was_announced() -> None:
    data = [
        {"eventType": "Quote", "eventSymbol": "A", "bidPrice": 1.0, "bidSize": "NaN"},
        {"eventType": "Quote", "eventSymbol": "B", "askPrice": 2.0},
        {"eventType": "Trade", "eventSymbol": "A", "price": 3.0, "tickDirection": "SIDEWAYS"},
    ]
    a, b, trade = events(decode_data(data, {}))

    assert (a.bidPrice, b.askPrice, trade.price) == (1.0, 2.0, 3.0)
    assert math.isnan(a.bidSize)
    assert math.isnan(b.bidPrice)
    assert trade.tickDirection == "SIDEWAYS"


def test_a_full_event_that_does_not_say_what_it_is_costs_only_itself() -> None:
    data = [{"eventSymbol": "A"}, {"eventType": "Quote", "eventSymbol": "B"}, 7]
    decoded = decode_data(data, {})

    assert [event.eventSymbol for event in events(decoded)] == ["B"]
    assert sum(bad.rows for bad in decoded.quarantined) == 2


def test_known_enumeration_names_become_members_and_unknown_ones_stay_text() -> None:
    layout = {"Trade": ("eventSymbol", "tickDirection")}
    up, new = events(decode_data(["Trade", ["A", "ZERO_UP", "B", "LOOPING"]], layout))

    assert up.tickDirection is Direction.ZERO_UP
    assert new.tickDirection == "LOOPING"


def test_an_empty_symbol_is_no_event() -> None:
    decoded = decode_data(["Quote", ["", 1.0, 2.0, 3.0, "B", 1.0, 2.0, 3.0]], QUOTE)

    assert [event.eventSymbol for event in events(decoded)] == ["B"]
    assert decoded.quarantined[0].reason == "eventSymbol is empty"


@pytest.mark.parametrize("data", [None, 5, "text", {"a": 1}, ["Quote"], [["Quote"], [1]], [1, 2], [None]])
def test_what_is_no_data_at_all_is_quarantined_whole(data: Any) -> None:
    decoded = decode_data(data, QUOTE)

    assert decoded.batches == []
    assert len(decoded.quarantined) == 1


def test_nothing_is_nothing() -> None:
    assert decode_data([], QUOTE) == Decoded([], [])


def test_fractions_where_dxfeed_means_whole_numbers_are_kept() -> None:
    layout = {"Candle": ("eventSymbol", "count", "volume"), "Summary": ("eventSymbol", "openInterest")}
    candle, summary = events(decode_data(["Candle", ["A{=d}", "NaN", 1.5], "Summary", ["A", 12.5]], layout))

    assert isinstance(candle, Candle)
    assert math.isnan(candle.count)
    assert summary.openInterest == 12.5


def test_the_check_without_booleans_is_as_strict_as_the_one_with() -> None:
    rows = ["A", 1.0, 2, "NaN", "B", "x", 1.0, 1.0, "C", 1.5, 2.5, 3.5]
    strict, quick = (decode_data(["Quote", rows], QUOTE, booleans=flag) for flag in (True, False))

    assert repr(events(strict)) == repr(events(quick))
    assert strict.quarantined == quick.quarantined


def test_a_batch_without_rows_is_no_batch() -> None:
    assert decode_data(["Quote", []], QUOTE).batches == []
