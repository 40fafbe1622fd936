from datetime import date, timedelta
from itertools import pairwise

import pytest

from tastytrade.simulator.catalogue import BUILT_IN
from tastytrade.simulator.corporate_events import (
    QUARTER,
    consensus,
    dividends,
    earnings,
    next_report,
)
from tastytrade.simulator.instrument import Instrument

TODAY = date(2025, 1, 9)


def instrument(symbol: str) -> Instrument:
    return next(one for one in BUILT_IN if one.symbol == symbol)


def test_dividends_go_back_to_the_listing_and_grow() -> None:
    paid = dividends(instrument("AAPL"), TODAY)

    assert paid[0].occurred_date == TODAY
    assert paid[-1].occurred_date - instrument("AAPL").listed_since < timedelta(days=91)
    assert paid[0].amount == 0.2524
    assert [one.amount for one in paid] == sorted((one.amount for one in paid), reverse=True)


@pytest.mark.parametrize("symbol", ["TSLA", "BTC/USD", "SPX"])
def test_who_pays_nothing_has_no_dividends(symbol: str) -> None:
    assert dividends(instrument(symbol), TODAY) == []


def test_a_company_reports_every_quarter_wherever_one_looks_from() -> None:
    company = instrument("MSFT")
    report = next_report(company, TODAY)
    reports = earnings(company, first=date(2020, 1, 1), today=TODAY)

    assert TODAY < report <= TODAY + QUARTER
    assert next_report(company, report - timedelta(days=1)) == report
    assert next_report(company, report) == report + QUARTER
    assert reports[0].occurred_date == report - QUARTER
    assert earnings(company, first=date(2020, 1, 1), today=report)[1:] != []
    assert {a.occurred_date - b.occurred_date for a, b in pairwise(reports)} == {QUARTER}


@pytest.mark.parametrize("symbol", ["SPY", "SPX", "ETH/USD"])
def test_funds_and_the_like_report_nothing(symbol: str) -> None:
    assert earnings(instrument(symbol), first=date(2000, 1, 1), today=TODAY) == []


def test_what_is_expected_is_near_what_is_earned() -> None:
    for symbol in ("AAPL", "NVDA", "TSLA"):
        company = instrument(symbol)

        assert consensus(company) == pytest.approx(company.earnings_per_share / 4, rel=0.11)
