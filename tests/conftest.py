"""What every test gets: an environment without anybody's credentials, and simulators when asked for."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from tastytrade import Session, Simulator, Streamer


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("TT_", "DXLINK_")):
            monkeypatch.delenv(name)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """A simulator in the test's own loop."""
    async with Simulator(seed=7) as running:
        yield running


@pytest.fixture
async def session(simulator: Simulator) -> AsyncIterator[Session]:
    async with Session.from_environment(variables=simulator.variables) as opened:
        yield opened


@pytest.fixture
async def streamer(session: Session) -> AsyncIterator[Streamer]:
    async with Streamer(session) as opened:
        yield opened
