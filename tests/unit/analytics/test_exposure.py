from __future__ import annotations

import polars as pl
import pytest

from tastytrade.analytics import Conventions, exposure, with_greeks, with_terms
from tastytrade.analytics.columns import of_sides
from tastytrade.analytics.exposure import KINDS
from tastytrade.errors import ConfigurationError
from tests.unit.analytics.chains import AT, OPEN_INTEREST, SPOT, STRIKES, World, chain, listed
from tests.unit.instruments.options import FIRST, SECOND, THIRD

CONVENTIONS = Conventions(rate=0.045, dividend_yield=0.013)
WORLD = World(rate=0.045, dividend=0.013)
SHARES = OPEN_INTEREST * 100


def measured(table: pl.DataFrame, conventions: Conventions = CONVENTIONS, *, at: int = AT) -> pl.DataFrame:
    return with_greeks(table, spot=SPOT, at=at, conventions=conventions)


def test_it_is_the_greek_times_contracts_shares_and_dollars() -> None:
    table = measured(chain(listed(), WORLD))
    [row] = exposure(table, conventions=CONVENTIONS).filter(strike_price=5950).to_dicts()
    [greeks] = table.filter(strike_price=5950).to_dicts()

    assert row["call_gamma_exposure"] == pytest.approx(greeks["call_gamma"] * SHARES * SPOT**2 / 100)
    assert row["put_gamma_exposure"] == pytest.approx(-greeks["put_gamma"] * SHARES * SPOT**2 / 100)
    assert row["put_vanna_exposure"] == pytest.approx(-greeks["put_vanna"] * SHARES * SPOT)
    assert row["call_charm_exposure"] == pytest.approx(greeks["call_charm"] * SHARES * SPOT)


def test_a_point_can_be_the_move() -> None:
    table = measured(chain(listed(), WORLD))
    point = Conventions(exposure_per="point")
    ratio = exposure(table, conventions=point)["call_gamma_exposure"] / exposure(table)["call_gamma_exposure"]

    assert ratio.to_list() == pytest.approx([100 / SPOT] * len(STRIKES))


def test_the_units_of_greeks_do_not_change_it() -> None:
    raw = Conventions(rate=0.045, dividend_yield=0.013, theta_per="year", vega_per="unit", rho_per="unit")
    usual, same = (
        exposure(measured(chain(listed(), WORLD), one), conventions=one) for one in (CONVENTIONS, raw)
    )

    # Sums of a call and a put that cancel are what rounding leaves.
    for name in of_sides(*(f"{kind}_exposure" for kind in KINDS)):
        assert same[name].to_list() == pytest.approx(usual[name].to_list(), rel=1e-9)


def test_with_as_many_calls_as_puts_gamma_and_vanna_cancel() -> None:
    # Without rates and dividends call and put have the same gamma, vanna and charm.
    table = exposure(measured(chain(listed(), greeks=True), Conventions()))

    for kind in KINDS:
        assert table[f"{kind}_exposure"].abs().max() == pytest.approx(0.0, abs=1e-6)
        assert table[f"call_{kind}_exposure"].abs().min() > 0  # type: ignore[operator]  # polars allows any value


def test_dealers_may_be_short_of_both() -> None:
    short = Conventions(dealers_calls="short")
    table = measured(chain(listed(), greeks=True), short)

    assert exposure(table, conventions=short)["gamma_exposure"].to_list() == pytest.approx(
        (2 * exposure(table)["put_gamma_exposure"]).to_list()
    )


def test_sums_are_by_row_strike_expiration_or_all() -> None:
    table = measured(chain(listed(days=[SECOND, THIRD]), WORLD))
    rows, strikes, days, total = (
        exposure(table, each=each) for each in ("row", "strike", "expiration", "all")
    )

    assert [one.height for one in (rows, strikes, days, total)] == [14, 7, 2, 1]
    for one in (rows, strikes, days):
        assert one["call_gamma_exposure"].sum() == pytest.approx(total["call_gamma_exposure"][0])


def test_shares_are_those_of_the_options_where_they_are_known() -> None:
    options = listed()
    table = with_terms(chain(options, WORLD), options).with_columns(
        pl.when(pl.col("strike_price") == 5900).then(None).otherwise(10).alias("shares_per_contract")
    )
    ratio = (
        exposure(measured(table))["call_gamma_exposure"]
        / exposure(measured(chain(options, WORLD)))["call_gamma_exposure"]
    )

    assert ratio.to_list() == pytest.approx([0.1, 0.1, 0.1, 1.0, 0.1, 0.1, 0.1])


def test_what_is_not_known_is_null_and_the_other_side_counts() -> None:
    one_sided = exposure(measured(chain(listed(kinds="P"), WORLD, greeks=True)))
    nothing = exposure(measured(chain(listed()).with_columns(pl.lit(None).alias("call_openInterest"))))

    assert one_sided["gamma_exposure"].to_list() == one_sided["put_gamma_exposure"].to_list()
    assert one_sided["call_gamma_exposure"].null_count() == len(STRIKES)
    assert nothing["call_vanna_exposure"].null_count() == len(STRIKES)


def test_greeks_that_the_feed_left_of_expired_options_do_not_count() -> None:
    table = measured(chain(listed(days=[FIRST]), greeks=True), at=AT + 86_400 * 10**9)

    assert exposure(table, each="all").row(0) == (None,) * 9


def test_a_chain_without_rows_has_no_exposure() -> None:
    table = measured(chain([]))

    assert exposure(table).height == 0
    assert exposure(table, each="all").row(0) == (None,) * 9


def test_sums_by_something_else_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="by: row, strike, expiration, all"):
        exposure(measured(chain(listed())), each="root")  # type: ignore[arg-type]  # that is what is tried
