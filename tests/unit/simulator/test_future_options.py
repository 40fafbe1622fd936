from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tastytrade.dxfeed.future_symbols import parse_future_option_symbol
from tastytrade.simulator.future_options import FutureOptionSeries, monthly_expiration, series_of
from tastytrade.simulator.future_products import FUTURE_PRODUCTS
from tastytrade.simulator.futures import listed_futures
from tastytrade.simulator.listing import Listing

TODAY = date(2025, 1, 13)
PRODUCTS = {product.code: product for product in FUTURE_PRODUCTS}


def series(code: str, today: date = TODAY) -> dict[str, FutureOptionSeries]:
    product = PRODUCTS[code]
    return {one.contract: one for one in series_of(product, listed_futures(product, today), today)}


@pytest.mark.parametrize(
    ("code", "contract", "expiration", "underlying"),
    [
        ("ES", "ESH5", date(2025, 3, 21), "/ESH5"),
        ("ES", "EW3F5", date(2025, 1, 17), "/ESH5"),
        ("ES", "E2AF5", date(2025, 1, 13), "/ESH5"),
        ("ES", "E3BF5", date(2025, 1, 21), "/ESH5"),
        ("ES", "EWF5", date(2025, 1, 31), "/ESH5"),
        ("ES", "EWH5", date(2025, 3, 31), "/ESM5"),
        ("CL", "LOG5", date(2025, 1, 15), "/CLG5"),
        ("CL", "LOH5", date(2025, 2, 14), "/CLH5"),
        ("CL", "LO3F5", date(2025, 1, 17), "/CLH5"),
        ("GC", "OGG5", date(2025, 1, 28), "/GCG5"),
        ("GC", "OGH5", date(2025, 2, 25), "/GCJ5"),
        ("GC", "OGK5", date(2025, 4, 24), "/GCM5"),
    ],
)
def test_an_option_expires_by_its_root_s_rule_on_the_contract_after_it(
    code: str, contract: str, expiration: date, underlying: str
) -> None:
    one = series(code)[contract]

    assert (one.expiration, one.future.symbol) == (expiration, underlying)


def test_recorded_weekly_options_are_on_the_recorded_contract() -> None:
    one = series("ES", date(2026, 6, 12))["E1AN6"]

    assert (one.expiration, one.future.symbol) == (date(2026, 7, 6), "/ESU6")


def test_no_weekly_is_listed_on_a_holiday_or_on_the_last_day_of_a_month() -> None:
    found = series("ES")

    assert "E3AF5" not in found  # 20 January
    assert "EW5F5" not in found  # 31 January


def test_on_a_third_friday_the_evening_s_options_are_on_the_next_contract() -> None:
    found = series("ES", date(2025, 3, 10))

    assert found["ESH5"].expiration == found["EW3H5"].expiration
    assert found["ESH5"].future.symbol == "/ESH5"
    assert found["EW3H5"].future.symbol == "/ESM5"


def test_a_friday_before_a_holiday_moves_gold_s_options_a_day_forward() -> None:
    assert monthly_expiration(PRODUCTS["GC"], 2025, 5) == date(2025, 4, 24)
    assert monthly_expiration(PRODUCTS["GC"], 2025, 2) == date(2025, 1, 28)


@pytest.mark.parametrize("code", PRODUCTS)
def test_no_option_outlives_its_future(code: str) -> None:
    for one in series(code).values():
        assert one.expires_at <= one.future.expires_at


@pytest.mark.parametrize("code", PRODUCTS)
def test_expirations_come_by_date_and_none_is_over(code: str) -> None:
    days = [one.expiration for one in series(code).values()]

    assert days == sorted(days)
    assert days[0] >= TODAY


def test_an_option_has_a_symbol_of_each_kind() -> None:
    option = series("ES", date(2026, 6, 12))["E1AN6"].option(Decimal(6260), "P")

    assert option.symbol == "./ESU6 E1AN6 260706P6260"
    assert option.streamer_symbol == "./E1AN26P6260:XCME"
    assert option.underlying == "/ESU6"


@pytest.mark.parametrize("code", PRODUCTS)
def test_symbols_are_read_back_as_the_option(code: str) -> None:
    for option in Listing(TODAY).future_chain(code)[::37]:
        streamed = parse_future_option_symbol(option.streamer_symbol)
        named = parse_future_option_symbol(option.symbol)
        root = option.series.product.root

        assert (streamed.root, streamed.year, streamed.strike) == (root, option.series.year, option.strike)
        assert (named.root, named.year, named.strike) == (root, option.series.year, option.strike)
        assert (named.underlying, named.expiration) == (option.underlying, option.expiration)
        assert streamed.option_type == named.option_type == option.option_type
