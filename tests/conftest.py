"""What every test gets: an environment without anybody's credentials, and simulators when asked for."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tastytrade import Session, Simulator, Streamer


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody's credentials: no variables, no keyring, and a folder of the test's own, made when needed."""
    for name in list(os.environ):
        if name.startswith(("TT_", "DXLINK_", "TASTYTRADE_")):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.getbasetemp() / uuid.uuid4().hex
    monkeypatch.setenv("TASTYTRADE_HOME", str(folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return folder


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
