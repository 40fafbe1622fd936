from __future__ import annotations

from typing import Any

import pytest

from tastytrade.analytics import Conventions
from tastytrade.errors import ConfigurationError


def test_dealers_are_long_calls_and_short_puts_unless_told() -> None:
    usual = Conventions()
    turned = Conventions(dealers_calls="short", dealers_puts="long")

    assert (usual.dealers("call"), usual.dealers("put")) == (1, -1)
    assert (turned.dealers("call"), turned.dealers("put")) == (-1, 1)


def test_a_year_has_365_days_or_252_of_trading() -> None:
    calendar, trading = Conventions(), Conventions(day_count="trading")

    assert (calendar.days_a_year, trading.days_a_year) == (365.0, 252.0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"price": "last"}, "there are: mid, bid, ask, mark"),
        ({"day_count": "actual"}, "there are: calendar, trading"),
        ({"rate": 4.3}, "like 0.043 for 4.3 percent"),
        ({"dividend_yield": float("nan")}, "must be a fraction a year"),
        ({"reach": 0.0}, "must be a number greater than 0"),
        ({"shares_per_contract": float("inf")}, "must be a number greater than 0"),
    ],
)
def test_a_convention_that_cannot_be_meant_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Conventions(**given)
