from __future__ import annotations

import json

from tastytrade import Session, Streamer
from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.curve_view import STRIKES, CurveView
from tastytrade.dashboard.panel_args import SmileArgs
from tastytrade.dashboard.supply import Supply
from tests.integration.waiting import until
from tests.unit.dashboard.running import shown


async def test_a_smile_is_drawn_and_exported_in_the_long_form(session: Session, streamer: Streamer) -> None:
    view = CurveView("smile", SmileArgs(underlying="NVDA"), lambda: None)
    supply = Supply(streamer, player=None, runner=session, chains=Chains(session))
    async with shown(view, supply):
        await until(lambda: len(list(view.exported().rows)) > 10)
        told = json.loads(view.said(0)[0])
        exported = view.exported()

    assert (told["t"], told["panel"], told["meta"]["underlying"]) == ("curves", "smile", "NVDA")
    assert 5 < len(told["series"][0]["x"]) <= STRIKES
    assert exported.header == ["series", "x", "y"]
    assert {name for name, _, _ in exported.rows} == {"smile", "calls", "puts"}
