"""A clock that a test moves, and the tokens of the simulator with it."""

from __future__ import annotations

import asyncio

from tastytrade import Simulator


class Clock:
    """A monotonic clock for a session, and what it does instead of sleeping."""

    def __init__(self, simulator: Simulator) -> None:
        self.now = 1_000.0
        self._simulator = simulator

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self._simulator.advance(seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)
