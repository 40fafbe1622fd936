"""What every case of the catalogue checks without saying so."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import AsyncIterator

import pytest

from tests.canary import CANARY

SECRET = re.compile(rf"sim_(?!control)\w+_[\w-]{{20,}}|{CANARY}")
"""A token of a simulator, or of a test's own server."""


@pytest.fixture(scope="package", autouse=True)
def _only_what_tests_leave_is_collected() -> None:
    """What was there before is not looked at after each test: that costs more than most tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
async def _leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """No task, no error that nobody has seen, and no secret in any log of ours."""
    caplog.set_level(logging.DEBUG)
    for server in ("websockets.server", "uvicorn.error"):  # they log what they hear
        caplog.set_level(logging.INFO, logger=server)
    yield
    gc.collect()
    await asyncio.sleep(0)
    logged = [(record.name, record.levelno, record.getMessage()) for record in caplog.get_records("call")]
    tasks = asyncio.all_tasks() - {asyncio.current_task()}

    assert {task.get_name() for task in tasks if task.get_name().startswith("tastytrade")} == set()
    assert [text for name, level, text in logged if name == "asyncio" and level >= logging.WARNING] == []
    assert [text for _, _, text in logged if SECRET.search(text)] == []
