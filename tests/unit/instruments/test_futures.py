from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tastytrade.instruments.futures import (
    CutoffTime,
    EtfEquivalent,
    Future,
    FutureOption,
    FutureProduct,
    Roll,
    complete_future_option,
)
from tastytrade.instruments.items import decode_item
from tastytrade.instruments.models import OptionType, TickSize
from tests.unit.rest.recorded import SAMPLES, recorded

OPTION = recorded("/futures-option-chains/ES")["items"][1]


def future(product_code: str) -> Future:
    listed = (one["body"]["items"] for one in SAMPLES if one["path"].startswith("/instruments/futures"))
    return next(
        decode_item(item, Future)
        for items in listed
        for item in items
        if item["product-code"] == product_code
    )


def test_a_recorded_future_is_read_with_its_product() -> None:
    es = future("ES")

    assert (es.symbol, es.streamer_symbol) == ("/ESZ6", "/ESZ26:XCME")
    assert es.expires_at == datetime(2026, 12, 18, 14, 30, tzinfo=UTC)
    assert es.contract_size == Decimal("50.0")
    assert es.future_etf_equivalent == EtfEquivalent(symbol="SPY", share_quantity=500)
    assert es.spread_tick_sizes[1] == TickSize(value=Decimal("0.05"), symbol="/ESU7")
    assert es.future_product is not None
    assert es.future_product.listed_months == ("H", "M", "U", "Z")
    assert es.future_product.roll == Roll(
        name="expanded_offering_equity_index",
        active_count=6,
        business_days_offset=4,
        cash_settled=True,
        first_notice=False,
    )
    assert es.future_product.futures_trading_cutoff_times == (
        CutoffTime(offset_seconds=34200, timezone="Market Zone", timing="Default"),
    )


def test_a_recorded_future_knows_when_it_rolls() -> None:
    cattle = future("LE")

    assert cattle.roll_target_symbol == "/LEV6"
    assert cattle.first_notice_date == date(2026, 8, 10)


def test_a_product_lists_the_options_on_it() -> None:
    micro = decode_item(recorded("/instruments/future-products")["items"][0], FutureProduct)

    assert [(one.code, one.expiration_type) for one in micro.option_products] == [
        ("MES", "Quarterly"),
        ("EX", "End-Of-Month"),
    ]
    assert micro.option_products[0].clearing_price_multiplier == Decimal("1.0")


@pytest.mark.parametrize(
    ("symbol", "expiration", "expected"),
    [
        ("/ESZ6", "2026-12-18", "/ESZ26:XCME"),
        ("/CLF7", "2026-12-21", "/CLF27:XCME"),  # named for the month after it expires
        ("/SR3Z6", "2027-03-16", "/SR3Z26:XCME"),  # named for the quarter before it expires
        ("/ESH0", "2030-03-15", "/ESH30:XCME"),
        ("/VXX22", "2022-11-16", "/VXX22:XCME"),
        ("ODD", "2026-12-18", None),
        ("/ESZ6", None, None),
    ],
)
def test_a_streamer_symbol_that_is_missing_is_made_of_what_is_there(
    symbol: str, expiration: str | None, expected: str | None
) -> None:
    item = {"symbol": symbol, "expiration-date": expiration, "streamer-exchange-code": "XCME"}

    assert decode_item(item, Future).streamer_symbol == expected


def test_the_exchange_may_be_that_of_the_product() -> None:
    item: dict[str, Any] = {"symbol": "/ESZ6", "expiration-date": "2026-12-18"}
    product = {"code": "ES", "streamer-exchange-code": "XCME"}

    assert decode_item(item | {"future-product": product}, Future).streamer_symbol == "/ESZ26:XCME"
    assert decode_item(item, Future).streamer_symbol is None


def test_a_streamer_symbol_that_came_is_kept() -> None:
    assert decode_item({"symbol": "/ESZ6", "streamer-symbol": "/X:Y"}, Future).streamer_symbol == "/X:Y"


def test_a_recorded_option_on_a_future_is_read() -> None:
    option = decode_item(OPTION, FutureOption)

    assert option.strike_price == Decimal("6260.0")
    assert option.option_type is OptionType.PUT
    assert (option.underlying_symbol, option.option_root_symbol) == ("/ESU6", "E1A")
    assert option.future_option_product is not None
    assert option.future_option_product.expiration_type == "Weekly"


def test_an_option_the_service_has_no_streamer_symbol_for_has_none() -> None:
    option = decode_item(recorded("/futures-option-chains/ES")["items"][0], FutureOption)

    assert option.streamer_symbol is None


def test_an_option_with_an_exchange_code_has_its_streamer_symbol_made() -> None:
    item = {key: value for key, value in OPTION.items() if key != "streamer-symbol"}
    item["streamer-exchange-code"] = "XCME"

    assert decode_item(item, FutureOption).streamer_symbol == "./E1AN26P6260:XCME"


@pytest.mark.parametrize("text", ["2026-07-06 00:00:00 UTC", "2026-07-06T00:00:00Z", "2026-07-06"])
def test_a_maturity_date_may_come_with_a_time(text: str) -> None:
    option = decode_item(OPTION | {"maturity-date": text}, FutureOption)

    assert option.maturity_date == date(2026, 7, 6)


@pytest.mark.parametrize("field", ["expiration-date", "strike-price", "option-type", "underlying-symbol"])
@pytest.mark.parametrize("damage", ["absent", None, [], {}])
def test_what_an_options_symbol_says_is_not_lost(field: str, damage: Any) -> None:
    item = OPTION | {field: damage}
    if damage == "absent":
        del item[field]
    option = decode_item(item, FutureOption, complete=complete_future_option)

    assert option == decode_item(OPTION, FutureOption)


@pytest.mark.parametrize("symbol", [None, 5, "", "SPX", "./E1AN26P6260:XCME"])
def test_a_symbol_that_says_nothing_adds_nothing(symbol: Any) -> None:
    item = {"symbol": symbol}
    complete_future_option(item)

    assert item == {"symbol": symbol}
