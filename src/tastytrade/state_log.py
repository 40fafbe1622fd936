"""StateLog: the state of a source, and everybody who watches it change."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator

from tastytrade.source import State, StateChange

log = logging.getLogger(__name__)

REMEMBERED = 1000
"""Changes that wait for one who watches; past it the oldest go."""

OVER = frozenset({State.CLOSED, State.FAILED})


class StateLog:
    """``current`` is the state now."""

    def __init__(self, first: StateChange) -> None:
        self.current = first
        self._watchers: dict[asyncio.Event, deque[StateChange]] = {}

    def enter(self, change: StateChange) -> None:
        """A new state; nothing when it is the one there is."""
        old = self.current
        if (change.state, change.reason) == (old.state, old.reason):
            return
        self.current = change
        if change.state is not old.state:
            log.debug("feed %s: %s", change.state.value, change.reason)
        for ready, waiting in self._watchers.items():
            if waiting and change.state is State.RESTORING is waiting[-1].state:
                waiting.pop()  # of a count that goes on, the newest says it all
            waiting.append(change)
            ready.set()

    async def watch(self) -> AsyncGenerator[StateChange, None]:
        """The state now and every change; ends when the source is over."""
        ready = asyncio.Event()
        waiting = self._watchers[ready] = deque([self.current], maxlen=REMEMBERED)
        try:
            while True:
                while waiting:
                    change = waiting.popleft()
                    yield change
                    if change.state in OVER:
                        return
                ready.clear()
                await ready.wait()
        finally:
            del self._watchers[ready]
