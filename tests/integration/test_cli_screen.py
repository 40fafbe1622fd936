"""The whole screen: what stands in it, its keys, and how often it is drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import DataTable, Static

from tastytrade.cli.expirations import asked_expiration
from tastytrade.cli.screen.grid import Column, Grid
from tastytrade.cli.screen.ladder import WatchedChain
from tastytrade.cli.screen.quotes import WatchedQuotes
from tastytrade.cli.screen.watch_app import INTERRUPTED, WatchApp, Watched
from tastytrade.cli.sources import open_source
from tastytrade.dxfeed import Quote, Summary, Trade
from tastytrade.errors import ConfigurationError
from tests.integration.recorded_day import SYMBOLS, keep_day

PATIENCE = 8.0


class Noted:
    """Something to watch that changes when it is told to."""

    def __init__(self, failure: Exception | None = None) -> None:
        columns = (Column("name", "name", 8), Column("price", "price", 10), Column("age", "age", 6))
        self.grid = Grid(columns, named="name", written=lambda _, value: "" if value is None else f"{value}")
        self.events = 0
        self._failure = failure

    def heading(self) -> str:
        return "what is watched"

    def footer(self) -> str:
        return f"{self.events} events"

    async def follow(self) -> None:
        if self._failure is not None:
            raise self._failure
        await asyncio.Event().wait()


async def until(pilot: Any, is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await pilot.pause(0.02)


def shown(app: WatchApp) -> list[list[str]]:
    """What stands in the table."""
    table = app.query_one("#table", DataTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def line(app: WatchApp, name: str) -> str:
    return str(app.query_one(name, Static).render())


@pytest.fixture
def noted() -> Noted:
    watched = Noted()
    for name, price in (("SPY", 580.0), ("NVDA", 130.0), ("QQQ", 480.0)):
        watched.grid.take(name, {"price": price}, now=1.0)
    return watched


async def test_rows_are_sorted_turned_and_filtered_by_keys(noted: Noted) -> None:
    app = WatchApp(noted, clock=lambda: 1.0)
    async with app.run_test(size=(80, 20)) as pilot:
        began = [row[0] for row in shown(app)]
        await pilot.press("s", "s")
        by_price = [row[0] for row in shown(app)]
        await pilot.press("r")
        turned = [row[0] for row in shown(app)]
        await pilot.press("slash", "q", "q", "enter")
        filtered = [row[0] for row in shown(app)]

    assert began == ["SPY", "NVDA", "QQQ"]
    assert by_price == ["NVDA", "QQQ", "SPY"]
    assert turned == ["SPY", "QQQ", "NVDA"]
    assert filtered == ["QQQ"]


async def test_help_comes_and_goes_and_q_quits(noted: Noted) -> None:
    app = WatchApp(noted, clock=lambda: 1.0)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("question_mark")
        is_helping = app.query_one("#help", Static).display
        await pilot.press("question_mark")
        still = app.query_one("#help", Static).display
        await pilot.press("q")

    assert (is_helping, still) == (True, False)
    assert app.return_code == 0


async def test_ctrl_c_quits_with_the_code_shells_know(noted: Noted) -> None:
    app = WatchApp(noted)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("ctrl+c")

    assert app.return_code == INTERRUPTED


async def test_a_change_is_coloured_and_only_that_cell_is_other_than_before(noted: Noted) -> None:
    times = iter([1.0])
    app = WatchApp(noted, clock=lambda: next(times, 2.0))
    async with app.run_test(size=(80, 20)) as pilot:
        noted.grid.take("SPY", {"price": 581.0}, now=2.0)
        app.draw()
        await pilot.pause()
        rows = app.query_one("#table", DataTable)
        styles = [str(rows.get_row_at(row)[1].style) for row in range(3)]

    assert styles == ["bold green", "", ""]


async def test_it_is_drawn_some_times_a_second_whatever_the_rate(noted: Noted) -> None:
    app = WatchApp(noted)
    async with app.run_test(size=(80, 20)) as pilot:
        before = app.draws
        changes = 0
        async with asyncio.timeout(PATIENCE):
            while app.draws < before + 4:
                for _ in range(100):
                    noted.grid.take("SPY", {"price": float(changes)}, now=1.0)
                    changes += 1
                await pilot.pause(0)

    assert changes >= 1_000


async def test_what_ends_the_feed_ends_the_screen_and_is_kept() -> None:
    app = WatchApp(Noted(ConfigurationError("no")))
    async with app.run_test(size=(80, 20)) as pilot:
        await until(pilot, lambda: app.failure is not None)

    assert (str(app.failure), app.return_code) == ("no", 1)


@pytest.mark.timeout(30)
async def test_quotes_of_a_simulator_stand_in_the_screen_and_it_says_so() -> None:
    opening = open_source(simulator=True)
    app = WatchApp(WatchedQuotes(opening, [Quote, Trade, Summary], ["SPX", "NVDA"]))
    async with app.run_test(size=(80, 20)) as pilot:
        await until(pilot, lambda: all(row[3] and row[5] for row in shown(app)) and app.is_running)
        await until(pilot, lambda: line(app, "#footer").startswith("SIMULATED · live · "))
        rows = shown(app)

    assert [row[0] for row in rows] == ["SPX", "NVDA"]
    assert float(rows[1][2]) < float(rows[1][3])


@pytest.mark.timeout(30)
async def test_a_replay_is_watched_in_the_same_way(tmp_path: Path) -> None:
    day = keep_day(tmp_path / "day")
    opening = open_source(replay=day, speed="50")
    app = WatchApp(WatchedQuotes(opening, [Quote], list(SYMBOLS)))
    async with app.run_test(size=(80, 20)) as pilot:
        await until(pilot, lambda: all(row[2] for row in shown(app)))
        said = line(app, "#footer")

    assert said.startswith("REPLAY (real time) 2026-11-20 14:13:")


@pytest.mark.timeout(30)
async def test_a_live_chain_has_its_strikes_around_the_price() -> None:
    asked = asked_expiration("SPX", expiration=None, dte=None, root=None)
    watched: Watched = WatchedChain(open_source(simulator=True), asked, around=8)
    app = WatchApp(watched)
    async with app.run_test(size=(80, 20)) as pilot:
        async with asyncio.timeout(25):
            while not (len(shown(app)) == 8 and all(row[2] and row[6] for row in shown(app))):
                await pilot.pause(0.05)
        rows, heading = shown(app), line(app, "#heading")

    strikes = [float(row[4].replace(",", "")) for row in rows]
    spot = float(heading.split()[1].replace(",", ""))
    assert strikes == sorted(strikes)
    assert strikes[0] < spot < strikes[-1]


def test_the_columns_of_every_screen_fit_eighty_characters_up_to_the_age() -> None:
    quotes = WatchedQuotes(nullcontext(), [Quote], ["SPX"])  # type: ignore[arg-type]  # never entered
    asked = asked_expiration("SPX", expiration=None, dte=None, root=None)
    chain = WatchedChain(nullcontext(), asked, around=8)  # type: ignore[arg-type]  # never entered

    for watched in (quotes, chain):
        names = [column.key for column in watched.grid.columns]
        widths = [column.width for column in watched.grid.columns]
        assert sum(widths[: names.index("age") + 1]) <= 80
