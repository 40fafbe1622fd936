from __future__ import annotations

from datetime import date
from math import isnan

import pytest

from tastytrade.simulator.instrument_line import InstrumentLine
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market

MARKET = Market(Listing(date(2025, 1, 13)))
NOW = MARKET.time_at(605)
EVENING = MARKET.time_at(6 * 3600 - 0.001)
MORNING = MARKET.time_at(6 * 3600)


def fresh(symbol: str) -> InstrumentLine:
    line = MARKET.line(symbol)
    assert isinstance(line, InstrumentLine)
    return InstrumentLine(line.path, seed=MARKET.seed)


def test_an_index_is_quoted_without_sizes_and_exchanges() -> None:
    quote = fresh("SPX").quote(NOW)

    assert quote is not None
    bid_code, bid, bid_size, ask_code, ask, ask_size = quote
    assert (bid_code, ask_code) == ("", "")
    assert isnan(bid_size)
    assert isnan(ask_size)
    assert 0.5 < ask - bid < 2.0


def test_vix_has_no_quote_but_trades() -> None:
    line = fresh("VIX")

    assert line.quote(NOW) is None
    assert not line.quote_changed(NOW - 60_000, NOW)
    assert line.trade(NOW) is not None


def test_an_equity_is_quoted_a_cent_wide_with_whole_sizes() -> None:
    quote = fresh("NVDA").quote(NOW)

    assert quote is not None
    assert quote[0] == "Q"
    assert quote[4] - quote[1] == pytest.approx(0.01)
    assert quote[2].is_integer()


def test_an_index_trades_without_sizes_and_volume() -> None:
    trade = fresh("SPX").trade(NOW)

    assert trade is not None
    assert isnan(trade[5])
    assert isnan(trade[7])


def test_the_volume_of_a_day_grows_by_the_size_of_each_print() -> None:
    line = fresh("NVDA")
    first, *_, last = line.sales_between(NOW - 150_000, NOW)
    before, after = line.trade(first[1]), line.trade(NOW)
    assert before is not None
    assert after is not None
    rows = line.sales_between(first[1], NOW)

    assert after[7] - before[7] == sum(row[5] for row in rows)
    assert (after[0], after[3]) == (last[1], last[4])


def test_change_is_that_from_the_print_before() -> None:
    line = fresh("NVDA")
    for earlier, later in zip(
        line.sales_between(NOW - 20_000, NOW), line.sales_between(NOW - 20_000, NOW)[1:], strict=False
    ):
        trade = line.trade(later[1])
        assert trade is not None
        if trade[1] == later[2] and earlier[1] < later[1]:
            assert trade[4] == pytest.approx(later[4] - earlier[4])


def test_a_print_lies_on_the_side_of_its_aggressor() -> None:
    for row in fresh("NVDA").sales_between(NOW - 20_000, NOW):
        price, bid, ask, side = row[4], row[6], row[7], row[8]
        assert price == (ask if side == "BUY" else bid)


def test_cryptocurrencies_have_trades_but_no_time_and_sales() -> None:
    line = fresh("BTC/USD:CXTALP")

    assert line.trade(NOW) is not None
    assert line.sale(NOW) is None
    assert line.sales_between(NOW - 60_000, NOW) == []
    assert list(line.sales_before(NOW)) == []


def test_only_equities_and_funds_trade_before_the_session() -> None:
    trade = fresh("SPY").trade_eth(NOW)

    assert trade is not None
    assert trade[0] < MARKET.start_ms - 1_800_000
    assert trade[10] is True
    assert fresh("SPX").trade_eth(NOW) is None
    assert fresh("BTC/USD:CXTALP").trade_eth(NOW) is None


def test_a_summary_changes_with_a_new_high_or_low_only() -> None:
    line = fresh("NVDA")
    for moment in range(NOW, NOW + 120_000, 5_000):
        old, new = line.summary(moment - 5_000), line.summary(moment)
        assert old is not None
        assert new is not None

        assert line.summary_changed(moment - 5_000, moment) == (old[2:4] != new[2:4])


def test_the_close_of_a_day_appears_when_its_session_is_over() -> None:
    line = fresh("SPX")
    during, over = line.summary(EVENING), line.summary(EVENING + 1)
    assert during is not None
    assert over is not None

    assert isnan(during[4])
    assert over[4] > 0


def test_yesterdays_close_is_todays_previous_close() -> None:
    line = fresh("SPX")
    over, morning = line.summary(EVENING + 1), line.summary(MORNING)
    assert over is not None
    assert morning is not None

    assert morning[6] == over[4]
    assert morning[5] == over[0]
    assert line.summary_changed(EVENING, MORNING)


def test_a_profile_changes_with_the_day_and_holds_the_extremes_of_a_year() -> None:
    line = fresh("SPX")
    profile = line.profile(NOW)

    assert profile is not None
    assert profile[3] > 5830 > profile[4]
    assert not line.profile_changed(NOW, EVENING)
    assert line.profile_changed(EVENING, MORNING)


def test_instruments_have_no_greeks() -> None:
    assert fresh("SPY").greeks(NOW) is None
