from __future__ import annotations

import csv
import io
import struct

import pytest
from playwright.async_api import Page, expect

from tests.page import market
from tests.page.conftest import OpenPage
from tests.page.looking import fragment, number, saved, table, touched, watch
from tests.page.market import CHAIN_NAMES, SPOT, Message
from tests.page.program import Program

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

PNG = b"\x89PNG\r\n\x1a\n"


def rows_changed(strike: float, **values: float) -> Message:
    """One row of the chain with some values of its own."""
    row = market.chain_row(strike)
    for name, value in values.items():
        row[CHAIN_NAMES.index(name)] = value
    return {"t": "rows", "panel": "chain", "rows": [row], "gone": [], "meta": market.chain_meta()}


async def strikes(page: Page) -> list[float]:
    return [number(row["strike_price"]) for row in await table(page, "chain")]


async def test_the_numbers_on_the_page_are_those_of_the_message(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=chain")

    shown = await table(page, "chain")

    sent = [dict(zip(CHAIN_NAMES, row, strict=True)) for row in market.chain()["rows"]]
    for name in ["strike_price", "call_bidPrice", "call_askPrice", "put_bidPrice", "put_dayVolume"]:
        assert [number(row[name]) for row in shown] == [row[name] for row in sent]
    assert [number(row["put_volatility"]) for row in shown] == [
        pytest.approx(100 * row["put_volatility"], abs=0.051) for row in sent
    ]
    assert [number(row["call_delta"]) for row in shown] == [
        pytest.approx(row["call_delta"], abs=0.00051) for row in sent
    ]


async def test_a_change_touches_the_cells_that_changed_and_no_others(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=chain")
    before = await table(page, "chain")
    await watch(page, "chain")

    await program.say(rows_changed(6_815, call_bidPrice=31.25, put_askPrice=40.5))
    await expect(page.locator("#panel-chain [data-flash]")).to_have_count(2)

    assert sorted(await touched(page)) == ["31.25", "40.50"]
    after = await table(page, "chain")
    assert [one for one, other in zip(after, before, strict=True) if one != other] == [
        {**row, "call_bidPrice": "31.25", "put_askPrice": "40.50"}
        for row in before
        if row["strike_price"] == "6,815"
    ]


async def test_what_rose_and_what_fell_differ_in_more_than_colour(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=chain")
    await table(page, "chain")

    await program.say(rows_changed(6_815, call_bidPrice=99, put_askPrice=0.5))

    await expect(page.locator("#panel-chain [data-flash=up]")).to_have_text("99.00")
    await expect(page.locator("#panel-chain [data-flash=down]")).to_have_text("0.50")
    shadows = await page.locator("#panel-chain [data-flash]").evaluate_all(
        "cells => cells.map(cell => getComputedStyle(cell).boxShadow)"
    )
    assert len(set(shadows)) == 2
    await expect(page.locator("#panel-chain [data-flash]")).to_have_count(0)


async def test_rows_come_and_go_in_the_order_of_their_strikes(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chain")
    before = await strikes(page)

    await program.say({**rows_changed(6_812.5), "gone": [before[0], before[-1]]})
    await expect(page.locator("#panel-chain tbody th", has_text="6,812.5")).to_be_visible()

    assert await strikes(page) == sorted([*before[1:-1], 6_812.5])


async def test_the_money_stands_between_the_strikes_around_it(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chain")
    line = page.locator("#panel-chain tr.money")
    await expect(line).to_have_text(f"SPX  {SPOT:,.2f}")
    await expect(line).to_be_in_viewport()

    await program.say(
        {"t": "rows", "panel": "chain", "rows": [], "gone": [], "meta": market.chain_meta(6_826.1)}
    )
    await expect(line).to_have_text("SPX  6,826.10")

    around = """row => [row.previousElementSibling, row.nextElementSibling]
        .map(one => one.querySelector("th").textContent)"""
    assert await line.evaluate(around) == ["6,825", "6,830"]


async def test_what_is_old_is_dim_and_says_how_old(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chain")
    row = page.locator("#panel-chain tbody tr", has=page.locator("th", has_text="6,795"))

    await expect(row.locator("td[data-stale]").first).to_be_visible()

    assert "1m" in await row.locator("td").all_inner_texts()
    await row.locator("td[data-stale]").nth(1).hover()
    await expect(row.locator("td[title*='1m old']")).not_to_have_count(0)


async def test_a_column_sorts_up_then_down_then_not(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chain")
    natural = await strikes(page)
    volume = page.locator("#panel-chain button[title=call_dayVolume]")
    orders = []

    for _ in range(3):
        await volume.click()
        orders.append([number(row["call_dayVolume"]) for row in await table(page, "chain")])

    assert orders[0] == sorted(orders[0]) != orders[2]
    assert orders[1] == orders[0][::-1]
    assert await strikes(page) == natural


async def test_sorting_and_columns_come_back_with_the_address(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chain")
    await table(page, "chain")
    await page.locator("#panel-chain button[title=call_askPrice]").click()
    await page.locator("#panel-chain summary[aria-label^=Columns]").click()
    await page.get_by_label("Put Theta").uncheck()

    again = await open_page(program, f"#{await fragment(page)}")

    there, here = await table(again, "chain"), await table(page, "chain")
    assert there == here
    assert "put_theta" not in there[0]
    assert "call_theta" in there[0]
    await expect(again.locator("#panel-chain th[aria-sort=ascending]")).to_have_text("Ask")


async def test_the_csv_has_the_rows_as_shown_with_every_digit(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chain")
    await table(page, "chain")

    name, data = await saved(page, "chain", "csv")

    read = list(csv.DictReader(io.StringIO(data.decode())))
    sent = [dict(zip(CHAIN_NAMES, row, strict=True)) for row in market.chain()["rows"]]
    for column in ["strike_price", "call_delta", "put_volatility", "put_bidPrice"]:
        assert [float(row[column]) for row in read] == [row[column] for row in sent]
    assert name.startswith("chain_SPX")
    assert name.endswith("_simulated.csv")


async def test_the_whole_table_is_the_programs_answer_to_the_same_question(
    program: Program, open_page: OpenPage
) -> None:
    page = await open_page(program, "#view=chain&n=80")
    await table(page, "chain")

    _, data = await saved(page, "chain", "whole")

    assert b'"around":80' in data


async def test_a_table_is_saved_as_a_picture_with_all_its_rows(program: Program, open_page: OpenPage) -> None:
    page = await open_page(program, "#view=chain")
    await table(page, "chain")

    name, data = await saved(page, "chain", "png")

    width, height = struct.unpack(">II", data[16:24])
    assert data.startswith(PNG)
    assert height > 2 * 20 * 41
    assert width > 1_000
    assert name.endswith("_simulated.png")


async def test_many_changes_of_a_big_chain_are_drawn_together(program: Program, open_page: OpenPage) -> None:
    program.answers["chain"] = lambda args: market.chain(rows=500, args=args)
    sides = [name for name in CHAIN_NAMES if name != "strike_price" and not name.endswith(("age", "symbol"))]
    page = await open_page(program, f"#view=chain&n=all&cols.chain={','.join(sides)}")
    await expect(page.locator("#panel-chain tbody tr")).to_have_count(501)
    drawn = "import('/static/js/frame.js').then(frame => frame.counts.frames)"
    before = await page.evaluate(drawn)
    await watch(page, "chain")

    await program.say(*(rows_changed(6_815, call_dayVolume=turn) for turn in range(10_000, 10_200)))
    await expect(page.locator("#panel-chain tbody td", has_text="10,199")).to_be_attached()

    assert await page.evaluate(drawn) - before < 200
    assert len(await touched(page)) <= await page.evaluate(drawn) - before
    assert len(sides) == 24
