from decimal import Decimal

import pytest

from tastytrade.simulator.payloads import decimal_text, stable_id


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal(110), "110.0"),
        (Decimal("5.9E+3"), "5900.0"),
        (Decimal("257.5"), "257.5"),
        (0.00005, "0.00005"),
        (0.01, "0.01"),
        (100, "100.0"),
        (1e16, "10000000000000000.0"),
    ],
)
def test_a_decimal_is_text_with_a_fraction_and_no_exponent(value: Decimal | float, text: str) -> None:
    assert decimal_text(value) == text


def test_an_identifier_depends_on_the_name_alone() -> None:
    assert stable_id("SPX") == 1431583
    assert stable_id("SPY") != stable_id("SPX")
