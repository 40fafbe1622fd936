"""Looking at a page: what its tables show, what a button saves, what it touches when it changes."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Page, expect

CELLS = """table => [...table.querySelectorAll("tbody tr:not(.money)")].map(
    row => [...row.querySelectorAll("th,td:not(.act)")].map(cell => cell.textContent))"""
HEADS = (
    """table => [...table.querySelectorAll("thead tr:last-child th button")].map(button => button.title)"""
)
WATCH = """table => {
    window.touched = [];
    window.watching = new MutationObserver(changes => changes.forEach(({ type, target }) => {
        if (type === "characterData") window.touched.push(target.data);
        else if (type === "childList") window.touched.push("rows moved");
    }));
    window.watching.observe(table, { characterData: true, childList: true, subtree: true });
}"""


async def table(page: Page, panel: str) -> list[dict[str, str]]:
    """The rows of a panel's table as they stand on the screen, by the names of the columns."""
    element = page.locator(f"#panel-{panel} table")
    await expect(element.locator("tbody tr").first).to_be_visible()
    names = await element.evaluate(HEADS)
    return [dict(zip(names, row, strict=True)) for row in await element.evaluate(CELLS)]


async def watch(page: Page, panel: str) -> None:
    """Keep what texts of a panel's table change from now on."""
    await page.locator(f"#panel-{panel} table tbody").evaluate(WATCH)


async def touched(page: Page) -> list[str]:
    """The texts that changed since, after the page has drawn."""
    found: list[str] = await page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(window.touched))))"
    )
    return found


async def saved(page: Page, panel: str, what: str) -> tuple[str, bytes]:
    """The name and contents of the file that a panel saves: csv, png or whole."""
    await page.locator(f"#panel-{panel} summary[aria-label^=Save]").click()
    async with page.expect_download() as waiting:
        await page.locator(f"#panel-{panel} [data-save={what}]").click()
    download = await waiting.value
    path = await download.path()
    return download.suggested_filename, await asyncio.to_thread(path.read_bytes)


async def fragment(page: Page) -> str:
    """What stands in the address after #."""
    found: Any = await page.evaluate("location.hash.slice(1)")
    return str(found)


def number(text: str) -> float:
    """The number that a text on the page says."""
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
