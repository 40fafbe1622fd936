from __future__ import annotations

from datetime import date
from math import isnan

import pytest

from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tastytrade.simulator.option_line import OptionLine

MARKET = Market(Listing(date(2025, 1, 13)))
NOW = MARKET.time_at(600)
HOUR_MS = 3_600_000


def fresh(symbol: str) -> OptionLine:
    line = MARKET.line(symbol)
    assert isinstance(line, OptionLine)
    return OptionLine(line.path)


def test_a_quote_does_not_depend_on_what_was_asked_before() -> None:
    asked, other = fresh(".SPXW250113C5830"), fresh(".SPXW250113C5830")
    for moment in range(0, 60_000, 700):
        asked.quote(NOW + moment - 90_000)

    assert asked.quote(NOW) == other.quote(NOW)


def test_prices_change_only_when_a_change_is_reported() -> None:
    line = fresh(".SPXW250113C5830")
    before = NOW
    for moment in range(NOW + 100, NOW + 20_000, 100):
        old, new = line.quote(before), line.quote(moment)
        assert old is not None
        assert new is not None

        assert line.quote_changed(before, moment) or (old[1], old[4]) == (new[1], new[4])
        before = moment


def test_a_worthless_option_is_bid_at_nought_with_no_size() -> None:
    quote = fresh(".SPXW250113C6200").quote(NOW)

    assert quote is not None
    assert quote[1] == 0.0
    assert isnan(quote[2])
    assert quote[4] == 0.05
    assert quote[5] > 100


def test_greeks_keep_their_time_until_they_are_taken_anew() -> None:
    line = fresh(".SPXW250113C5830")
    taken = line.greeks(NOW)
    assert taken is not None
    length = line.path.habits.greeks_ms

    assert NOW - length < taken[1] <= NOW
    assert line.greeks(taken[1] + length - 1) == taken
    assert line.greeks_changed(NOW, taken[1] + length)


def test_a_trade_stands_until_the_next_one() -> None:
    line = fresh(".SPXW250113C5830")
    trade = line.trade(NOW)
    assert trade is not None
    following = line.path.next_trade_time(*line.path.last_trade_place(NOW))

    assert line.trade(following - 1) == trade
    assert line.trade(following) != trade
    assert line.trade_changed(NOW, following)
    assert not line.trade_changed(NOW, following - 1)


def test_the_last_trade_is_the_last_print() -> None:
    line = fresh(".SPXW250113P5830")
    trade = line.trade(NOW)
    assert trade is not None

    (*_, last) = line.sales_between(NOW - 60_000, NOW)
    assert (last[1], last[4], last[5]) == (trade[0], trade[3], trade[5])
    assert line.sale(NOW) == last
    assert next(line.sales_before(NOW)) == last


def test_prints_between_two_moments_are_those_before_the_later_one() -> None:
    line = fresh(".SPXW250113P5830")
    rows = line.sales_between(NOW - HOUR_MS, NOW)
    backward = line.sales_before(NOW)

    assert rows == [next(backward) for _ in rows][::-1]


@pytest.mark.parametrize("later", [1, 5 * HOUR_MS, 30 * HOUR_MS])
def test_after_expiry_nothing_changes(later: int) -> None:
    line = fresh(".SPXW250113C5830")
    end = line.path.expires_ms

    assert not line.quote_changed(end, end + later)
    assert not line.trade_changed(end, end + later)
    assert not line.greeks_changed(end, end + later)
    assert line.trade(end) == line.trade(end + later)
    assert line.greeks(end) == line.greeks(end + later)
    assert line.quote(end) == line.quote(end + later)
    assert repr(line.summary(end)) == repr(line.summary(end + later))


def test_a_summary_has_open_interest_and_the_close_before() -> None:
    summary = fresh(".SPXW250113C5830").summary(NOW)

    assert summary is not None
    _, opened, high, low, close, _, before, volume, open_interest = summary
    assert low <= opened <= high
    assert isnan(close)
    assert before > 0.0
    assert volume > 0
    assert open_interest > 0


def test_a_profile_of_an_option_says_nothing() -> None:
    line = fresh(".SPXW250113C5830")
    profile = line.profile(NOW)

    assert profile is not None
    assert profile[:3] == ("", "UNDEFINED", None)
    assert line.trade_eth(NOW) is None
