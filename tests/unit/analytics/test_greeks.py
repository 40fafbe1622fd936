from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tastytrade.analytics import Conventions, with_greeks
from tastytrade.analytics.columns import FEED_GREEKS, of_sides
from tastytrade.errors import ConfigurationError
from tastytrade.tables import chain_table
from tests.unit.analytics.chains import AT, SPOT, STRIKES, World, chain, listed
from tests.unit.instruments.options import FIRST

WORLD = World(rate=0.045, dividend=0.013)
CONVENTIONS = Conventions(rate=0.045, dividend_yield=0.013)
SMALL = Conventions(rate=0.045, dividend_yield=0.013, greeks="ours", forward="carry")


def measured(table: pl.DataFrame, conventions: Conventions = CONVENTIONS) -> pl.DataFrame:
    return with_greeks(table, spot=SPOT, at=AT, conventions=conventions)


def test_the_feeds_greeks_stay_as_they_are() -> None:
    table = chain(listed(), WORLD, greeks=True)
    told = of_sides(*FEED_GREEKS)

    assert measured(table).select(told).equals(table.select(told))
    assert set(measured(table)["call_greeks_source"]) == {"feed"}


def test_where_the_feed_has_none_ours_are_there_and_told_apart() -> None:
    feed = chain(listed(), WORLD, greeks=True)
    first = pl.int_range(pl.len()) < 3
    without = feed.with_columns(
        pl.when(first).then(None).otherwise(pl.col(name)).alias(name) for name in of_sides("delta")
    )
    table = measured(without)

    assert table["call_greeks_source"].to_list() == ["ours"] * 3 + ["feed"] * 4
    for name in of_sides(*FEED_GREEKS):
        assert table[name].to_list() == pytest.approx(feed[name].to_list(), rel=1e-8)


def test_ours_have_the_units_of_the_feed() -> None:
    ours, feed = measured(chain(listed(), WORLD)), chain(listed(), WORLD, greeks=True)

    for name in of_sides(*FEED_GREEKS):
        assert ours[name].to_list() == pytest.approx(feed[name].to_list(), rel=1e-8)


def test_ours_come_first_when_asked_for() -> None:
    table = chain(listed(), WORLD, greeks=True).with_columns(pl.lit(0.9).alias("call_delta"))

    assert set(measured(table, SMALL)["call_greeks_source"]) == {"ours"}
    assert measured(table, SMALL)["call_delta"][0] != 0.9


def test_parts_of_the_feeds_greeks_stay_where_there_are_none_of_ours() -> None:
    options = listed([SPOT])
    greeks = chain(options, greeks=True).select(
        pl.col("call_streamer_symbol").alias("eventSymbol"), pl.col("call_delta").alias("delta")
    )
    table = measured(chain_table(options, greeks=greeks, at=AT))
    row = table.row(0, named=True)

    assert (row["call_greeks_source"], row["put_greeks_source"]) == ("feed", None)
    assert row["call_delta"] is not None
    assert row["call_gamma"] is row["call_vanna"] is None


def test_units_are_conventions() -> None:
    raw = Conventions(
        rate=0.045, dividend_yield=0.013, theta_per="year", vega_per="unit", rho_per="unit", forward="carry"
    )
    usual, large = (measured(chain(listed(), WORLD), one).row(3, named=True) for one in (SMALL, raw))
    factors = {"theta": 365, "charm": 365, "vega": 100, "vanna": 100, "rho": 100, "delta": 1, "gamma": 1}

    for name, factor in factors.items():
        assert large[f"put_{name}"] == pytest.approx(factor * usual[f"put_{name}"], rel=1e-12)


def test_a_recorded_greeks_event_of_the_service_has_these_units() -> None:
    # A call on PLTR of 2023-11-17, as the service sent it in October 2023 (delayed feed).
    volatility, gamma, theta, vega = (
        0.859042135169914,
        0.0982083687887286,
        -0.0261660721057656,
        0.01518018285523352,
    )
    # Without rates theta = -vega v / 2 T and vega = gamma S^2 v T, in units of a year and of 1.0.
    years = -(100 * vega) * volatility / (2 * 365 * theta)
    spot = (100 * vega / (gamma * volatility * years)) ** 0.5

    # It traded around 16 dollars, three to four weeks before.
    assert 365 * years == pytest.approx((date(2023, 11, 17) - date(2023, 10, 23)).days, abs=2)
    assert spot == pytest.approx(16.2, abs=0.3)


def test_vanna_and_charm_are_there_beside_the_feeds_greeks() -> None:
    feed, ours = (measured(chain(listed(), WORLD, greeks=greeks)) for greeks in (True, False))

    for name in of_sides("vanna", "charm"):
        assert feed[name].to_list() == pytest.approx(ours[name].to_list(), rel=1e-6)
        assert feed[name].null_count() == 0


def test_expired_options_have_none_of_ours() -> None:
    later = AT + 86_400 * 10**9
    table = with_greeks(chain(listed(days=[FIRST])), spot=SPOT, at=later)

    assert {table[name].null_count() for name in of_sides("delta", "vanna", "greeks_source")} == {
        len(STRIKES)
    }


def test_options_of_one_side_and_without_any_event_are_fine() -> None:
    table = measured(chain_table(listed(kinds="P"), at=AT))

    assert {table[name].null_count() for name in of_sides(*FEED_GREEKS, "iv", "vanna")} == {len(STRIKES)}


def test_a_chain_without_rows_has_the_same_columns() -> None:
    empty, full = measured(chain([])), measured(chain(listed()))

    assert empty.schema == full.schema
    assert empty.height == 0


def test_greeks_are_added_once() -> None:
    table = measured(chain(listed()))

    with pytest.raises(ConfigurationError, match="give the chain table itself"):
        measured(table)
