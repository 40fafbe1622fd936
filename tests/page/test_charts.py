from __future__ import annotations

import csv
import io
import struct
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page import market
from tests.page.conftest import OpenPage
from tests.page.looking import saved
from tests.page.market import AT_MS
from tests.page.program import Program

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

HOUR = 3_600_000


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


async def drawn(page: Page, panel: str) -> Any:
    """How many different colours the middle of a panel's chart has: one where nothing is drawn."""
    return await page.locator(f"#panel-{panel} canvas").first.evaluate(
        """canvas => new Set(new Uint32Array(canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )


async def test_the_last_bar_lives_and_what_is_saved_is_what_was_sent(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=chart")
    legend = page.locator("#panel-candles .legend")
    sent = market.bars()["bars"]
    await expect(legend).to_contain_text(f"C {sent[-1][4]:,.2f}")

    living = [sent[-1][0], sent[-1][1], 6_900.0, sent[-1][3], 6_899.5, 5_000, 0]
    following = [living[0] + 300, 6_899.5, 6_901.25, 6_898.0, 6_900.75, 12, 0]
    await program.say(
        {"t": "bars", "panel": "candles", "symbol": "SPX", "period": "5m", "bars": [living], "whole": False},
        {
            "t": "bars",
            "panel": "candles",
            "symbol": "SPX",
            "period": "5m",
            "bars": [following],
            "whole": False,
        },
    )
    await expect(legend).to_contain_text("O 6,899.50  H 6,901.25  L 6,898.00  C 6,900.75 ▲   V 12")
    await expect(page.get_by_role("img", name="161 bars")).to_be_visible()

    _, data = await saved(page, "candles", "csv")
    wanted = [*sent[:-1], living, following]
    assert [row["close"] for row in rows(data)] == [
        "" if bar[4] is None else f"{bar[4]:g}" if bar[4] == int(bar[4]) else str(bar[4]) for bar in wanted
    ]
    assert [row["gap_seconds"] for row in rows(data)].count("45") == 1
    assert await drawn(page, "candles") > 5


async def test_a_bar_between_others_and_another_symbol_are_drawn_anew(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=chart")
    await expect(page.get_by_role("img", name="SPX, 160 bars")).to_be_visible()

    between = [AT_MS // 1000 - 450, 1.0, 2.0, 0.5, 1.5, 7, 0]
    await program.say({"t": "bars", "panel": "candles", "bars": [between], "whole": False})
    await expect(page.get_by_role("img", name="SPX, 161 bars")).to_be_visible()
    program.answers["candles"] = lambda args: market.bars(count=20, **args)
    await page.get_by_label("Period").select_option("1h")

    await expect(page.get_by_role("img", name="SPX, 20 bars")).to_be_visible()


async def test_curves_and_exposures_show_their_marks_and_keep_their_numbers(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program)
    await expect(page.locator("#panel-exposure .legend")).to_contain_text("flip 6,806.2")
    await expect(page.locator("#panel-smile .legend")).to_contain_text("spot 6,812.37")
    await expect(page.locator("#panel-term .legend")).to_contain_text("expected move")

    for panel, message in {
        "smile": market.smile(),
        "term": market.term(),
        "exposure": market.exposure(),
    }.items():
        _, data = await saved(page, panel, "csv")
        sent = [
            (one["name"], x, y) for one in message["series"] for x, y in zip(one["x"], one["y"], strict=True)
        ]
        read = [tuple(row.values()) for row in rows(data)]
        assert [(name, float(x), float(y)) for name, x, y in read] == sent
        assert await drawn(page, panel) > 5


async def test_what_is_pointed_at_is_told_in_numbers(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=exposure")
    chart = page.locator("#panel-exposure .u-over")
    await chart.hover()

    strikes = market.exposure()["series"][0]["x"]
    await expect(page.locator("#panel-exposure .legend")).to_contain_text(
        f"strike {strikes[len(strikes) // 2]:,.0f}"
    )


@pytest.mark.parametrize("view", ["chart", "volatility", "health"])
async def test_every_panel_saves_a_picture_that_says_what_it_is_of(
    program: Program, open_page: OpenPage, view: str
) -> None:
    page = await open_page(program, f"#view={view}")
    for panel in {"chart": ["candles", "prints"], "volatility": ["smile", "term"], "health": ["health"]}[
        view
    ]:
        await expect(page.locator(f"#panel-{panel} canvas, #panel-{panel} tbody tr").first).to_be_visible()

        name, data = await saved(page, panel, "png")

        width, height = struct.unpack(">II", data[16:24])
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert width >= 2 * 360
        assert height > 200
        assert name.endswith("_simulated.png")


async def test_prints_come_in_on_top_and_no_more_than_five_hundred_stay(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=tape")
    tape = page.locator("#panel-prints tbody tr")
    await expect(tape).to_have_count(60)

    many = [[AT_MS + at, "SPX", 7_000 + at, at % 50, "BUY", "C", ""] for at in range(600)]
    await program.say({"t": "prints", "panel": "prints", "rows": many, "dropped": 12})
    await expect(tape.first).to_contain_text("7,599.00")
    await expect(tape).to_have_count(500)
    await expect(page.locator("#panel-prints .foot")).to_contain_text("12 not shown")
    await page.get_by_role("button", name="Pause").click()
    await program.say(
        {"t": "prints", "panel": "prints", "rows": [[AT_MS, "SPX", 1, 49, None, "C", ""]], "dropped": 12}
    )
    await expect(page.locator("#panel-prints .foot")).to_contain_text("paused, 1 new")
    await page.get_by_role("button", name="Go on").click()
    await expect(tape.first).to_contain_text("1.00")

    await page.get_by_label("Smallest size").fill("49")
    await page.keyboard.press("Enter")

    await expect(tape).to_have_count(11)
    assert await tape.locator("td:nth-child(4)").all_inner_texts() == ["49"] * 11


async def test_the_health_of_the_feed_is_told_with_reasons_gaps_and_books(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=health")
    health = page.locator("#panel-health")
    await expect(health).to_contain_text("✓ the books balance")
    await expect(page.get_by_role("img", name="2 gaps, 1 of them not healed")).to_be_visible()
    await expect(page.locator("#status")).to_contain_text("1 gap")

    ledger = {
        "received": {"Quote": 12},
        "readable": {"Quote": 10},
        "quarantined": {},
        "unclaimed": 0,
        "balance": 2,
    }
    await program.say(
        market.health(state="degraded", reason="one connection of 3 waits", ledger=ledger, gaps=[])
    )

    await expect(page.locator("#status")).to_contain_text("degraded")
    await expect(health.locator(".detail")).to_have_text("degraded: one connection of 3 waits")
    await expect(health).to_contain_text("✗ 2 unaccounted for")
    await expect(page.locator("#status")).to_contain_text("no gaps")


async def test_a_replay_is_stopped_hurried_and_moved_from_its_bar(
    program: Program, open_page: OpenPage
) -> None:
    program.hello = market.hello(origin="replay of day", level="api", replay=market.replayed())
    page = await open_page(program)
    bar = page.get_by_role("region", name="Replay")
    await program.say(
        {"t": "position", "at_ms": AT_MS + HOUR, "n": 1, "speed": 1, "paused": False, "over": False}
    )
    await expect(bar.locator("output")).to_have_text("2026-01-05 10:30:00")
    places = await bar.locator(".marks i").evaluate_all(
        "marks => marks.map(mark => parseFloat(mark.style.left))"
    )

    await bar.get_by_role("button", name="Pause").click()
    await program.hears(do="pause")
    await program.say(
        {"t": "position", "at_ms": AT_MS + HOUR, "n": 1, "speed": 1, "paused": True, "over": False}
    )
    await expect(bar.get_by_role("button", name="Play")).to_be_visible()
    await page.locator("main").focus()
    await page.keyboard.press("Space")
    await program.hears(do="resume")
    await bar.get_by_label("Speed").select_option("10")
    await bar.get_by_label("Speed").select_option("max")
    await page.locator("main").focus()
    await page.keyboard.press("g")
    await program.hears(do="seek", to_ms=AT_MS + 4 * HOUR - 5_000)
    await bar.get_by_role("slider").focus()
    await page.keyboard.press("End")
    await program.hears(do="seek", to_ms=AT_MS + 6 * HOUR)

    assert [said["speed"] for said in program.said if said["do"] == "speed"] == [10, "max"]
    assert places == [pytest.approx(100 / 6, abs=0.01), pytest.approx(400 / 6, abs=0.01)]


async def test_there_is_no_replay_bar_where_there_is_no_replay(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=health")

    await expect(page.locator("#status")).to_contain_text("live")

    await expect(page.locator("#replay")).to_be_hidden()
