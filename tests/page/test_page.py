from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page import market
from tests.page.conftest import OpenPage
from tests.page.looking import fragment, saved, table
from tests.page.program import Program

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

HOSTILE = [
    "<img src=x onerror=\"document.title='taken'\">",
    "</td><script>document.title='taken'</script>",
    "\u202egnp.exe\u2066",
    "\x1b[31mred\x1b[0m",
    '=HYPERLINK("http://evil.example")',
    "x" * 10_000,
]
AXE = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
VIOLATIONS = """async () => (await axe.run()).violations.map(
    one => [one.id, ...one.nodes.map(node => node.html.slice(0, 160) + node.failureSummary.slice(0, 200))])"""

FOCUS = """(() => {
    const focus = document.activeElement;
    return [focus.tagName, getComputedStyle(focus).outlineStyle, focus.closest(".panel")?.id];
})()"""
WIDEST = """Math.max(...[...document.querySelectorAll(".panel, header, #banner")]
    .map(one => one.getBoundingClientRect().right))"""


async def violations(page: Page) -> list[Any]:
    """What the accessibility rules of axe-core find wrong."""
    await page.evaluate(AXE)
    found: list[Any] = await page.evaluate(VIOLATIONS)
    return found


async def all_is_shown(program: Program) -> None:
    """Every panel of the first view has been asked for; the last of them is one of these two."""
    await program.hears(do="show", panel="prints")
    await program.hears(do="show", panel="health")


async def test_only_what_is_seen_is_asked_for(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program)
    await all_is_shown(program)
    overview = set(program.shown)

    await page.get_by_role("link", name="Tape").click()
    await program.hears(do="hide", panel="term")

    assert overview == {"chain", "candles", "smile", "exposure", "quotes", "prints", "term", "health"}
    assert set(program.shown) == {"quotes", "prints", "health"}


async def test_the_address_brings_back_what_was_seen(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program)
    await table(page, "chain")
    await page.get_by_label("Underlying").select_option("SPY")
    await page.get_by_label("Strikes around the money").select_option("10")
    await page.get_by_label("Period").select_option("1h")
    await page.get_by_label("Exposure of").select_option("charm")
    await page.get_by_label("Symbol to add").fill("QQQ")
    await page.keyboard.press("Enter")
    await program.hears(do="show", panel="quotes", args={"symbols": ["SPX", "SPY", "AAPL", "/ESH26", "QQQ"]})
    asked = program.shown
    address = await fragment(page)
    program.said.clear()

    await open_page(program, f"#{address}")
    await all_is_shown(program)

    assert program.shown == asked
    assert asked["chain"] == {"underlying": "SPY", "expiration": None, "root": None, "around": 10}
    assert asked["candles"] == {"symbol": "SPY", "period": "1h"}
    assert asked["exposure"]["what"] == "charm"


async def test_a_slash_finds_a_symbol_and_enter_shows_it(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chart")
    await page.keyboard.press("/")
    await page.keyboard.type("ndx")
    asked = await program.hears(do="search", text="ndx")
    symbols = [{"symbol": "NDX", "description": "Nasdaq 100"}, {"symbol": "NDXP", "description": None}]
    await program.say(
        {"t": "found", "id": asked["id"] - 1, "symbols": [{"symbol": "OLD", "description": ""}]}
    )
    await program.say({"t": "found", "id": asked["id"], "symbols": symbols})
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(["NDX Nasdaq 100", "NDXP "])

    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    shown = await program.hears(do="show", panel="candles", args={"symbol": "NDXP", "period": "5m"})
    assert shown
    assert "sym=NDXP" in await fragment(page)
    await expect(page.locator("#found")).to_be_hidden()


async def test_keys_reach_views_colours_and_help_and_the_focus_is_seen(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, color_scheme="dark")
    await table(page, "chain")

    await page.keyboard.press("7")
    await expect(page.locator("#panel-health")).to_be_visible()
    await page.keyboard.press("t")
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("1")

    seen = set()
    for _ in range(60):
        await page.keyboard.press("Tab")
        tag, outline, panel = await page.evaluate(FOCUS)
        seen.add(panel)
        assert outline != "none" or tag == "BODY"
    assert {"panel-chain", "panel-candles", "panel-smile"} <= seen


async def test_a_lost_program_is_told_and_come_back_to(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program)
    await table(page, "chain")
    before = program.shown
    program.said.clear()

    await program.hang_up(1001, "the program is restarted")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Disconnected: what you see is old (the program is restarted)")
    await all_is_shown(program)

    await expect(alert).to_be_hidden()
    assert program.shown == before


async def test_a_page_that_is_not_let_in_says_so_and_does_not_ask_again(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program)
    await table(page, "chain")

    await program.hang_up(1008, "this link was for another run")

    alert = page.get_by_role("alert")
    await expect(alert).to_have_text(
        "Disconnected: this link was for another run: open it again from the program"
    )


async def test_data_of_another_kind_than_live_says_what_it_is(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=health")
    note = page.get_by_role("region", name="Kind of data")
    told = []

    for origin, level in [
        ("live", "demo"),
        ("live", "simulated"),
        ("replay of day", "api"),
        ("live", "unknown"),
    ]:
        await program.say(market.hello(origin=origin, level=level, version=f"{origin} {level}"))
        await expect(page.locator("#title")).to_have_attribute("title", f"{origin} {level}")
        await expect(note).to_be_in_viewport()
        told.append((await note.inner_text(), (await page.title()).partition(" ")[0]))
    await program.say(market.hello(level="api"))

    await expect(note).to_be_hidden()
    assert await page.title() == "tastytrade market data"
    assert told == [
        ("DELAYED DATA: 15 minutes or more behind the market", "[delayed]"),
        ("SIMULATED DATA: made up, not a market", "[simulated]"),
        ("REPLAY: day, not what happens now", "[replay]"),
        ("HOW CURRENT THE DATA IS, IS NOT KNOWN: it may be delayed", "[level-unknown]"),
    ]


async def test_texts_of_others_stay_text(program: Program, open_page: OpenPage) -> None:
    program.hello = market.hello(title=HOSTILE[0], symbols=[], underlyings=HOSTILE)
    program.answers["quotes"] = lambda args: market.quotes(HOSTILE)
    page = await open_page(program, "#view=tape")
    rows = [[market.AT_MS, text, 1.0, 1, text, text, text] for text in HOSTILE]
    await table(page, "quotes")
    await program.say(
        {"t": "prints", "panel": "prints", "rows": rows, "dropped": 0},
        {"t": "note", "panel": "quotes", "text": HOSTILE[1], "level": "error"},
        {"t": "note", "panel": None, "text": HOSTILE[0], "level": "warning"},
        market.health(reason=HOSTILE[0], state=HOSTILE[1]),
    )
    await expect(page.locator("#panel-quotes .note")).to_contain_text("</td><script>")

    shown = [row["symbol"] for row in await table(page, "quotes")]
    _, data = await saved(page, "quotes", "csv")

    assert shown[:2] == HOSTILE[:2]
    assert shown[2:5] == ["\ufffdgnp.exe\ufffd", "\u241b[31mred\u241b[0m", HOSTILE[4]]
    assert len(shown[5]) == 65
    assert b"\"'=HYPERLINK" in data
    assert await page.locator("img, #panels script").count() == 0
    assert "taken" not in (await page.title()).replace(HOSTILE[0], "")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_nothing_hinders_those_who_see_or_point_otherwise(
    program: Program, open_page: OpenPage, scheme: str
) -> None:
    program.hello = market.hello(replay=market.replayed(), origin="replay of day")
    page = await open_page(program, color_scheme=scheme, reduced_motion="reduce")
    await table(page, "chain")
    await expect(page.locator("#panel-chain [data-stale]").first).to_be_visible()

    overview = await violations(page)
    await page.keyboard.press("7")
    await expect(page.locator("#panel-health tbody tr").first).to_be_visible()

    assert overview == []
    assert await violations(page) == []


async def test_on_a_telephone_nothing_is_wider_than_the_screen(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, viewport={"width": 390, "height": 844})
    await table(page, "chain")

    widest = await page.evaluate(WIDEST)

    assert widest <= 390
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    assert re.match(r"\[simulated\]", await page.title())
