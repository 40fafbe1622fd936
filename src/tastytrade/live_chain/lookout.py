"""Lookout: everybody who looks at a live chain; each is told what is new at a pace of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable

from tastytrade.dxfeed.gap import Gap
from tastytrade.errors import ConfigurationError
from tastytrade.live_chain.change import Change, Pending, Standing


class Lookout:
    """``standing`` says how the chain is now."""

    def __init__(self, standing: Callable[[], Standing]) -> None:
        self._standing = standing
        self._pending: set[Pending] = set()
        self._ended = asyncio.Event()
        self._failure: Exception | None = None

    def note(self, *, symbols: Iterable[str] = (), gap: Gap | None = None) -> None:
        """Something has happened: to some symbols, or a gap, or to the chain itself."""
        for pending in self._pending:
            pending.note(symbols=symbols, gap=gap)

    def end(self, failure: Exception | None) -> None:
        """Nothing more will happen."""
        self._failure = failure
        self._ended.set()
        self.note()

    async def changes(
        self, symbols: Iterable[str], gaps: Iterable[Gap], *, per_second: float
    ) -> AsyncGenerator[Change, None]:
        """What is new, at most so many times a second, beginning with some symbols and gaps."""
        if not per_second > 0:
            raise ConfigurationError(f"per_second is a positive number of changes, not {per_second!r}")
        now = asyncio.get_running_loop().time
        pending = Pending(symbols, gaps)
        standing = self._standing()
        if standing.window is not None or standing.state.is_final:
            pending.note()
        self._pending.add(pending)
        try:
            while True:
                await pending.wait()
                change = pending.take(self._standing())
                next_at = now() + 1 / per_second
                yield change
                if change.state.is_final:
                    break
                await self._pass(next_at)
        finally:
            self._pending.discard(pending)
        if self._failure is not None:
            raise self._failure

    async def _pass(self, until: float) -> None:
        """Let time pass, until a time of the loop or the end."""
        try:
            async with asyncio.timeout_at(until):
                await self._ended.wait()
        except TimeoutError:
            pass
