from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from tastytrade.simulator.future_payloads import display_factor, future_items, product_item
from tastytrade.simulator.future_products import FUTURE_PRODUCTS
from tastytrade.simulator.futures import expired_futures, listed_futures
from tests.unit.rest.recorded import SAMPLES, recorded

PRODUCTS = {product.code: product for product in FUTURE_PRODUCTS}
RECORDED_ES = next(
    one["body"]["items"][0] for one in SAMPLES if one["path"] == "/instruments/futures?product-code[]=ES"
)


def items(code: str, today: date) -> dict[str, dict[str, Any]]:
    product = PRODUCTS[code]
    found = future_items(
        product, listed_futures(product, today), today, expired=expired_futures(product, today)
    )
    return {item["symbol"]: item for item in msgspec.to_builtins(found)}


def test_a_future_is_the_recorded_one_but_for_numbers_of_the_service_s_own() -> None:
    own = {"security-id", "spread-tick-sizes", "roll-target-symbol"}

    item = items("ES", date(2026, 6, 24))["/ESZ6"]

    assert [key for key in item if key != "roll-target-symbol"] == list(RECORDED_ES)
    assert {key: value for key, value in item.items() if key not in own} == {
        key: value for key, value in RECORDED_ES.items() if key not in own
    }
    assert item["spread-tick-sizes"][1] == {"symbol": "/ESZ6", "value": "0.05"}


def test_a_delivered_future_has_the_keys_recorded_of_one() -> None:
    [cattle, *_] = recorded("/instruments/futures")["items"]

    item = items("GC", date(2025, 1, 13))["/GCG5"]

    assert set(cattle) <= set(item)
    assert set(cattle["future-product"]) <= set(item["future-product"])
    assert item["first-notice-date"] == "2025-01-31"
    assert item["closing-only-date"] == "2025-01-24"
    assert item["roll-target-symbol"] == "/GCJ5"


def test_one_contract_is_active_and_one_is_next() -> None:
    found = items("CL", date(2025, 1, 13)).values()

    assert [item["symbol"] for item in found if item["active-month"]] == ["/CLG5"]
    assert [item["symbol"] for item in found if item["next-active-month"]] == ["/CLH5"]


def test_an_expired_contract_is_neither_active_nor_tradeable() -> None:
    found = items("ES", date(2025, 1, 13))

    assert (found["/ESZ4"]["active"], found["/ESZ4"]["is-tradeable"]) == (False, False)
    assert (found["/ESH5"]["active"], found["/ESH5"]["is-tradeable"]) == (True, True)


def test_a_product_has_the_recorded_values() -> None:
    [micro, *_] = recorded("/instruments/future-products")["items"]
    cut = {"active-months", "listed-months", "option-products"}

    item = msgspec.to_builtins(product_item(PRODUCTS["MES"], with_options=True))
    shown = {product["code"]: product for product in item["option-products"]}

    assert set(item) == set(micro)
    assert {key: value for key, value in item.items() if key not in cut} == {
        key: value for key, value in micro.items() if key not in cut
    }
    assert [shown[product["code"]] for product in micro["option-products"]] == micro["option-products"]


@pytest.mark.parametrize(("code", "factor"), [("ES", "0.01"), ("CL", "0.01"), ("GC", "0.1")])
def test_the_display_factor_is_one_in_the_last_digit(code: str, factor: str) -> None:
    assert display_factor(PRODUCTS[code]) == factor
