from __future__ import annotations

import json
from typing import Any

from tastytrade.dashboard.panel_args import PrintArgs
from tastytrade.dashboard.player import Player
from tastytrade.dashboard.print_view import HEADER, KEPT, PrintView
from tastytrade.dashboard.supply import Supply
from tests.integration.recorded_day import BEGAN_NS
from tests.integration.waiting import until
from tests.unit.dashboard.running import shown


def told(view: PrintView, since: int) -> dict[str, Any]:
    [text] = view.said(since)
    message: dict[str, Any] = json.loads(text)
    return message


async def test_prints_are_told_whole_and_then_those_that_came(player: Player, supply: Supply) -> None:
    view = PrintView(PrintArgs(symbols=("SPY",)), lambda: None)
    await player.seek(BEGAN_NS + 2_000_000_000)
    async with shown(view, supply):
        await until(lambda: view.has_something)
        first, version = told(view, 0), view.version
        await player.replay.step(50)
        await until(lambda: view.version > version)
        second = told(view, version)

    assert (first["whole"], second["whole"]) == (True, False)
    assert [row[3] for row in first["rows"]] == [float(size) for size in range(200)]
    assert second["rows"][0][1:4] == ["SPY", 2.0, 200.0]
    assert second["dropped"] == 0
    assert view.exported().header == HEADER


async def test_who_is_far_behind_is_told_how_many_it_missed(player: Player, supply: Supply) -> None:
    view = PrintView(PrintArgs(symbols=("SPY",)), lambda: None)
    async with shown(view, supply):
        await until(lambda: view.has_something)
        version = view.version
        await player.replay.step(10_000)
        await until(lambda: view.version - version >= 1000)
        late = told(view, version)

    assert len(late["rows"]) == KEPT
    assert late["dropped"] == 1000 - KEPT
