from __future__ import annotations

import json

from tastytrade import Streamer
from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.health_view import HealthView
from tastytrade.dashboard.supply import Supply
from tastytrade.meter import LAG_BOUNDS
from tests.integration.waiting import until
from tests.unit.dashboard.running import shown


async def test_everything_that_is_known_of_a_feed_is_told(streamer: Streamer) -> None:
    view = HealthView(lambda: {"clients": 2, "conflated": 3}, lambda: None)
    supply = Supply(streamer, player=None, runner=None, chains=Chains())
    async with shown(view, supply):
        await until(lambda: view.has_something)
        told = json.loads(view.said(0)[0])

    assert (told["t"], told["state"], told["level"]) == ("health", "live", "simulated")
    assert told["page"] == {"clients": 2, "conflated": 3}
    assert told["ledger"]["balance"] == 0
    assert [bound for bound, _ in told["lag_histogram"]] == [*(bound * 1000 for bound in LAG_BOUNDS), None]
    assert ("page.clients", 2) in view.exported().rows


async def test_what_a_replay_gives_is_not_late(supply: Supply) -> None:
    view = HealthView(dict, lambda: None)
    async with shown(view, supply):
        await until(lambda: view.has_something)
        told = json.loads(view.said(0)[0])

    assert told["lag"] == {"p50": None, "p99": None, "max": None}
    assert told["level"] == "api"
