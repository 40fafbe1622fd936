"""Values of tables as a person reads them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tastytrade.cli.frame_output import age_text, cell_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0.0s"), (0.44, "0.4s"), (12, "12s"), (180, "3m"), (18_000, "5h"), (200_000, "2d")],
)
def test_an_age_takes_a_few_characters(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("time", 1_795_184_000_000, "11-20 14:13:20"),
        ("strike_price", Decimal("5910.000"), "5,910"),
        ("call_quote_age", timedelta(seconds=2), "2.0s"),
        ("bidPrice", None, ""),
    ],
)
def test_a_value_is_written_for_people(name: str, value: object, text: str) -> None:
    assert cell_text(name, value) == text
