from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tastytrade.dxfeed.future_symbols import parse_future_symbol
from tastytrade.simulator.future_products import FUTURE_PRODUCTS
from tastytrade.simulator.futures import (
    active_futures,
    business_days_before,
    expired_futures,
    factor_at,
    future_of,
    instrument_of,
    listed_futures,
)
from tastytrade.simulator.listing import Listing

TODAY = date(2025, 1, 13)
PRODUCTS = {product.code: product for product in FUTURE_PRODUCTS}


def names(code: str, today: date = TODAY) -> list[str]:
    return [future.name for future in listed_futures(PRODUCTS[code], today)]


@pytest.mark.parametrize(
    ("code", "year", "month", "expiration"),
    [
        ("ES", 2025, 3, date(2025, 3, 21)),
        ("ES", 2026, 6, date(2026, 6, 18)),  # the third Friday is a holiday
        ("MES", 2026, 12, date(2026, 12, 18)),
        ("CL", 2025, 2, date(2025, 1, 21)),  # 25 January is a Saturday
        ("CL", 2025, 1, date(2024, 12, 19)),  # 25 December is a holiday
        ("CL", 2020, 5, date(2020, 4, 21)),
        ("CL", 2025, 3, date(2025, 2, 20)),
        ("GC", 2025, 2, date(2025, 2, 26)),
        ("GC", 2024, 12, date(2024, 12, 27)),
    ],
)
def test_a_contract_expires_by_the_rule_of_its_product(
    code: str, year: int, month: int, expiration: date
) -> None:
    assert future_of(PRODUCTS[code], year, month).expiration == expiration


def test_only_what_is_delivered_has_a_day_of_notice() -> None:
    assert future_of(PRODUCTS["ES"], 2025, 3).first_notice is None
    assert future_of(PRODUCTS["GC"], 2025, 2).first_notice == date(2025, 1, 31)
    assert future_of(PRODUCTS["CL"], 2025, 2).first_notice == date(2025, 1, 23)


def test_contracts_stop_at_their_product_s_hour_in_new_york() -> None:
    assert future_of(PRODUCTS["ES"], 2026, 12).expires_at == datetime(2026, 12, 18, 14, 30, tzinfo=UTC)
    assert future_of(PRODUCTS["ES"], 2026, 6).expires_at == datetime(2026, 6, 18, 13, 30, tzinfo=UTC)
    assert future_of(PRODUCTS["CL"], 2025, 2).expires_at == datetime(2025, 1, 21, 19, 30, tzinfo=UTC)


def test_the_next_contracts_are_listed_by_month() -> None:
    assert names("ES")[:5] == ["ESH5", "ESM5", "ESU5", "ESZ5", "ESH6"]
    assert names("CL")[:3] == ["CLG5", "CLH5", "CLJ5"]
    assert names("GC")[:6] == ["GCF5", "GCG5", "GCH5", "GCJ5", "GCM5", "GCQ5"]


def test_a_contract_is_listed_until_its_last_day() -> None:
    assert names("CL", date(2025, 1, 21))[0] == "CLG5"
    assert names("CL", date(2025, 1, 22))[0] == "CLH5"


@pytest.mark.parametrize("code", PRODUCTS)
def test_one_digit_of_the_year_tells_a_product_s_contracts_apart(code: str) -> None:
    found = names(code)

    assert len(found) == PRODUCTS[code].listed_number
    assert len(found) == len(set(found))


@pytest.mark.parametrize("code", PRODUCTS)
def test_symbols_are_read_back_as_the_contract(code: str) -> None:
    for future in listed_futures(PRODUCTS[code], TODAY):
        streamed = parse_future_symbol(future.streamer_symbol)
        named = parse_future_symbol(future.symbol, today=TODAY)

        assert (streamed.root, streamed.month, streamed.year) == (code, future.letter, future.year)
        assert (named.root, named.month, named.year) == (code, future.letter, future.year)
        assert streamed.exchange == PRODUCTS[code].exchange_code


def test_two_digits_cannot_say_another_century_so_nothing_is_listed_there() -> None:
    assert names("ES", date(1995, 1, 13)) == []
    assert names("CL", date(2150, 1, 13)) == []


@pytest.mark.parametrize(
    ("code", "today", "active"),
    [
        ("ES", date(2025, 1, 13), "ESH5"),
        ("ES", date(2026, 6, 12), "ESM6"),  # recorded: still active six days before its end
        ("ES", date(2026, 6, 15), "ESU6"),
        ("CL", date(2025, 1, 13), "CLG5"),
        ("CL", date(2025, 1, 16), "CLH5"),
        ("GC", date(2025, 1, 13), "GCG5"),
        ("GC", date(2025, 1, 27), "GCJ5"),
    ],
)
def test_the_active_month_is_the_first_before_its_day_to_roll(code: str, today: date, active: str) -> None:
    found = active_futures(listed_futures(PRODUCTS[code], today), today)

    assert found[0].name == active


def test_what_expired_in_the_year_before_is_known_too() -> None:
    found = [future.name for future in expired_futures(PRODUCTS["ES"], TODAY)]

    assert found == ["ESH4", "ESM4", "ESU4", "ESZ4"]


def test_business_days_skip_weekends_and_holidays() -> None:
    assert business_days_before(date(2025, 1, 21), 2) == date(2025, 1, 16)


def test_a_contract_is_busiest_in_its_own_turn() -> None:
    future = future_of(PRODUCTS["ES"], 2025, 6)

    shares = [
        future.share_at(day)
        for day in (date(2024, 6, 3), date(2025, 1, 13), date(2025, 4, 1), date(2025, 6, 19))
    ]

    assert shares[0] < shares[1] < 0.1
    assert shares[2] == 1.0
    assert 0.5 < shares[3] < 1.0


def test_later_months_of_an_index_are_dearer_and_meet_it_at_their_end() -> None:
    near, far = future_of(PRODUCTS["ES"], 2025, 3), future_of(PRODUCTS["ES"], 2025, 12)

    assert 1.0 < factor_at(near, TODAY) < factor_at(far, TODAY) < 1.04
    assert factor_at(near, near.expiration) == 1.0


def test_later_months_of_crude_oil_are_cheaper() -> None:
    assert factor_at(future_of(PRODUCTS["CL"], 2025, 12), TODAY) < 0.95


def test_a_contract_as_an_instrument_stands_on_its_grid() -> None:
    listing = Listing(TODAY)
    spot = listing.instrument("SPX")
    assert spot is not None

    instrument = instrument_of(future_of(PRODUCTS["ES"], 2025, 3), spot, TODAY)

    assert instrument.price % 0.25 == 0
    assert instrument.price == pytest.approx(5830 * 1.0056, rel=1e-3)
    assert instrument.description == "E Mini S&P Mar 2025"
    assert instrument.streamer_symbol == "/ESH25:XCME"
