from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tastytrade.dashboard import Dashboard
from tastytrade.replaying import Replay
from tests.integration.page_browser import Page, enter, page_of
from tests.integration.recorded_day import BEGAN_NS


@pytest.fixture
async def page(source: Replay) -> AsyncIterator[Page]:
    async with Dashboard(source) as dashboard, page_of(dashboard, await enter(dashboard)) as opened:
        yield opened


async def test_a_page_has_one_panel_of_a_name(page: Page) -> None:
    await page.show("quotes", symbols=["SPY"])
    await page.hear("table", "quotes")
    await page.show("quotes", symbols=["AAPL"])
    table = await page.hear("table", "quotes")

    assert table["args"] == {"symbols": ["AAPL"]}


async def test_what_is_hidden_is_told_no_more(page: Page, source: Replay) -> None:
    await page.show("quotes", symbols=["SPY"])
    await page.hear("table", "quotes")
    await page.ask("hide", panel="quotes")
    await page.ask("hide", panel="quotes")
    await page.ask("search", id=1, text="spy")
    await page.hear("found")
    await page.show("prints", symbols=["SPY"])
    await page.hear("prints")
    await source.step(500)
    count = len(page.told)
    await page.hear_until(lambda one: one["t"] == "prints" and len(one["rows"]) > 10)

    assert {one.get("panel") for one in page.told[count:]} <= {"prints", None}


async def test_a_panel_that_cannot_be_shown_leaves_what_was_shown(page: Page) -> None:
    await page.show("quotes", symbols=["SPY"])
    await page.hear("table", "quotes")
    await page.show("quotes", symbols=[])
    note = await page.hear("note", "quotes")
    await page.ask("seek", to_ms=BEGAN_NS // 1_000_000 + 2_000)
    table = await page.hear_until(lambda one: one["t"] in {"table", "rows"})

    assert note["level"] == "error"
    assert table["rows"][0][0] == "SPY"


async def test_positions_are_told_of_a_replay(page: Page) -> None:
    await page.ask("speed", speed=20)
    position = await page.hear_until(lambda one: one["t"] == "position" and one["speed"] == 20)

    assert position["paused"]
