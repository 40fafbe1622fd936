"""Grid: rows of values that change."""

from __future__ import annotations

from math import nan
from typing import Any

import pytest

from tastytrade.cli.screen.grid import FLASH, STALE, Column, Grid

COLUMNS = (Column("symbol", "symbol", 8), Column("price", "price", 8), Column("age", "age", 5))


def text_of(_key: str, value: Any) -> str:
    return "" if value is None else str(value)


@pytest.fixture
def grid() -> Grid:
    made = Grid(COLUMNS, named="symbol", written=text_of)
    for symbol, price in (("SPY", 580.0), ("NVDA", 130.0), ("QQQ", nan)):
        made.take(symbol, {"price": price}, now=10.0)
    return made


def keys(grid: Grid) -> list[str]:
    return [line.key for line in grid.lines(now=10.0)]


def test_rows_stand_in_the_order_in_which_they_came(grid: Grid) -> None:
    assert keys(grid) == ["SPY", "NVDA", "QQQ"]


def test_a_value_that_rose_is_coloured_for_a_moment(grid: Grid) -> None:
    grid.take("SPY", {"price": 581.0}, now=20.0)
    grid.take("NVDA", {"price": 129.0}, now=20.0)
    grid.take("QQQ", {"price": 1.0}, now=20.0)

    assert [line.cells[1].direction for line in grid.lines(now=20.1)] == [1, -1, 0]
    assert [line.cells[1].direction for line in grid.lines(now=20.1 + FLASH)] == [0, 0, 0]


def test_a_row_without_news_is_stale_and_says_how_old_it_is(grid: Grid) -> None:
    grid.take("SPY", {"price": 580.0}, now=20.0)
    lines = grid.lines(now=11.0 + STALE)

    assert [(line.key, line.is_stale) for line in lines] == [("SPY", False), ("NVDA", True), ("QQQ", True)]
    assert lines[1].cells[2].text == str(1.0 + STALE)


def test_a_row_that_nobody_heard_of_is_stale_and_empty(grid: Grid) -> None:
    grid.keep(["SPY", "VIX"])
    line = grid.lines(now=10.0)[1]

    assert (line.is_stale, [cell.text for cell in line.cells]) == (True, ["VIX", "", ""])


def test_rows_are_sorted_by_columns_in_turn_and_what_is_missing_comes_last(grid: Grid) -> None:
    grid.sort_by_next()
    by_symbol = keys(grid)
    grid.sort_by_next()
    by_price = keys(grid)
    grid.reverse()

    assert by_symbol == ["NVDA", "QQQ", "SPY"]
    assert by_price == ["NVDA", "SPY", "QQQ"]
    assert keys(grid) == ["SPY", "NVDA", "QQQ"]
    grid.sort_by_next(-2)
    assert grid.sorted_by is None


def test_a_filter_shows_the_rows_that_have_its_text(grid: Grid) -> None:
    grid.filter = "q"

    assert keys(grid) == ["QQQ"]


def test_what_is_not_kept_is_forgotten(grid: Grid) -> None:
    grid.keep(["NVDA"])
    grid.keep(["SPY", "NVDA"])

    assert [[cell.text for cell in line.cells[:2]] for line in grid.lines(now=10.0)] == [
        ["SPY", ""],
        ["NVDA", "130.0"],
    ]
