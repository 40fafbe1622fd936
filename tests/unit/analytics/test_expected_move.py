from __future__ import annotations

from math import pi, sqrt

import polars as pl
import pytest

from tastytrade.analytics import Conventions, expected_move, with_greeks
from tests.unit.analytics.chains import AT, SPOT, World, chain, listed, years_of
from tests.unit.instruments.options import FIRST, SECOND

CARRY = Conventions(forward="carry")


def measured(table: pl.DataFrame, *, spot: float | None = SPOT, at: int = AT) -> pl.DataFrame:
    return with_greeks(table, spot=spot, at=at, conventions=CARRY)


def test_a_straddle_costs_four_fifths_of_a_deviation() -> None:
    row = expected_move(measured(chain(listed()))).row(0, named=True)
    deviation = SPOT * 0.2 * sqrt(years_of(listed()[0]))

    assert row["volatility_move"] == pytest.approx(deviation)
    # 2 (2 N(d / 2) - 1) = sqrt(2 / pi) d, for a small d.
    assert row["straddle"] == pytest.approx(sqrt(2 / pi) * deviation, rel=1e-4)


def test_the_straddles_move_is_a_share_of_it_around_the_spot() -> None:
    table = measured(chain(listed()))
    row = expected_move(table).row(0, named=True)

    assert row["straddle_move"] == pytest.approx(0.85 * row["straddle"])
    assert (row["lower"], row["upper"]) == pytest.approx(
        (SPOT - row["straddle_move"], SPOT + row["straddle_move"])
    )
    assert (
        expected_move(table, conventions=Conventions(straddle_share=1.0))["straddle_move"][0]
        == row["straddle"]
    )


def test_the_straddle_is_that_of_the_strike_nearest_the_forward_with_both_sides() -> None:
    table = chain(listed(), World(spot=5902.0))
    one_sided = table.with_columns(pl.when(pl.col("strike_price") != 5900).then(pl.col("put_bidPrice")))

    assert float(expected_move(measured(table, spot=5902.0))["strike_price"][0]) == 5900
    assert float(expected_move(measured(one_sided, spot=5902.0))["strike_price"][0]) == 5950


def test_without_prices_nothing_is_expected_and_the_expiration_is_there() -> None:
    row = expected_move(measured(chain(listed(kinds="C")))).row(0, named=True)

    assert row["expiration_date"] == SECOND
    assert row["straddle"] is row["straddle_move"] is row["lower"] is None


def test_expired_options_move_nothing() -> None:
    table = measured(chain(listed(days=[FIRST])), at=AT + 86_400 * 10**9)

    assert expected_move(table).height == 0
