"""When it is we who stood still: a loop that was blocked (C13), a machine that slept (C22)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Session, Simulator
from tastytrade.dxfeed.gap import GapReason
from tests.integration.catalogue.observed import observed, proxy_to, simulated, turn
from tests.integration.commands import environment, program

pytestmark = pytest.mark.alone


@asynccontextmanager
async def simulator_in_a_thread(**options: Any) -> AsyncIterator[tuple[Simulator, asyncio.AbstractEventLoop]]:
    """One whose loop, which comes with it, runs on while ours is blocked."""
    ready: asyncio.Future[tuple[Simulator, asyncio.AbstractEventLoop]]
    ready = asyncio.get_running_loop().create_future()
    here, over = asyncio.get_running_loop(), threading.Event()

    async def run() -> None:
        async with Simulator(**options) as simulator:
            here.call_soon_threadsafe(ready.set_result, (simulator, asyncio.get_running_loop()))
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield await ready
    finally:
        over.set()
        await asyncio.to_thread(thread.join)


async def test_c13_a_loop_that_was_blocked_is_named_and_what_was_missed_is_a_gap(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The server waits for longer than a test should, so it is told beforehand when to hang up."""
    async with (
        simulator_in_a_thread(seed=7, rate=400) as (simulator, loop),
        Session.from_environment(variables=simulator.variables) as session,
    ):
        async with observed(session) as one:
            hang_up = {"name": "close", "code": 1000, "reason": "Bye", "at_s": 0.2}
            loop.call_soon_threadsafe(simulator.inject, hang_up)
            time.sleep(0.7)  # noqa: ASYNC251 - a loop is blocked on purpose
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    (warning,) = [text for text in caplog.messages if "the event loop was blocked for 0." in text]
    assert "test_c13" in warning
    assert "(1000 'Bye')" in one.pauses[0].reason
    lasted_s = (one.gap().detected_ns - one.gap().from_ns) / 1e9
    assert lasted_s < 0.2


SLEEPER = """
import asyncio, sys
from msgspec.json import encode
from tastytrade import Session, Streamer
from tastytrade.timeouts import Timeouts
from tests.integration.catalogue.observed import Observed, Through

async def main():
    timeouts = Timeouts(step=0.4, backoff_cap=0.1, close=0.2)
    async with Session.from_environment() as session:
        async with Streamer(Through(session, int(sys.argv[1])), timeouts=timeouts) as streamer:
            one = Observed(streamer, ["SPX", "NVDA"])
            reading = asyncio.create_task(one.read())
            await one.until(lambda: bool(one.batches))
            async for change in streamer.states():
                print(encode([change, one.subscription.gaps]).decode(), flush=True)

asyncio.run(main())
"""


@asynccontextmanager
async def sleeper(simulator: Simulator, port: int, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that reads a feed and prints its states, live by now."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        program(folder, SLEEPER),
        str(port),
        env={**environment(simulator.variables), "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await state_of(process, "live")
        yield process
    finally:
        process.kill()
        await process.wait()


async def state_of(process: asyncio.subprocess.Process, state: str, *, wanted: int = 0) -> Any:
    """The next change to a state, with the gaps by then."""
    assert process.stdout is not None
    async with asyncio.timeout(6):
        while True:
            change, gaps = json.loads(await process.stdout.readline())
            if change["state"] == state and change["sent"] >= wanted:
                return change, gaps


async def test_c22_after_a_sleep_a_connection_that_is_gone_is_noticed_at_once(tmp_path: Path) -> None:
    """The server promises a sign of life every minute; whoever slept asks for one. Where it comes, nothing
    was lost: what was sent meanwhile has waited. So the first sleep here leaves no trace."""
    async with (
        simulated() as (simulator, _session),
        proxy_to(simulator.dxlink_url) as proxy,
        sleeper(simulator, proxy.port, tmp_path) as process,
    ):
        first_ns = await sleep_of(process)
        await turn(proxy, "blackhole")
        woke_ns = await sleep_of(process, before_it_wakes=turn(proxy, "pass"))
        stalled, _ = await state_of(process, "stalled")
        live, gaps = await state_of(process, "live", wanted=2)

    assert "has slept" in stalled["reason"]
    assert (live["at_ns"] - woke_ns) / 1e9 < 2
    assert [gap["reason"] for gap in gaps] == ["clock_suspend"]
    # It begins with the last event, less what a server gathers: after the first sleep, which took a second.
    assert first_ns - 500_000_000 < gaps[0]["from_ns"] < woke_ns < gaps[0]["to_ns"]


async def sleep_of(
    process: asyncio.subprocess.Process, *, before_it_wakes: Awaitable[None] | None = None
) -> int:
    """Stop a process for a good second; when it went on."""
    os.kill(process.pid, signal.SIGSTOP)
    await asyncio.sleep(1.2)
    if before_it_wakes is not None:
        await before_it_wakes
    woke_ns = time.time_ns()
    os.kill(process.pid, signal.SIGCONT)
    return woke_ns
