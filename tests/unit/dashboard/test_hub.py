from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tastytrade.dashboard.hub import VIEWS, Hub
from tastytrade.dashboard.panel_args import ChainArgs, HealthArgs, QuoteArgs
from tastytrade.dashboard.player import Player
from tastytrade.errors import ConfigurationError
from tests.integration.recorded_day import BEGAN_NS
from tests.integration.waiting import until

SPY = QuoteArgs(symbols=("SPY",))


@pytest.fixture
async def hub(player: Player) -> AsyncIterator[Hub]:
    made = Hub(player.replay, player=player, runner=None, page=dict)
    made.open()
    yield made
    await made.aclose()


def tasks() -> set[str]:
    return {
        one.get_name() for one in asyncio.all_tasks() if one.get_name().startswith("tastytrade-dashboard")
    }


async def test_a_view_is_one_for_all_who_look_and_goes_with_the_last(hub: Hub) -> None:
    one, other = asyncio.Event(), asyncio.Event()
    first, second = hub.show("quotes", SPY, one), hub.show("quotes", SPY, other)
    await hub.leave(first, one)
    still = tasks()
    await hub.leave(second, other)

    assert first is second
    assert still == {"tastytrade-dashboard-quotes", "tastytrade-dashboard-values"}
    assert tasks() == {"tastytrade-dashboard-values"}


async def test_everybody_who_looks_is_told_that_there_is_something_new(hub: Hub) -> None:
    one, other = asyncio.Event(), asyncio.Event()
    for watcher in (one, other):
        hub.show("quotes", SPY, watcher)
        watcher.clear()
    await until(lambda: one.is_set() and other.is_set())


async def test_a_view_that_cannot_be_shown_says_why_and_is_tried_again_when_asked(hub: Hub) -> None:
    watcher = asyncio.Event()
    shown = hub.show("chain", ChainArgs(underlying="SPX"), watcher)
    await until(lambda: shown.failure is not None)
    why = shown.failure
    hub.show("chain", ChainArgs(underlying="SPX"), watcher)
    again = shown.failure

    assert why is not None
    assert "no chain of SPX was kept" in why
    assert again is None


async def test_views_begin_anew_where_a_replay_was_sent(hub: Hub, player: Player) -> None:
    shown = hub.show("quotes", SPY, asyncio.Event())
    await until(lambda: shown.view.has_something)
    before = hub.supply
    async with hub.elsewhere():
        await player.seek(BEGAN_NS + 5_000_000_000)
        was_read = tasks()
    await until(lambda: shown.view.has_something)

    assert was_read == set()
    assert hub.supply is not before
    assert hub.supply.at_ns == BEGAN_NS + 5_000_000_000


async def test_there_is_an_end_to_different_views(hub: Hub) -> None:
    for number in range(VIEWS):
        hub.show("quotes", QuoteArgs(symbols=(f"S{number}",)), asyncio.Event())
    with pytest.raises(ConfigurationError, match="different views are open"):
        hub.show("health", HealthArgs(), asyncio.Event())


async def test_at_the_end_nothing_is_left(player: Player) -> None:
    hub = Hub(player.replay, player=player, runner=None, page=dict)
    hub.open()
    hub.show("quotes", SPY, asyncio.Event())
    await hub.aclose()

    assert tasks() == set()
    assert player.replay.stats().readers == ()
