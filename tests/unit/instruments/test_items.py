import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tastytrade.instruments.futures import Future
from tastytrade.instruments.items import clear_what_is_no_number, decode_item, decode_items, dicts_in, fill
from tastytrade.instruments.metrics import MarketMetrics
from tastytrade.instruments.models import (
    Cryptocurrency,
    Equity,
    Option,
    OptionType,
    TickSize,
    complete_option,
)

OPTION: dict[str, Any] = {
    "active": True,
    "days-to-expiration": 0,
    "expiration-date": "2026-06-12",
    "expires-at": "2026-06-12T20:00:00.000+00:00",
    "option-type": "C",
    "root-symbol": "SPXW",
    "settlement-type": "PM",
    "shares-per-contract": 100,
    "streamer-symbol": ".SPXW260612C110",
    "strike-price": "110.0",
    "symbol": "SPXW  260612C00110000",
    "underlying-symbol": "SPX",
}


def options(*items: Any) -> list[Option]:
    return decode_items(
        [dict(item) if isinstance(item, dict) else item for item in items], Option, complete=complete_option
    )


def test_an_item_becomes_a_struct_with_typed_fields() -> None:
    (option,) = options(OPTION)

    assert option.strike_price == Decimal("110.0")
    assert option.expiration_date == date(2026, 6, 12)
    assert option.expires_at == datetime(2026, 6, 12, 20, tzinfo=UTC)
    assert option.option_type is OptionType.CALL
    assert option.halted_at is None


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("days-to-expiration", "soon", None),
        ("days-to-expiration", "12", 12),
        ("days-to-expiration", None, None),
        ("days-to-expiration", 1.5, None),
        ("active", "yes, very", None),
        ("active", "true", True),
        ("expires-at", "2026-06-12 24:00", None),
        ("expires-at", 0, datetime(1970, 1, 1, tzinfo=UTC)),
        ("settlement-type", {"a": 1}, None),
        ("settlement-type", 7, None),
        ("shares-per-contract", "100", 100),
        ("shares-per-contract", [], None),
    ],
)
def test_a_mistyped_field_costs_that_field_alone(field: str, value: object, expected: object) -> None:
    (option,) = options(OPTION | {field: value})

    assert getattr(option, field.replace("-", "_")) == expected
    assert option.strike_price == Decimal("110.0")


@pytest.mark.parametrize("field", [key for key in OPTION if key != "symbol"])
@pytest.mark.parametrize("damage", ["absent", None, [], "x-ray"])
def test_no_single_field_costs_an_option(field: str, damage: object) -> None:
    item = OPTION | {field: damage}
    if damage == "absent":
        del item[field]

    (option,) = options(item)

    assert option.symbol == OPTION["symbol"]
    assert option.strike_price == 110
    assert option.expiration_date == date(2026, 6, 12)
    assert option.option_type is OptionType.CALL


def test_a_missing_streamer_symbol_is_built_from_the_root_not_the_underlying() -> None:
    item = OPTION | {"streamer-symbol": "", "strike-price": "5917.50"}

    assert options(item)[0].streamer_symbol == ".SPXW260612C5917.5"


def test_a_field_that_the_service_adds_is_ignored() -> None:
    assert options(OPTION | {"brand-new": {"deep": [1]}}) == options(OPTION)


@pytest.mark.parametrize(
    "item",
    [None, 3, "text", [], {}, {"symbol": 3}, {"symbol": "AAPL"}, OPTION | {"symbol": None}],
)
def test_only_an_item_without_what_it_cannot_be_without_is_left_out(
    item: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert options(OPTION, item, OPTION) == options(OPTION, OPTION)
    assert "1 of 3 Option items cannot be read and are left out" in caplog.messages


@pytest.mark.parametrize("strike", ["NaN", "Infinity", "-Infinity"])
def test_a_strike_that_is_no_number_is_read_from_the_symbol(strike: str) -> None:
    assert options(OPTION | {"strike-price": strike})[0].strike_price == 110


def test_one_kind_of_damage_is_logged_once_for_the_whole_list(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="tastytrade")
    options(*[OPTION | {"active": "maybe"}] * 50)

    assert len(caplog.messages) == 1
    assert "active" in caplog.messages[0]


def test_damage_inside_a_nested_list_costs_that_entry_alone() -> None:
    item = {
        "symbol": "AAPL",
        "tick-sizes": [
            {"threshold": "3.0", "value": "0.01"},
            {"value": "?"},
            {"value": 0.05, "threshold": []},
        ],
    }

    (equity,) = decode_items([item], Equity)

    assert equity.tick_sizes == (
        TickSize(value=Decimal("0.01"), threshold=Decimal("3.0")),
        TickSize(value=Decimal("0.05")),
    )


def test_a_number_sent_as_a_number_keeps_its_digits() -> None:
    (crypto,) = decode_items([{"symbol": "BTC/USD", "tick-size": 0.00005}], Cryptocurrency)

    assert crypto.tick_size == Decimal("0.00005")


def test_a_list_of_which_nothing_can_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="none of 2 items is Option"):
        options({"id": 1}, {"id": 2})
    assert options() == []


def test_one_item_is_read_like_those_of_a_list() -> None:
    assert decode_item({"symbol": "AAPL", "is-etf": "maybe"}, Equity) == Equity(symbol="AAPL")
    with pytest.raises(ValueError, match="none of 1 items is Equity"):
        decode_item({"symbol": None}, Equity)


def test_damage_inside_a_nested_object_costs_that_field_alone() -> None:
    product = {"code": "ES", "tick-size": [], "exchange": "CME", "roll": {"name": 5, "active-count": 6}}
    future = decode_item({"symbol": "/ESZ6", "future-product": product}, Future)

    assert future.future_product is not None
    assert (future.future_product.exchange, future.future_product.tick_size) == ("CME", None)
    assert future.future_product.roll is not None
    assert (future.future_product.roll.name, future.future_product.roll.active_count) == (None, 6)


@pytest.mark.parametrize("product", [None, 5, [], "ES", {"code": None}, {}])
def test_a_nested_object_that_cannot_be_read_is_not_there(product: object) -> None:
    future = decode_item({"symbol": "/ESZ6", "exchange": "CME", "future-product": product}, Future)

    assert (future.future_product, future.exchange) == (None, "CME")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-18 00:00:00 UTC", date(2026, 12, 18)),
        ("2026-12-18T00:00:00.000Z", date(2026, 12, 18)),
        ("2026-12-18x", None),
        ("2026-13-18 00:00:00 UTC", None),
    ],
)
def test_a_date_may_come_with_a_time_of_day(text: str, expected: date | None) -> None:
    assert decode_item({"symbol": "/ESZ6", "expiration-date": text}, Future).expiration_date == expected


def test_a_time_without_a_zone_is_not_known() -> None:
    equity = decode_item({"symbol": "X", "halted-at": "2026-06-12T20:00:00"}, Equity)

    assert equity.halted_at is None


def test_only_what_is_missing_or_wrong_is_filled_in() -> None:
    item: dict[str, Any] = {"a": "1.50", "b": "NaN", "c": None, "d": "x"}
    for key in ("a", "b", "c", "d", "e"):
        fill(item, key, "2", Decimal)

    assert item == {"a": "1.50", "b": "2", "c": "2", "d": "2", "e": "2"}


def test_objects_are_found_in_a_list_alone() -> None:
    assert dicts_in({"a": [{"b": 1}, None, "c", [], {}]}, "a") == [{"b": 1}, {}]
    assert dicts_in({"a": {"b": 1}}, "a") == dicts_in({}, "a") == []


def test_what_is_no_number_is_not_available() -> None:
    metrics = MarketMetrics(symbol="X", beta=Decimal("NaN"), market_cap=Decimal(1))
    clear_what_is_no_number(metrics)

    assert (metrics.beta, metrics.market_cap) == (None, Decimal(1))
