from __future__ import annotations

import json
from typing import Any

from tastytrade import Streamer
from tastytrade.dashboard.candle_view import CandleView
from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.panel_args import CandleArgs
from tastytrade.dashboard.player import Player
from tastytrade.dashboard.supply import Supply
from tests.integration.recorded_day import BEGAN_NS
from tests.integration.waiting import until
from tests.unit.dashboard.running import shown


def bars(view: CandleView, since: int = 0) -> dict[str, Any]:
    [text] = view.said(since)
    message: dict[str, Any] = json.loads(text)
    return message


async def test_live_bars_are_a_history_and_what_follows(streamer: Streamer) -> None:
    view = CandleView(CandleArgs(symbol="NVDA", period="1m"), lambda: None)
    async with shown(view, Supply(streamer, player=None, runner=None, chains=Chains())):
        await until(lambda: view.has_something)
        first = bars(view)
        version = view.version
        await until(lambda: view.version > version)
        later = bars(view, version)

    assert first["whole"]
    assert len(first["bars"]) > 10
    assert not later["whole"]
    assert {bar[0] for bar in later["bars"]} <= {first["bars"][-1][0], first["bars"][-1][0] + 60}


async def test_bars_of_a_recording_equal_those_of_its_store_at_any_moment(
    player: Player, supply: Supply
) -> None:
    view = CandleView(CandleArgs(symbol="SPY", period="1s"), lambda: None)
    await player.seek(BEGAN_NS + 3_500_000_000)
    async with shown(view, supply):
        await until(lambda: view.has_something)
        before = bars(view)["bars"]
        await player.replay.step(2_000)
        made = player.store.candles("SPY", "1s", end=player.until_ns)
        expected = made.filter(made["count"] > 0).select("open", "high", "low", "close", "volume").rows()
        await until(lambda: [tuple(bar[1:6]) for bar in bars(view)["bars"] if bar[4] is not None] == expected)

    assert len(before) == 4
    assert len(expected) > 4
