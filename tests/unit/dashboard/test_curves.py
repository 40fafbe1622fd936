from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from tastytrade.analytics import exposure, smile, term_structure, with_greeks
from tastytrade.dashboard.curves import Mark, exposure_curves, smile_curves, term_curves
from tastytrade.dxfeed import Greeks, Quote, Summary
from tastytrade.instruments import Option, OptionType
from tastytrade.tables import Table, TableBuilder, chain_table

NOON_NS = int(datetime(2026, 11, 20, 17, tzinfo=UTC).timestamp()) * 1_000_000_000
SPOT = 100.0


@pytest.fixture(scope="module")
def measured() -> Table:
    options = [
        Option(
            symbol="", root_symbol="X", underlying_symbol="X", expiration_date=date(2026, 12, 18),
            strike_price=Decimal(strike), option_type=side, days_to_expiration=28,
        )
        for strike in range(90, 111, 5)
        for side in OptionType
    ]  # fmt: skip
    quotes, greeks, summaries = TableBuilder(Quote), TableBuilder(Greeks), TableBuilder(Summary)
    for option in options:
        sign = 1 if option.option_type is OptionType.CALL else -1
        worth = max(0.0, sign * (SPOT - float(option.strike_price))) + 2.0
        name = option.streamer_symbol
        quotes.extend([Quote(name, bidPrice=worth - 0.1, askPrice=worth + 0.1)])
        greeks.extend(
            [Greeks(name, volatility=0.2, delta=0.5 * sign, gamma=0.05, theta=-0.1, vega=0.1, rho=0.1)]
        )
        summaries.extend([Summary(name, openInterest=100.0)])
    table = chain_table(
        options, quotes=quotes.table, greeks=greeks.table, summaries=summaries.table, at=NOON_NS
    )
    return with_greeks(table, spot=SPOT, at=NOON_NS)


def test_a_smile_has_the_points_that_analytics_find(measured: Table) -> None:
    curves = smile_curves(measured)
    found = smile(measured)

    assert [one.name for one in curves.series] == ["smile", "calls", "puts"]
    assert curves.series[0].x == [float(strike) for strike in found["strike_price"]]
    assert curves.series[0].y == found["volatility"].to_list()
    assert Mark("spot", SPOT) in curves.marks


def test_the_term_structure_has_days_and_names(measured: Table) -> None:
    curves = term_curves(measured)

    assert curves.series[0].x == [28]
    assert curves.series[0].y == term_structure(measured)["volatility"].to_list()
    assert curves.meta["expirations"] == ["2026-12-18 X"]


@pytest.mark.parametrize("what", ["gamma", "vanna", "charm"])
def test_exposure_is_of_calls_puts_and_both(measured: Table, what: str) -> None:
    curves = exposure_curves(measured, what)  # type: ignore[arg-type]  # one of three
    found = exposure(measured)

    assert [one.name for one in curves.series] == ["calls", "puts", "total"]
    assert curves.series[2].y == found[f"{what}_exposure"].drop_nulls().to_list()


def test_where_nothing_is_known_there_are_no_points(measured: Table) -> None:
    unknown = measured.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in ("call_volatility", "put_volatility")
    )

    assert smile_curves(unknown).series[0].x == []
