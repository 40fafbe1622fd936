from __future__ import annotations

import polars as pl

from tastytrade.analytics.sums import summed


def test_what_is_known_is_summed_and_nothing_known_is_null() -> None:
    table = pl.DataFrame(
        {"strike_price": [2, 1, 2, 1], "a": [1.0, None, 2.0, None], "b": [1.0, None, None, 4.0]}
    )
    sums = summed(table, {"a": pl.col("a"), "b": pl.col("b")}, "strike")

    assert sums.rows() == [(1, None, 4.0), (2, 3.0, 1.0)]
