from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tastytrade import Session, Simulator, Streamer
from tastytrade.dashboard.chain_view import ChainView
from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.panel_args import ChainArgs
from tastytrade.dashboard.supply import Supply
from tastytrade.dxfeed import EventBatch, Trade
from tastytrade.errors import ConfigurationError
from tests.integration.waiting import until
from tests.unit.dashboard.running import shown


@pytest.fixture
def live(session: Session, streamer: Streamer) -> Supply:
    return Supply(streamer, player=None, runner=session, chains=Chains(session))


def whole(view: ChainView) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(view.said(0)[0])
    return message


def asked(simulator: Simulator) -> set[str]:
    """Of which options Greeks are subscribed."""
    return {symbol for kind, symbol in simulator.subscriptions() if kind == "Greeks"}


def symbols_of(table: dict[str, Any]) -> set[str]:
    """The options in the rows of a chain."""
    keys = [column["name"] for column in table["columns"]]
    places = [keys.index(f"{side}_streamer_symbol") for side in ("call", "put")]
    return {row[place] for row in table["rows"] for place in places}


async def test_the_strikes_around_the_price_are_shown_and_follow_it(
    simulator: Simulator, live: Supply
) -> None:
    view = ChainView(ChainArgs(underlying="SPX", around=4), lambda: None)
    async with shown(view, live):
        await until(lambda: view.has_something)
        before = whole(view)
        far = before["meta"]["centre"] + 50
        event = Trade("SPX", price=far)

        def moved() -> bool:
            live.values._take(EventBatch.from_events([event], received_ns=time.time_ns()))
            return bool(abs(whole(view)["meta"]["centre"] - far) < 10)

        # The market goes on trading where it was: the window may be back before it is asked for.
        await until(lambda: moved() and asked(simulator) == symbols_of(whole(view)))
        after = whole(view)
    await until(lambda: not asked(simulator))

    assert len(before["rows"]) == len(after["rows"]) == 4
    assert before["meta"]["expirations"][0][1] == "SPXW"


async def test_an_expiration_that_is_not_listed_is_an_error(live: Supply) -> None:
    view = ChainView(ChainArgs(underlying="SPX", dte=5_000), lambda: None)

    with pytest.raises(ConfigurationError, match="expires in 5000 days"):
        await view.run(live)
