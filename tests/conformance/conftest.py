"""A session with each tastytrade there is: the simulator always, the real service with ``-m live``.

    TT_SECRET=... TT_REFRESH=... .venv/bin/pytest -m live tests/conformance

The live ones only read, send nothing wrong, and take the environment that TT_ENVIRONMENT names.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from tastytrade import Session, Simulator, Streamer
from tastytrade.errors import ConfigurationError

# Read before the tests' environment is emptied of everybody's credentials.
_VARIABLES = {name: value for name, value in os.environ.items() if name.startswith("TT_")}


@pytest.fixture(
    params=[
        "simulator",
        pytest.param("live", marks=[pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(120)]),
    ]
)
async def session(request: pytest.FixtureRequest) -> AsyncIterator[Session]:
    if request.param == "simulator":
        async with (
            Simulator(seed=7) as simulator,
            Session.from_environment(variables=simulator.variables) as opened,
        ):
            yield opened
        return
    try:
        live = Session.from_environment(variables=_VARIABLES)
    except ConfigurationError as error:
        pytest.skip(str(error))
    async with live:
        yield live


@pytest.fixture
async def streamer(session: Session) -> AsyncIterator[Streamer]:
    async with Streamer(session) as opened:
        yield opened
