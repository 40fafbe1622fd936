from __future__ import annotations

from math import exp

import polars as pl
import pytest

from tastytrade.analytics import Conventions, exposure, flip_level, gamma_profile, with_greeks
from tastytrade.errors import ConfigurationError
from tests.unit.analytics.chains import AT, SPOT, chain, listed, years_of

CARRY = Conventions(forward="carry")


def measured(table: pl.DataFrame, conventions: Conventions = CARRY) -> pl.DataFrame:
    return with_greeks(table, spot=SPOT, at=AT, conventions=conventions)


def two_strikes(put: float, call: float) -> pl.DataFrame:
    """Open interest in the puts of one strike and in the calls of another alone."""
    table = chain(listed([put, call]), greeks=True)
    strike = pl.col("strike_price").cast(pl.Float64)
    return table.with_columns(
        pl.when(strike == call).then(pl.col("call_openInterest")),
        pl.when(strike == put).then(pl.col("put_openInterest")),
    )


def known_flip(put: float, call: float) -> float:
    """Gammas of two strikes are alike where ``d1`` of one is that of the other with the sign turned."""
    variance = 0.2**2 * years_of(listed([SPOT])[0])
    return float((put * call) ** 0.5 * exp(-variance / 2))


@pytest.mark.parametrize(("put", "call"), [(5800, 6000), (5500, 6100), (5900, 5950)])
def test_between_puts_below_and_calls_above_it_turns_where_both_gammas_are_alike(
    put: float, call: float
) -> None:
    table = measured(two_strikes(put, call))

    assert flip_level(table, conventions=CARRY) == pytest.approx(known_flip(put, call), rel=1e-6)


def test_dealers_turned_around_turn_at_the_same_spot() -> None:
    turned = Conventions(forward="carry", dealers_calls="short", dealers_puts="long")
    table = measured(two_strikes(5800, 6000))

    assert flip_level(table, conventions=turned) == pytest.approx(known_flip(5800, 6000), rel=1e-6)


@pytest.mark.parametrize("farther", [(5100, 5300), (6500, 6700)])
def test_of_several_the_nearest_to_the_spot_counts(farther: tuple[float, float]) -> None:
    table = pl.concat([two_strikes(*farther), two_strikes(5850, 5980)])

    assert flip_level(measured(table)) == pytest.approx(known_flip(5850, 5980), rel=1e-3)


def test_dealers_long_of_everything_never_turn() -> None:
    long = Conventions(forward="carry", dealers_puts="long")

    assert flip_level(measured(chain(listed(), greeks=True)), conventions=long) is None


def test_exposures_that_cancel_at_every_spot_never_turn() -> None:
    table = measured(chain(listed(), greeks=True))

    assert flip_level(table) is None
    assert set(gamma_profile(table)["gamma_exposure"]) == {0.0}


def test_at_the_present_spot_the_profile_is_the_exposure() -> None:
    table = measured(two_strikes(5800, 6000))
    profile = gamma_profile(table, low=SPOT, high=SPOT * 1.01, points=2)

    assert profile["gamma_exposure"][0] == pytest.approx(
        exposure(table, each="all")["gamma_exposure"][0], rel=1e-9
    )


def test_a_profile_has_the_range_asked_for() -> None:
    profile = gamma_profile(measured(two_strikes(5800, 6000)), low=5000, high=7000, points=5)

    assert profile["spot"].to_list() == [5000, 5500, 6000, 6500, 7000]


@pytest.mark.parametrize(("low", "high", "points"), [(7000, 5000, 5), (0, 5000, 5), (5000, 7000, 1)])
def test_a_range_that_is_none_is_refused(low: float, high: float, points: int) -> None:
    table = measured(two_strikes(5800, 6000))

    with pytest.raises(ConfigurationError, match="a profile needs two spots or more"):
        gamma_profile(table, low=low, high=high, points=points)


def test_without_open_interest_spot_or_rows_there_is_no_profile() -> None:
    nothing = measured(
        chain(listed()).with_columns(pl.lit(None).alias(f"{side}_openInterest") for side in ("call", "put"))
    )
    nowhere = with_greeks(chain(listed(), greeks=True), spot=None, at=AT)
    empty = measured(chain([]))

    assert [gamma_profile(one).height for one in (nothing, nowhere, empty)] == [0, 0, 0]
    assert [flip_level(one) for one in (nothing, nowhere, empty)] == [None] * 3
