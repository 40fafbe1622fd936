from __future__ import annotations

import polars as pl
import pytest

from tastytrade.analytics import Conventions, smile, with_greeks
from tastytrade.analytics.smile import at_the_money
from tastytrade.errors import ConfigurationError
from tests.unit.analytics.chains import AT, SPOT, STRIKES, World, chain, listed
from tests.unit.instruments.options import FIRST, SECOND

CARRY = Conventions(forward="carry")
SKEWED = World(volatility=lambda strike: 0.2 - (strike - SPOT) / 10_000)


def measured(table: pl.DataFrame, *, spot: float = SPOT) -> pl.DataFrame:
    return with_greeks(table, spot=spot, at=AT, conventions=CARRY)


def test_the_side_out_of_the_money_gives_the_volatility() -> None:
    table = smile(measured(chain(listed(), SKEWED)))

    assert table["side"].to_list() == ["put"] * 3 + ["call"] * 4
    assert table["volatility"].to_list() == pytest.approx([SKEWED.at(strike) for strike in STRIKES])
    assert table["moneyness"].to_list() == pytest.approx([strike / SPOT for strike in STRIKES])
    assert (table["delta"] < 0).to_list() == [True] * 3 + [False] * 4
    assert set(table["source"]) == {"ours"}


def test_a_side_that_is_missing_is_null_and_no_other_stands_in() -> None:
    table = smile(measured(chain(listed(kinds="C"), SKEWED)))

    assert table["volatility"].null_count() == 3
    assert table["call_volatility"].null_count() == 0


def test_a_strike_without_volatility_is_left_out() -> None:
    table = chain(listed(), SKEWED).with_columns(
        pl.when(pl.col("strike_price") != 5700).then(pl.col("call_bidPrice")),
        pl.when(pl.col("strike_price") != 5700).then(pl.col("put_bidPrice")),
    )

    assert smile(measured(table)).height == len(STRIKES) - 1


@pytest.mark.parametrize("spot", [SPOT, SPOT + 20, SPOT - 49])
def test_at_the_money_lies_between_two_strikes(spot: float) -> None:
    flat = World(spot=spot, volatility=0.25)
    table = at_the_money(measured(chain(listed(), flat), spot=spot))

    assert table["volatility"].to_list() == pytest.approx([0.25])


def test_between_strikes_the_volatility_is_on_a_line() -> None:
    skewed = SKEWED._replace(spot=SPOT + 10)
    table = at_the_money(measured(chain(listed(), skewed), spot=SPOT + 10))

    assert table["volatility"][0] == pytest.approx(SKEWED.at(SPOT + 10), abs=1e-5)


def test_a_forward_outside_of_the_strikes_has_no_volatility() -> None:
    table = measured(chain(listed([5950, 6000])))

    assert at_the_money(table).height == 0


def test_each_expiration_has_its_own_and_expired_ones_none() -> None:
    table = chain(listed(days=[FIRST, SECOND]), SKEWED)
    later = with_greeks(table, spot=SPOT, at=AT + 86_400 * 10**9, conventions=CARRY)

    assert smile(measured(table)).unique("expiration_date").height == 2
    assert smile(later)["expiration_date"].unique().to_list() == [SECOND]


def test_a_chain_without_rows_has_a_smile_without_rows() -> None:
    empty, full = smile(measured(chain([]))), smile(measured(chain(listed())))

    assert empty.schema == full.schema
    assert at_the_money(measured(chain([]))).height == 0


def test_the_chain_table_itself_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="give one made by with_greeks"):
        smile(chain(listed()))
