from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from tastytrade.analytics import Conventions, with_terms
from tastytrade.analytics.conventions import DEFAULT
from tastytrade.analytics.years import with_years
from tastytrade.instruments.market_time import NEW_YORK, MarketHolidays
from tastytrade.tables import chain_table
from tests.unit.analytics.chains import AT, listed

FRIDAY, MONDAY = date(2025, 1, 10), date(2025, 1, 13)
TRADING = Conventions(day_count="trading")


def nanoseconds(year: int, month: int, day: int, hour: int, minute: int) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=NEW_YORK).timestamp()) * 10**9


def table_of(day: date, *, settlement: str = "PM") -> pl.DataFrame:
    return chain_table(listed([5900], days=[day], settlement=settlement), at=AT)


def years(day: date, at: int, conventions: Conventions = DEFAULT, *, settlement: str = "PM") -> float:
    table = with_years(table_of(day, settlement=settlement), at=at, conventions=conventions)
    return float(table["years"][0])


def test_calendar_time_runs_to_the_close_in_new_york() -> None:
    assert years(MONDAY, nanoseconds(2025, 1, 10, 16, 0)) == pytest.approx(3 / 365)
    assert years(FRIDAY, nanoseconds(2025, 1, 10, 10, 0)) == pytest.approx(0.25 / 365)


def test_calendar_time_knows_the_hour_that_summer_takes() -> None:
    # The clock goes forward on 9 March 2025.
    assert years(MONDAY.replace(month=3, day=10), nanoseconds(2025, 3, 7, 16, 0)) == pytest.approx(
        (3 - 1 / 24) / 365
    )


def test_options_settled_in_the_morning_expire_when_the_exchange_opens() -> None:
    assert years(FRIDAY, nanoseconds(2025, 1, 10, 9, 0), settlement="AM") == pytest.approx(0.5 / 24 / 365)
    assert years(FRIDAY, nanoseconds(2025, 1, 10, 10, 0), settlement="AM") < 0


def test_roots_of_one_date_have_times_of_their_own() -> None:
    both = [*listed([5900], root="SPX", settlement="AM"), *listed([5900])]
    table = with_years(chain_table(both, at=AT), at=AT)

    assert table["root_symbol"].to_list() == ["SPX", "SPXW"]
    assert table["years"][1] - table["years"][0] == pytest.approx(6.5 / 24 / 365)


def test_the_time_that_the_service_gives_is_believed() -> None:
    options = listed([5900], days=[FRIDAY])
    table = with_terms(chain_table(options, at=AT), options)
    late = table.with_columns(pl.col("expires_at").dt.offset_by("15m"))
    at = nanoseconds(2025, 1, 10, 16, 0)

    assert with_years(late, at=at)["years"][0] == pytest.approx(0.25 / 24 / 365)


def test_for_options_settled_in_the_morning_the_opening_counts_whatever_is_given() -> None:
    options = listed([5900], days=[FRIDAY], settlement="AM")
    table = with_terms(chain_table(options, at=AT), options)

    assert with_years(table, at=nanoseconds(2025, 1, 10, 9, 0))["years"][0] == pytest.approx(0.5 / 24 / 365)


def test_trading_time_stands_still_outside_of_trading_hours() -> None:
    one_day = 1 / 252

    assert years(FRIDAY, nanoseconds(2025, 1, 10, 4, 0), TRADING) == pytest.approx(one_day)
    assert years(MONDAY, nanoseconds(2025, 1, 10, 16, 0), TRADING) == pytest.approx(one_day)
    assert years(MONDAY, nanoseconds(2025, 1, 12, 12, 0), TRADING) == pytest.approx(one_day)
    assert years(MONDAY, nanoseconds(2025, 1, 10, 12, 45), TRADING) == pytest.approx(1.5 * one_day)


def test_trading_time_leaves_holidays_out_and_shortens_half_days() -> None:
    known = MarketHolidays(
        holidays=frozenset({date(2025, 11, 27)}), half_days=frozenset({date(2025, 11, 28)})
    )
    conventions = Conventions(day_count="trading", holidays=known)

    assert years(date(2025, 11, 28), nanoseconds(2025, 11, 26, 16, 0), conventions) == pytest.approx(
        3.5 / 6.5 / 252
    )


def test_what_is_past_is_below_zero_in_both_counts() -> None:
    at = nanoseconds(2025, 1, 10, 16, 1)

    assert years(FRIDAY, at) < 0
    assert years(FRIDAY, at, TRADING) < 0


def test_a_table_without_rows_gets_the_column() -> None:
    assert with_years(chain_table([], at=AT), at=AT).schema["years"] == pl.Float64
