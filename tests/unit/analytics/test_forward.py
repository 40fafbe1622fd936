from __future__ import annotations

from math import exp

import polars as pl
import pytest

from tastytrade.analytics import Conventions, with_prices
from tastytrade.analytics.forward import with_forward
from tastytrade.analytics.years import with_years
from tastytrade.errors import ConfigurationError
from tests.unit.analytics.chains import AT, SPOT, STRIKES, World, chain, listed, years_of
from tests.unit.instruments.options import FIRST, SECOND, THIRD

WORLD = World(rate=0.045, dividend=0.013)
CONVENTIONS = Conventions(rate=0.045)
"""The rate is known, the dividends are not."""


def forwards(
    table: pl.DataFrame, conventions: Conventions = CONVENTIONS, *, spot: float | None = SPOT, at: int = AT
) -> pl.DataFrame:
    table = with_prices(with_years(table, at=at, conventions=conventions))
    return with_forward(table, spot=spot, conventions=conventions)


def test_parity_finds_the_forward_without_knowing_the_dividends() -> None:
    options = listed(days=[SECOND, THIRD])
    table = forwards(chain(options, WORLD)).unique("expiration_date", maintain_order=True)
    expected = [SPOT * exp(0.032 * years_of(one)) for one in (options[0], options[-1])]

    assert table["forward"].to_list() == pytest.approx(expected, rel=1e-12)
    assert table["forward_source"].to_list() == ["parity", "parity"]


def test_parity_needs_no_spot() -> None:
    table = forwards(chain(listed(), WORLD), spot=None)

    assert table["forward"][0] == pytest.approx(SPOT * exp(0.032 * years_of(listed()[0])))
    assert table["spot"].null_count() == table.height


def test_one_strike_that_is_far_off_changes_nothing_much() -> None:
    right = forwards(chain(listed(), WORLD))["forward"][0]
    at_the_money = pl.col("strike_price").cast(pl.Float64) == SPOT
    wrong = chain(listed(), WORLD).with_columns(
        (pl.col("call_bidPrice") + pl.when(at_the_money).then(90.0).otherwise(0.0)),
        (pl.col("call_askPrice") + pl.when(at_the_money).then(90.0).otherwise(0.0)),
    )

    assert forwards(wrong)["forward"][0] == pytest.approx(right, rel=1e-12)


def test_with_two_strikes_the_forward_is_spot_carried() -> None:
    table = forwards(chain(listed(STRIKES[3:5]), WORLD), Conventions(rate=0.045, dividend_yield=0.013))

    assert table["forward_source"].to_list() == ["carry", "carry"]
    assert table["forward"][0] == pytest.approx(SPOT * exp(0.032 * years_of(listed()[0])))


def test_carry_can_be_asked_for() -> None:
    table = forwards(chain(listed(), WORLD), Conventions(rate=0.01, forward="carry"))

    assert table["forward"][0] == pytest.approx(SPOT * exp(0.01 * years_of(listed()[0])))


def test_without_spot_and_pairs_there_is_no_forward() -> None:
    table = forwards(chain(listed(kinds="C"), WORLD), spot=None)

    assert table["forward"].null_count() == table["forward_source"].null_count() == table.height


def test_what_has_expired_has_no_forward() -> None:
    table = forwards(chain(listed(days=[FIRST]), WORLD), at=AT + 86_400 * 10**9)

    assert table["forward"].null_count() == table["discount"].null_count() == table.height


@pytest.mark.parametrize("spot", [0.0, -1.0, float("nan"), float("inf")])
def test_a_spot_that_is_no_price_is_refused(spot: float) -> None:
    with pytest.raises(ConfigurationError, match="the underlying's price cannot be"):
        forwards(chain(listed(), WORLD), spot=spot)
