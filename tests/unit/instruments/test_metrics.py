from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tastytrade.errors import SymbolError
from tastytrade.instruments import get_dividends, get_earnings_reports, get_market_metrics
from tastytrade.instruments.metrics import Dividend, Earnings, EarningsReport, ExpirationVolatility
from tests.unit.rest.recorded import SAMPLES
from tests.unit.rest.runner import Blocking, items

OLD, NEW = (one["body"] for one in SAMPLES if one["path"].startswith("/market-metrics"))


def test_recorded_metrics_are_read_with_all_that_is_inside() -> None:
    session = Blocking({"data": NEW})
    (apple,) = get_market_metrics(session, ["AAPL"])

    assert apple.implied_volatility_index == Decimal("0.261833862")
    assert apple.implied_volatility_index_5_day_change == Decimal("-0.000167047")
    assert apple.implied_volatility_30_day == Decimal("26.53")
    assert apple.corr_spy_3month == Decimal("0.27")
    assert apple.market_cap == 4514709583000
    assert apple.option_expiration_implied_volatilities[1] == ExpirationVolatility(
        expiration_date=date(2026, 8, 26),
        option_chain_type="Standard",
        settlement_type="PM",
        implied_volatility=Decimal("0.267955675"),
    )
    assert apple.liquidity_running_state is not None
    assert apple.liquidity_running_state.count == 9
    assert apple.earnings == Earnings(
        visible=True,
        expected_report_date=date(2026, 7, 30),
        estimated=False,
        late_flag=0,
        quarter_end_date=date(2026, 6, 1),
        actual_eps=Decimal("1.57"),
        consensus_estimate=Decimal("1.86"),
        updated_at=datetime(2026, 6, 5, 2, 15, 52, 572000, tzinfo=UTC),
    )
    assert session.targets == ["/market-metrics?symbols=AAPL"]


def test_metrics_come_in_the_order_asked() -> None:
    session = Blocking(OLD)
    symbols = [item["symbol"] for item in OLD["data"]["items"]]
    found = get_market_metrics(session, ["NOPE", *reversed(symbols)])

    assert [one.symbol for one in found] == symbols[::-1]
    assert session.targets[0].startswith("/market-metrics?symbols=NOPE%2C")


def test_an_expiration_without_volatility_keeps_its_date() -> None:
    bitcoin = get_market_metrics(Blocking(OLD), ["/MBT"])[0]

    assert bitcoin.option_expiration_implied_volatilities[0] == ExpirationVolatility(
        expiration_date=date(2023, 5, 1), option_chain_type="Standard", settlement_type="PM"
    )


def test_many_symbols_are_asked_for_in_parts() -> None:
    symbols = [f"SYM{n:04}" for n in range(1_000)]
    session = Blocking(items({"symbol": "SYM0999"}), items({"symbol": "SYM0000"}), items())
    found = get_market_metrics(session, symbols)

    assert [one.symbol for one in found] == ["SYM0000", "SYM0999"]
    assert max(map(len, session.targets)) < 6_000
    asked = [name for target in session.targets for name in target.partition("=")[2].split("%2C")]
    assert asked == symbols


def test_figures_that_are_none_are_not_available() -> None:
    volatility = {"expiration-date": "2026-08-24", "implied-volatility": "NaN"}
    item = {
        "symbol": "X",
        "beta": "NaN",
        "borrow-rate": "0.0",
        "option-expiration-implied-volatilities": [volatility],
    }
    (found,) = get_market_metrics(Blocking(items(item)), ["X"])

    assert (found.beta, found.borrow_rate) == (None, Decimal("0.0"))
    assert found.option_expiration_implied_volatilities[0].implied_volatility is None


def test_dividends_and_earnings_of_the_past_are_read() -> None:
    dividend = {"occurred-date": "2026-05-09", "amount": "0.27"}
    report = {"occurred-date": "2026-01-29", "eps": "2.84"}
    session = Blocking(items(dividend), items(report), items({"occurred-date": "2026-01-29"}))

    assert get_dividends(session, "BRK/B") == [
        Dividend(occurred_date=date(2026, 5, 9), amount=Decimal("0.27"))
    ]
    assert get_earnings_reports(session, "AAPL", date(2025, 1, 1))[0].eps == Decimal("2.84")
    assert get_earnings_reports(
        session, "AAPL", datetime(2025, 1, 1, 12, tzinfo=UTC), end_date=date(2026, 1, 1)
    ) == [EarningsReport(occurred_date=date(2026, 1, 29))]
    where = "/market-metrics/historic-corporate-events/"
    assert session.targets == [
        where + "dividends/BRK%2FB",
        where + "earnings-reports/AAPL?start-date=2025-01-01",
        where + "earnings-reports/AAPL?start-date=2025-01-01&end-date=2026-01-01",
    ]


@pytest.mark.parametrize("symbols", ["AAPL", [], [None]])
def test_what_is_no_list_of_symbols_is_refused(symbols: Any) -> None:
    with pytest.raises(SymbolError):
        get_market_metrics.call(symbols)
