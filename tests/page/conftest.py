"""A browser that stays on this machine, and pages in it, opened from a program of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.page.program import Program

OpenPage = Callable[..., Awaitable[Page]]
PATIENCE_MS = 15_000
"""For what a page does at once on a machine that has nothing else to do."""
expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of a file."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("the page is tried in chromium, which is not on the PATH")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def program() -> AsyncIterator[Program]:
    """What the page is opened from."""
    async with Program() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens a program's page. In the end no page has asked anybody else, nor complained."""
    asked: list[str] = []
    complaints: list[str] = []
    contexts = []

    async def opened(program: Program, fragment: str = "", **options: Any) -> Page:
        size = options.pop("viewport", {"width": 1440, "height": 900})
        context = await browser.new_context(viewport=size, **options)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        await page.goto(program.url + fragment)
        hosts.add(program.listener.address)
        return page

    hosts: set[str] = set()
    yield opened
    for context in contexts:
        await context.close()
    elsewhere = [url for url in asked if urlsplit(url).scheme != "blob" and urlsplit(url).netloc not in hosts]
    assert elsewhere == []
    assert complaints == []
