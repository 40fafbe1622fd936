from __future__ import annotations

import polars as pl
import pytest

from tastytrade.analytics import Conventions, put_call_ratios
from tests.unit.analytics.chains import OPEN_INTEREST, STRIKES, VOLUME, chain, listed
from tests.unit.instruments.options import SECOND, THIRD


def test_each_expiration_has_sums_and_their_ratios() -> None:
    table = chain(listed(days=[SECOND, THIRD])).with_columns(pl.col("put_dayVolume") * 2)
    ratios = put_call_ratios(table)
    count = len(STRIKES)

    assert ratios["expiration_date"].to_list() == [SECOND, THIRD]
    assert ratios["call_volume"].to_list() == [VOLUME * count] * 2
    assert ratios["volume_ratio"].to_list() == [2.0, 2.0]
    assert ratios["put_open_interest"].to_list() == [OPEN_INTEREST * count] * 2
    assert ratios["open_interest_ratio"].to_list() == [1.0, 1.0]


def test_premium_is_volume_times_the_last_price_in_dollars() -> None:
    table = chain(listed()).with_columns(pl.lit(2.0).alias("call_price"), pl.lit(3.0).alias("put_price"))
    [row] = put_call_ratios(table, each="all", conventions=Conventions(shares_per_contract=10)).to_dicts()

    assert row["call_premium"] == pytest.approx(2.0 * VOLUME * len(STRIKES) * 10)
    assert row["premium_ratio"] == pytest.approx(1.5)


def test_without_calls_there_is_no_ratio() -> None:
    idle = chain(listed()).with_columns(pl.lit(0.0).alias("call_dayVolume"))
    puts = chain(listed(kinds="P"))

    assert put_call_ratios(idle)["volume_ratio"].to_list() == [None]
    assert put_call_ratios(puts)["call_volume"].to_list() == [None]
    assert put_call_ratios(puts)["open_interest_ratio"].to_list() == [None]


def test_a_chain_without_rows_has_no_ratios() -> None:
    assert put_call_ratios(chain([])).height == 0
