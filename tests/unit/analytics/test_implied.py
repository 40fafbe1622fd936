from __future__ import annotations

import subprocess
import sys
from math import exp, sqrt
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vollib.ref_python.black_scholes_merton import implied_volatility as reference  # type: ignore[import-untyped]  # comes without types

from tastytrade.analytics import Conventions, implied_volatility
from tastytrade.simulator.black_scholes import price_of
from tests.unit.analytics.chains import AT, SPOT, STRIKES, World, chain, listed, years_of
from tests.unit.instruments.options import FIRST, SECOND, THIRD

CARRY = Conventions(forward="carry")


def implied(
    table: pl.DataFrame, conventions: Conventions = CARRY, *, spot: float | None = SPOT, at: int = AT
) -> pl.DataFrame:
    return implied_volatility(table, spot=spot, at=at, conventions=conventions)


@given(
    volatility=st.floats(0.05, 2.0),
    rate=st.floats(-0.01, 0.1),
    dividend=st.floats(0.0, 0.05),
    deviations=st.lists(st.floats(-2.5, 2.5), min_size=3, max_size=6, unique=True),
)
def test_a_price_made_of_a_volatility_gives_it_back(
    volatility: float, rate: float, dividend: float, deviations: list[float]
) -> None:
    years = years_of(listed([SPOT], days=[THIRD])[0])
    strikes = {round(SPOT * exp(x * volatility * sqrt(years)), 3) for x in deviations}
    world = World(volatility=volatility, rate=rate, dividend=dividend)
    conventions = Conventions(rate=rate, dividend_yield=dividend, forward="carry")
    table = implied(chain(listed(sorted(strikes), days=[THIRD]), world), conventions)

    for side in ("call", "put"):
        assert table[f"{side}_iv"].to_list() == pytest.approx([volatility] * table.height, rel=1e-7)


def test_parity_gives_it_back_when_the_dividends_are_not_known() -> None:
    world = World(volatility=lambda strike: 0.2 - (strike - SPOT) / 10_000, rate=0.045, dividend=0.013)
    table = implied(chain(listed(), world), Conventions(rate=0.045))

    assert table["call_iv"].to_list() == pytest.approx([world.at(strike) for strike in STRIKES], rel=1e-9)
    assert table["put_iv"].to_list() == pytest.approx(table["call_iv"].to_list(), rel=1e-9)


def test_it_is_what_an_independent_search_finds_on_random_chains() -> None:
    random = Random(7)
    worst = 0.0
    for _ in range(20):
        world = World(volatility=random.uniform(0.1, 0.9), rate=random.uniform(0, 0.06), dividend=0.01)
        conventions = Conventions(rate=world.rate, dividend_yield=0.01, forward="carry")
        options = listed([SPOT + random.randint(-60, 60) * 5.0], days=[SECOND], kinds=random.choice("CP"))
        table = implied(chain(options, world), conventions)
        [one] = options
        side = "call" if one.option_type.name == "CALL" else "put"
        price, strike, years = table[f"{side}_mid"][0], float(one.strike_price), years_of(one)
        theirs = reference.implied_volatility(price, SPOT, strike, years, world.rate, 0.01, side[0])
        worst = max(worst, abs(table[f"{side}_iv"][0] - theirs))

    assert worst < 1e-12


def test_beyond_three_deviations_there_is_none_unless_asked_for() -> None:
    deviation = 0.2 * sqrt(years_of(listed([SPOT])[0]))
    strikes = [round(SPOT * exp(x * deviation), 3) for x in (-3.2, -2.9, 2.9, 3.2)]
    table = chain(listed(strikes))
    farther = Conventions(forward="carry", reach=4.0)

    assert [iv is None for iv in implied(table)["call_iv"]] == [True, False, False, True]
    assert implied(table, farther)["put_iv"].to_list() == pytest.approx([0.2] * 4, rel=1e-5)


@pytest.mark.parametrize("price", [-1.0, 0.0, 99.99, 100.0, 5900.0, 7000.0, float("nan"), float("inf")])
def test_a_price_that_no_volatility_makes_has_none(price: float) -> None:
    # The strike is 100 in the money.
    table = chain(listed([SPOT - 100], kinds="C")).with_columns(
        pl.lit(price).alias("call_bidPrice"), pl.lit(price).alias("call_askPrice")
    )

    assert implied(table)["call_iv"].to_list() == [None]


def test_a_bid_of_nothing_has_none() -> None:
    table = chain(listed([SPOT])).with_columns(pl.lit(0.0).alias("put_bidPrice"))
    row = implied(table).row(0, named=True)

    assert row["put_iv"] is None
    assert row["call_iv"] == pytest.approx(0.2)


def test_bids_and_asks_have_volatilities_of_their_own() -> None:
    table = chain(listed([SPOT]), spread=2.0)
    bid, mid, ask = (
        implied(table, Conventions(forward="carry", price=price))["call_iv"][0]
        for price in ("bid", "mid", "ask")
    )

    assert bid < mid < ask


def test_expired_options_have_none() -> None:
    later = AT + 86_400 * 10**9
    table = implied(chain(listed(days=[FIRST])), at=later)

    assert table["call_iv"].null_count() == table["put_iv"].null_count() == len(STRIKES)


def test_rates_are_discounted_by() -> None:
    [one] = listed([SPOT], kinds="P", days=[THIRD])
    price = price_of(SPOT, SPOT, years_of(one), 0.3, rate=0.08, dividend=0.0, is_call=False)
    table = implied(chain([one], World(volatility=0.3, rate=0.08)), Conventions(rate=0.08, forward="carry"))

    assert table["put_mid"][0] == pytest.approx(price)
    assert table["put_iv"][0] == pytest.approx(0.3)


def test_without_the_extra_the_error_names_it() -> None:
    program = (
        "import sys; sys.modules['lets_be_rational'] = None\n"
        "from tastytrade.analytics import implied_volatility\n"
        "from tastytrade.tables import chain_table\n"
        "implied_volatility(chain_table([], at=0), spot=1.0, at=0)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "pip install 'tastytrade-marketdata[analytics]'" in ended.stderr
