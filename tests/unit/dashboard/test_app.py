from __future__ import annotations

import asyncio

import pytest

from tastytrade.dashboard import Dashboard
from tastytrade.errors import ConfigurationError
from tastytrade.replaying import Replay
from tests.integration.page_browser import browser_of, enter, page_of


async def test_it_can_be_opened_again_after_it_was_closed(source: Replay) -> None:
    entered: list[int] = []
    dashboard = Dashboard(source, symbols=["SPY"], entered=lambda: entered.append(1))
    for _ in range(2):
        async with dashboard, page_of(dashboard, await enter(dashboard)) as page:
            hello = await page.hear("hello")
            with pytest.raises(ConfigurationError, match="open already"):
                await dashboard.open()
    await dashboard.aclose()

    assert hello["symbols"] == ["SPY"]
    assert hello["level"] == "api"
    assert entered == [1, 1]


async def test_nothing_of_it_is_left(source: Replay) -> None:
    async with Dashboard(source) as dashboard, page_of(dashboard, await enter(dashboard)) as page:
        await page.show("health")
        await page.hear("health")
    names = {task.get_name() for task in asyncio.all_tasks()}

    assert not any(name.startswith("tastytrade-dashboard") for name in names)


async def test_the_page_and_its_files_are_served(source: Replay) -> None:
    async with Dashboard(source) as dashboard, browser_of(dashboard, await enter(dashboard)) as browser:
        index = await browser.get("/")
        types = {
            path: (await browser.get(f"/static/{path}")).headers["content-type"]
            for path in ("index.html", "icon.svg", "js/main.js")
        }

    assert index.headers["content-type"].startswith("text/html")
    assert types["icon.svg"] == "image/svg+xml"
    assert types["js/main.js"].startswith("text/javascript")
