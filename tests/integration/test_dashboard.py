"""The page's server: what a page is told equals the tables, live and replayed."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import math
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tastytrade import Session, Simulator, Streamer
from tastytrade.dashboard import Dashboard
from tastytrade.dxfeed import Quote, TimeAndSale
from tastytrade.replaying import Replay, replay
from tastytrade.store import Store
from tastytrade.subscription import Subscription
from tastytrade.tables import TableBuilder
from tests.integration.commands import run, running
from tests.integration.page_browser import Page, browser_of, enter, page_of
from tests.integration.recorded_day import BEGAN_NS, CANDLES, SYMBOLS, keep_day
from tests.integration.waiting import until

Rows = dict[Any, list[Any]]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("page") / "day")


@pytest.fixture
async def dashboard(session: Session, streamer: Streamer) -> AsyncIterator[Dashboard]:
    async with Dashboard(streamer, runner=session, underlyings=["SPX"], symbols=["NVDA"]) as opened:
        yield opened


@pytest.fixture
async def page(dashboard: Dashboard) -> AsyncIterator[Page]:
    async with page_of(dashboard, await enter(dashboard)) as opened:
        yield opened


def kept(page: Page, panel: str) -> tuple[list[str], Rows]:
    """The columns and rows that a page has of a panel, from everything it was told."""
    names: list[str] = []
    rows: Rows = {}
    for one in page.told:
        if one.get("panel") != panel or one["t"] not in {"table", "rows"}:
            continue
        if one["t"] == "table":
            names, rows = [column["name"] for column in one["columns"]], {}
            key = names.index(one["key"])
        for gone in one.get("gone", ()):
            del rows[gone]
        rows |= {row[key]: row for row in one["rows"]}
    return names, rows


def plain(values: list[Any]) -> list[Any]:
    """Numbers as JSON has them: what is none is null."""
    return [None if isinstance(one, float) and not math.isfinite(one) else one for one in values]


async def test_the_numbers_a_page_has_are_those_of_the_table(
    simulator: Simulator, streamer: Streamer, page: Page
) -> None:
    chain = await page.hear("hello")
    await page.show("chain", underlying="SPX", around=6)
    await page.show("health")
    await page.hear_until(lambda one: one["t"] in {"table", "rows"} and len(kept(page, "chain")[1]) == 6)
    names, rows = kept(page, "chain")
    symbols = [
        row[names.index(f"{side}_streamer_symbol")] for row in rows.values() for side in ("call", "put")
    ]
    quotes = TableBuilder(Quote, latest=True)
    fields = ("bidPrice", "bidSize", "askPrice", "askSize")

    def is_equal(_: dict[str, Any]) -> bool:
        told = {}
        for row in kept(page, "chain")[1].values():
            for side in ("call", "put"):
                symbol = row[names.index(f"{side}_streamer_symbol")]
                told[symbol] = [row[names.index(f"{side}_{field}")] for field in fields]
        table = quotes.table
        ours = {row["eventSymbol"]: [row[field] for field in fields] for row in table.iter_rows(named=True)}
        return len(ours) == 12 and told == ours

    async with streamer.subscribe(Quote, symbols) as subscription:
        reading = asyncio.create_task(collect(subscription, quotes))
        await page.hear_until(lambda _: len(quotes.table) == 12)
        simulator.inject({"name": "mute", "seconds": 8})
        await page.hear_until(is_equal)
    await reading

    assert chain["underlyings"] == ["SPX"]
    assert simulator.subscriptions() >= {(kind, one) for kind in ("Quote", "Greeks") for one in symbols}


async def collect(subscription: Subscription[Any], builder: TableBuilder[Any]) -> None:
    async for batch in subscription.batches():
        builder.append(batch)


async def test_what_several_pages_show_is_asked_for_once_and_given_up_with_the_last(
    simulator: Simulator, dashboard: Dashboard
) -> None:
    key = await enter(dashboard)
    wanted = {("Quote", "NVDA"), ("Trade", "NVDA"), ("Summary", "NVDA"), ("Profile", "NVDA")}
    async with page_of(dashboard, key) as one:
        async with page_of(dashboard, key) as other:
            for page in (one, other):
                await page.show("quotes", symbols=["NVDA"])
                await page.hear("table", "quotes")
            await until(lambda: simulator.subscriptions() == wanted)
            [info] = simulator.connection_infos()
            count = sum(len(channel.subscriptions) for channel in info.channels)
        await one.hear("rows", "quotes")
        still = simulator.subscriptions()
    await until(lambda: simulator.subscriptions() == set())

    assert count == len(wanted)
    assert still == wanted
    assert dashboard.page_stats()["clients"] == 0


async def test_candles_are_the_history_and_a_last_bar_that_lives(streamer: Streamer, page: Page) -> None:
    await page.show("candles", symbol="NVDA", period="1m")
    whole = await page.hear_until(lambda one: one["t"] == "bars" and one["whole"])
    known = {bar[0]: bar for bar in whole["bars"]}
    newer = await page.hear_until(lambda one: one["t"] == "bars" and not one["whole"])
    known |= {bar[0]: bar for bar in newer["bars"]}
    # A simulated market may be ahead of this machine's clock.
    first = datetime.fromtimestamp(whole["bars"][0][0], UTC)
    start = min(first, datetime.now(UTC) - timedelta(hours=1))
    history = await streamer.candles("NVDA", "1m", start=start)
    told = {event.time // 1000: event for event in history if math.isfinite(event.close)}
    last = max(known)

    assert [bar[0] for bar in whole["bars"]] == sorted(bar[0] for bar in whole["bars"])
    assert {at: known[at][1:6] for at in known if at < last - 60} == {
        at: [event.open, event.high, event.low, event.close, event.volume]
        for at, event in told.items()
        if min(known) <= at < last - 60
    }


async def test_prints_come_as_they_happen_and_each_once(streamer: Streamer, page: Page) -> None:
    await page.show("prints", symbols=["NVDA", "SPY"])
    first = await page.hear("prints")
    async with streamer.subscribe(TimeAndSale, ["NVDA", "SPY"]) as subscription:
        ours = [
            [sale.time, sale.eventSymbol, sale.price, sale.size]
            async for sale in subscription.events(duration=1)
        ]
    await page.hear_until(lambda _: ours[-1] in [row[:4] for row in prints_of(page)])
    told = [row[:4] for row in prints_of(page)]
    begin = told.index(ours[0])

    assert first["whole"]
    assert told[begin : begin + len(ours)] == ours
    assert sum(one["dropped"] for one in page.told if one["t"] == "prints") == 0


def prints_of(page: Page) -> list[list[Any]]:
    return [row for one in page.told if one["t"] == "prints" for row in one["rows"]]


async def test_curves_have_a_line_for_each_side_and_marks(page: Page) -> None:
    for panel in ("smile", "exposure"):
        await page.show(panel, underlying="NVDA")
    await page.show("term", underlying="NVDA", root="NVDA")
    drawn = {panel: await curves_of(page, panel) for panel in ("smile", "exposure", "term")}

    assert [one["name"] for one in drawn["smile"]["series"]] == ["smile", "calls", "puts"]
    assert {one["name"] for one in drawn["smile"]["marks"]} == {"spot", "forward"}
    assert [one["name"] for one in drawn["exposure"]["series"]] == ["calls", "puts", "total"]
    assert drawn["term"]["x"] == "days to expiration"
    assert all(0.05 < y < 3 for y in drawn["smile"]["series"][0]["y"])


async def curves_of(page: Page, panel: str) -> dict[str, Any]:
    """The next with some points."""
    return await page.hear_until(
        lambda one: (
            one["t"] == "curves" and one["panel"] == panel and max(len(y["x"]) for y in one["series"]) > 10
        )
    )


async def test_health_says_where_everything_went(page: Page) -> None:
    await page.show("quotes", symbols=["NVDA"])
    await page.show("health")
    told = await page.hear_until(lambda one: one["t"] == "health" and one["events_s"] > 0)

    assert (told["state"], told["level"]) == ("live", "simulated")
    assert told["ledger"]["balance"] == 0
    assert sum(count for _, count in told["lag_histogram"]) > 0
    assert told["lag"]["p50"] <= told["lag"]["p99"] <= told["lag"]["max"]
    assert "dashboard values" in [reader["name"] for reader in told["readers"]]
    assert told["page"] == {"clients": 1, "conflated": told["page"]["conflated"]}


async def test_a_loss_is_a_gap_in_the_health_and_the_page_goes_on(simulator: Simulator, page: Page) -> None:
    await page.show("quotes", symbols=["NVDA"])
    await page.show("health")
    await page.hear("rows", "quotes")
    await simulator.drop_connections()
    told = await page.hear_until(
        lambda one: one["t"] == "health" and any(gap["to_ms"] for gap in one["gaps"])
    )
    await page.hear("rows", "quotes")

    assert told["gaps"][0]["reason"] == "disconnect"


async def test_symbols_are_found_and_what_there_is_not_is_said(page: Page) -> None:
    await page.ask("search", id=4, text="nvd")
    found = await page.hear("found")
    await page.show("chain", underlying="NOTHING")
    note = await page.hear("note", "chain")
    await page.ask("pause")
    other = await page.hear("note")

    assert found["id"] == 4
    assert {"symbol": "NVDA", "description": "NVIDIA Corp"} in found["symbols"]
    assert "NOTHING" in note["text"]
    assert other["text"] == "only a replay can be paused, sought, or played at another speed"


async def test_a_panel_is_exported_as_it_is_shown(dashboard: Dashboard, page: Page) -> None:
    await page.show("chain", underlying="SPX", around=4)
    await page.hear_until(lambda one: one["t"] == "rows" and len(kept(page, "chain")[1]) == 4)
    names, rows = kept(page, "chain")
    async with browser_of(dashboard, await enter(dashboard)) as browser:
        args = json.dumps({"underlying": "SPX", "around": 4})
        answer = await browser.get("/export/chain.csv", params={"args": args})
        alone = await browser.get("/export/quotes.csv", params={"args": '{"symbols": ["SPY"]}'})
        wrong = await browser.get("/export/quotes.csv", params={"args": "{}"})
    header, *lines = list(csv.reader(io.StringIO(answer.text)))
    strikes = [float(line[names.index("strike_price")]) for line in lines]

    assert (answer.headers["content-type"], header) == ("text/csv; charset=utf-8", names)
    assert answer.headers["content-disposition"] == 'attachment; filename="chain.csv"'
    assert sorted(strikes) == sorted(rows)
    assert alone.text.splitlines()[1].startswith("SPY,")
    assert wrong.status_code == 400


# Replays.


@asynccontextmanager
async def shown(source: Replay) -> AsyncIterator[Page]:
    """A page of a replay."""
    async with Dashboard(source) as dashboard, page_of(dashboard, await enter(dashboard)) as page:
        yield page


async def test_a_replay_that_is_over_shows_what_the_store_has(day: Path) -> None:
    async with replay(day, speed="max") as source, shown(source) as page:
        await page.show("quotes", symbols=list(SYMBOLS))
        await page.show("prints", symbols=["SPY"])
        await page.show("candles", symbol="SPY", period="1s")
        await page.hear_until(lambda one: one["t"] == "position" and one["over"])
        latest = Store(day).latest(Quote)
        expected = {row["eventSymbol"]: row["bidPrice"] for row in latest.iter_rows(named=True)}
        bars = {
            int(row["time"].timestamp()): [row[name] for name in ("open", "high", "low", "close", "volume")]
            for row in Store(day).candles("SPY", "1s").iter_rows(named=True)
        }

        def is_equal(_: dict[str, Any]) -> bool:
            names, rows = kept(page, "quotes")
            told = {symbol: row[names.index("bid")] for symbol, row in rows.items()}
            return told == expected and bars_of(page) == bars and len(prints_of(page)) >= 500

        await page.hear_until(is_equal)

    assert prints_of(page)[-1][1:4] == ["SPY", 9.99, 999.0]


def bars_of(page: Page) -> dict[int, list[Any]]:
    known: dict[int, list[Any]] = {}
    for one in page.told:
        if one["t"] == "bars":
            known = (
                {bar[0]: bar[1:6] for bar in one["bars"]}
                if one["whole"]
                else known | {bar[0]: bar[1:6] for bar in one["bars"]}
            )
    return known


async def test_a_page_that_is_opened_amid_a_replay_has_what_was_known_there(day: Path) -> None:
    at_ns = BEGAN_NS + 6_000_000_000
    async with replay(day, paused=True) as source, shown(source) as page:
        hello = await page.hear("hello")
        await page.show("quotes", symbols=["SPY"])
        await page.show("candles", symbol="SPY", period="1s")
        await page.show("prints", symbols=["SPY"])
        await page.ask("seek", to_ms=at_ns // 1_000_000)
        store = Store(day)
        bid = store.latest(Quote, symbols="SPY", at=at_ns - 1)["bidPrice"][0]
        bars = store.candles("SPY", "1s", end=at_ns)

        def is_there(_: dict[str, Any]) -> bool:
            names, rows = kept(page, "quotes")
            return bool(rows) and rows["SPY"][names.index("bid")] == bid and len(bars_of(page)) == 6

        await page.hear_until(is_there)
        position = await page.hear("position")

    first = BEGAN_NS // 1_000_000
    assert position["at_ms"] in {at_ns // 1_000_000, at_ns // 1_000_000 - 1}
    assert (position["paused"], position["over"]) == (True, False)
    assert (hello["replay"]["first_ms"], hello["replay"]["last_ms"]) == (first, first + 9_990)
    assert [gap[2] for gap in hello["replay"]["gaps"]] == ["disconnect"]
    assert list(bars_of(page).values()) == [
        list(row) for row in bars.select("open", "high", "low", "close", "volume").rows()
    ]
    assert prints_of(page)[-1][2] == 5.99


async def test_the_replay_bar_pauses_changes_speed_and_begins_again_after_the_end(day: Path) -> None:
    async with replay(day, speed="max") as source, shown(source) as page:
        await page.show("quotes", symbols=["SPY"])
        await page.hear_until(lambda one: one["t"] == "position" and one["over"])
        await page.ask("pause")
        await page.ask("speed", speed=50)
        await page.ask("seek", to_ms=BEGAN_NS // 1_000_000 + 1_000)
        back = await page.hear_until(lambda one: one["t"] == "position" and not one["over"])
        await page.ask("resume")
        bid = Store(day).latest(Quote, symbols="SPY")["bidPrice"][0]

        def is_last(_: dict[str, Any]) -> bool:
            names, rows = kept(page, "quotes")
            return bool(rows) and bool(rows["SPY"][names.index("bid")] == bid)

        await page.hear_until(lambda one: one["t"] == "position" and one["over"])
        await page.hear_until(is_last)

    assert back["at_ms"] - BEGAN_NS // 1_000_000 in range(999, 9_990)


async def test_captured_candles_are_shown_as_they_were(day: Path) -> None:
    async with replay(day, speed="max") as source, shown(source) as page:
        await page.show("candles", symbol=CANDLES.partition("{")[0], period="1m")
        await page.hear_until(lambda _: len(bars_of(page)) == 3)
        await page.ask("search", id=1, text="sp")
        found = await page.hear("found")

    assert [bar[3] for _, bar in sorted(bars_of(page).items())] == [2.0, 1.0, 0.0]
    assert [one["symbol"] for one in found["symbols"]] == ["SPX", "SPY"]


# The command.


def test_the_command_prints_a_link_and_serves_until_it_is_told_to_stop(day: Path) -> None:
    with running("dashboard", "--replay", str(day), "--no-open") as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        answer = httpx2.get(link, trust_env=False)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=9)

    assert link.startswith("http://127.0.0.1:")
    assert answer.status_code == 303
    assert err.startswith("tastytrade: for another browser: http://127.0.0.1:")
    assert process.returncode == 143


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--simulator", "--environment", "production"], "--simulator, --replay and --environment exclude"),
        (["--simulator", "--speed", "5"], "--speed is for a replay"),
        (["--replay", "/nowhere"], "/nowhere is not there"),
        (["--replay", "{day}", "--speed", "fast"], "--speed fast: expected a positive number, or max"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(day: Path, arguments: list[str], words: str) -> None:
    done = run("dashboard", "--no-open", *(one.format(day=day) for one in arguments))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"tastytrade: {words}")
