"""Candles as a line of bars."""

from __future__ import annotations

import pytest

from tastytrade.cli.candle_chart import sparkline


@pytest.mark.parametrize(
    ("values", "text"),
    [([], ""), ([1.0], "▅"), ([1.0, 8.0], "▁█"), ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█"), ([5, 5], "▅▅")],
)
def test_values_are_bars(values: list[float], text: str) -> None:
    assert sparkline(values) == text


def test_more_values_than_room_are_means_of_some() -> None:
    assert sparkline([0.0, 0.0, 4.0, 4.0, 8.0, 8.0], width=3) == "▁▅█"
