"""Lines: the connections of one streamer, each with a task of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import count

from tastytrade.admission import Entrance
from tastytrade.books import Books
from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.interest import Interest
from tastytrade.line import Line
from tastytrade.source import State, StateChange
from tastytrade.standing import standing_of
from tastytrade.timeouts import Timeouts
from tastytrade.transport.tap import Tap

IDLE = 60.0
"""Seconds after which a further connection is closed on which nothing is wanted: sessions are few."""


class Lines:
    """``protocols`` has one for each; ``failed`` is called once, with what ended one of them for good."""

    def __init__(
        self,
        *,
        entrance: Entrance,
        plans: Sequence[ChannelPlan] | None,
        timeouts: Timeouts,
        books: Books,
        received: Callable[[Received], None],
        changed: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.protocols: list[ClientProtocol] = []
        self.tap = Tap()
        self._entrance = entrance
        self._plans = plans
        self._timeouts = timeouts
        self._books = books
        self._received = received
        self._changed = changed
        self._failed = failed
        self._epochs = count(1)
        self._lines: list[Line] = []
        self._tasks: dict[Line, asyncio.Task[None]] = {}
        self._waiting: set[asyncio.Event] = set()

    @property
    def is_running(self) -> bool:
        return bool(self._tasks)

    @property
    def was_ready(self) -> bool:
        """Whether the first of them has been let in."""
        return self._lines[0].was_ready

    @property
    def _are_restored(self) -> bool:
        """Whether the server has been told everything that is wanted, on each of them, and has read it."""
        return all(
            line.state.state in {State.LIVE, State.DEGRADED} and line.protocol.is_confirmed
            for line in self._lines
        )

    @property
    def standing(self) -> StateChange:
        """Their state as one."""
        return standing_of([line.state for line in self._lines])

    def add(self, interest: Interest) -> Line:
        """One more; it connects at once when the others do."""
        limits = self._timeouts
        protocol = ClientProtocol(
            self._plans,
            step_timeout=limits.step,
            quiet_grace=limits.quiet_grace,
            rate_cooldown=limits.rate,
            epochs=self._epochs,
        )
        line = Line(
            len(self._lines) + 1,
            protocol,
            interest,
            entrance=self._entrance,
            books=self._books,
            received=self._received,
            changed=self._changed,
            progressed=self._progressed,
            timeouts=limits,
            tap=self.tap,
        )
        self.protocols.append(protocol)
        self._lines.append(line)
        if self._tasks:
            self._start(line)
        return line

    def start(self) -> None:
        """Connect them all."""
        for line in self._lines:
            line.was_ready = False
            self._start(line)

    async def stop(self) -> None:
        """Close them all, and wait until that is done."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for line in self._lines:
            line.state = StateChange(State.CLOSED, "closed by us", time.time_ns())

    def wake(self) -> None:
        """What is wanted has changed."""
        for line in self._lines:
            line.wake.set()

    async def restored(self) -> None:
        """Wait until the server has everything that is wanted, on each of them."""
        progressed = asyncio.Event()
        self._waiting.add(progressed)
        try:
            while not self._are_restored:
                await progressed.wait()
                progressed.clear()
        finally:
            self._waiting.discard(progressed)

    def close_idle(self) -> None:
        """Close those after the first on which nothing is wanted, unless that changes within a minute."""
        for line in self._lines[1:]:
            if not line.protocol.desired and self._tasks:
                asyncio.get_running_loop().call_later(IDLE, self._close_if_idle, line)

    def suspended(self) -> None:
        """This machine or program has slept."""
        for line in self._lines:
            line.suspended()

    def _progressed(self) -> None:
        for waiting in self._waiting:
            waiting.set()

    def _close_if_idle(self, line: Line) -> None:
        task = self._tasks.get(line)
        if task is not None and not line.protocol.desired and line in self._lines:
            task.cancel()
            self._lines.remove(line)
            self.protocols.remove(line.protocol)
            self._changed()

    def _start(self, line: Line) -> None:
        # Joined in stop(): a task group would tie opening and closing to one task, and notebooks open in
        # one cell and close in another.
        self._tasks[line] = asyncio.create_task(self._run(line), name=f"tastytrade-streamer-{line.number}")

    async def _run(self, line: Line) -> None:
        error: Exception
        try:
            error = await line.run()
        except Exception as unexpected:  # noqa: BLE001 - the top of a task: every reader is told, none hangs
            error = unexpected
        for other, task in self._tasks.items():
            if other is not line:
                task.cancel()
        self._failed(error)
