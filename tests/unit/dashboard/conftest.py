"""A recorded day, and what views take of its replay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.player import Player
from tastytrade.dashboard.supply import Supply
from tastytrade.replaying import Replay, replay
from tests.integration.recorded_day import keep_day


@pytest.fixture(scope="package")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("dashboard") / "day")


@pytest.fixture
async def source(day: Path) -> AsyncIterator[Replay]:
    """A replay that waits at the beginning; ``step()`` it."""
    async with replay(day, paused=True) as opened:
        yield opened


@pytest.fixture
async def player(source: Replay) -> AsyncIterator[Player]:
    made = Player(source)
    yield made
    await made.aclose()


@pytest.fixture
def supply(player: Player) -> Supply:
    return Supply(player.replay, player=player, runner=None, chains=Chains(None, player.store))
