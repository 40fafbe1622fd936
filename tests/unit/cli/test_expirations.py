"""Which expiration is meant."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tastytrade.cli.expirations import Asked, asked_expiration
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.nested_options import parse_nested_chain
from tests.unit.instruments.test_nested_options import KEPT


def test_a_day_or_days_are_an_expiration_but_not_both() -> None:
    day = datetime(2026, 12, 18)  # noqa: DTZ001 - as typer gives it

    assert asked_expiration("SPX", expiration=day, dte=None, root="SPXW") == Asked(
        "SPX", date(2026, 12, 18), None, "SPXW"
    )
    with pytest.raises(ConfigurationError, match="--dte and --expiration exclude each other"):
        asked_expiration("SPX", expiration=day, dte=0, root=None)


def test_the_nearest_is_meant_unless_told() -> None:
    chain = parse_nested_chain("SPX", KEPT)

    assert Asked("SPX").of(chain).date == chain.nearest_expiration().date
