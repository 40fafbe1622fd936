"""FaultBook: the faults of one simulator that wait for their moments, and those that are done."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec import Struct

from tastytrade.simulator.fault import Act, Fault, Rewrite
from tastytrade.simulator.fault_kinds import Error, Upgrade
from tastytrade.simulator.faults import as_data

DONE_LIMIT = 1_000
"""Faults that are remembered after they were done."""


class Numbered(Protocol):
    """A connection, as far as the book needs to know it."""

    @property
    def number(self) -> int: ...


class Done(Struct, frozen=True):
    """A fault that was done: when (Unix nanoseconds), and to which connections."""

    number: int
    fault: dict[str, Any]
    at_ns: int
    connections: list[int]


class Waiting:
    """One fault that waits; ``left`` is how often it is still to come, None: always."""

    def __init__(self, number: int, fault: Fault, note: Callable[[Waiting, list[int]], None]) -> None:
        self.number = number
        self.fault: Any = fault
        self.left = fault.times
        self.is_ready = False
        self.armed: set[int] = set()
        self._note = note
        self._counts: Counter[int] = Counter()
        self._met = 0

    @property
    def is_over(self) -> bool:
        return self.left == 0

    def means(self, connection: Numbered) -> bool:
        return self.fault.connection in {None, connection.number}

    def comes(self, connection: Numbered) -> None:
        """What it waits for has come once more."""
        self._counts[connection.number] += 1

    def is_due(self, connection: Numbered, which: int) -> bool:
        """Whether it has come often enough."""
        return self._counts[connection.number] >= which

    def claim(self, connection: Numbered | None) -> None:
        """This was one of its times."""
        if connection is not None:
            self._counts[connection.number] = 0
        if self.left is not None:
            self.left -= 1

    def use(self, connection: int) -> None:
        """A rewrite met its message."""
        self.claim(None)
        self._note(self, [connection])


class FaultBook:
    """Knows when a fault is to be done; ``act`` does it.

    ``living`` gives the connections there are. Nothing but ``is_quiet`` costs anything while it is true.
    """

    def __init__(
        self,
        act: Callable[[Act, list[Any]], None],
        living: Callable[[], Iterable[Any]],
        note: Callable[[dict[str, Any], list[int]], None] = lambda _fault, _connections: None,
    ) -> None:
        self.waiting: list[Waiting] = []
        self.done: deque[Done] = deque(maxlen=DONE_LIMIT)
        self.is_quiet = True
        self._act = act
        self._living = living
        self._note = note
        self._numbers = 0
        self._timers: set[asyncio.TimerHandle] = set()
        self._is_open = False

    def open(self) -> None:
        """Time begins: for those given before, too."""
        self._is_open = True
        for waiting in list(self.waiting):
            self._begin(waiting)

    def close(self) -> None:
        """No moment comes any more."""
        self._is_open = False
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def give(self, fault: Fault) -> int:
        """Take a fault, or do it at once if nothing is to be waited for; gives its number."""
        self._numbers += 1
        waiting = Waiting(self._numbers, fault, self._was_used)
        self.waiting.append(waiting)
        if self._is_open:
            self._begin(waiting)
        return waiting.number

    # Moments.

    def step(self, connection: Numbered, step: str) -> bool:
        """A message of a client's; whether it is to be carried out."""
        is_carried_out = True
        for waiting in self._ready_for(connection):
            fault = waiting.fault
            if fault.on_step == step:
                waiting.comes(connection)
                if waiting.is_due(connection, fault.nth):
                    self._claim(waiting, connection)
                    is_carried_out &= not (isinstance(fault, Error) and fault.instead)
        return is_carried_out

    def frame(self, connection: Numbered, *, is_written: bool) -> bool:
        """A FEED_DATA that is about to be written, or was; whether anything was done."""
        is_done = False
        for waiting in self._ready_for(connection):
            fault = waiting.fault
            if fault.on_frame is None:
                continue
            if not is_written:
                waiting.comes(connection)
            if fault.before != is_written and waiting.is_due(connection, fault.on_frame):
                self._claim(waiting, connection)
                is_done = True
        return is_done

    def upgrade(self, number: int) -> Upgrade | None:
        """How the connection that would have this number is to be answered; None: as usual."""
        for waiting in list(self.waiting):
            fault = waiting.fault
            if waiting.is_ready and isinstance(fault, Upgrade) and fault.connection in {None, number}:
                if fault.seconds is None:
                    waiting.claim(None)
                self._was_used(waiting, [number])
                return fault
        return None

    def pending(self, connection: Numbered) -> list[Waiting]:
        """The rewrites in force for a connection."""
        return [
            waiting
            for waiting in self._ready_for(connection)
            if isinstance(waiting.fault, Rewrite)
            and (not waiting.fault.has_moment or connection.number in waiting.armed)
        ]

    # Coming and going.

    def _ready_for(self, connection: Numbered) -> list[Waiting]:
        return [one for one in self.waiting if one.is_ready and not one.is_over and one.means(connection)]

    def _begin(self, waiting: Waiting) -> None:
        if waiting.fault.at_s:
            self._later(waiting.fault.at_s, lambda: self._get_ready(waiting))
        else:
            self._get_ready(waiting)

    def _get_ready(self, waiting: Waiting) -> None:
        fault = waiting.fault
        waiting.is_ready = True
        if isinstance(fault, Act) and not fault.has_moment:
            self._claim(waiting, None)
            if fault.at_s and not waiting.is_over:
                self._later(fault.at_s, lambda: self._get_ready(waiting))
        elif isinstance(fault, Upgrade) and fault.seconds is not None:
            self._later(fault.seconds, lambda: self._end(waiting))
        self._tidy()

    def _claim(self, waiting: Waiting, connection: Numbered | None) -> None:
        """The moment is there: do it, or let rewrites begin, for one connection or for all it means."""
        if isinstance(waiting.fault, Rewrite):
            assert connection is not None  # noqa: S101 - without a moment they wait for messages alone
            number = connection.number
            self._after(waiting, lambda: waiting.armed.add(number))
            return
        waiting.claim(connection)
        self._after(waiting, lambda: self._do(waiting, connection))
        self._tidy()

    def _after(self, waiting: Waiting, do: Callable[[], object]) -> None:
        if waiting.fault.after_s:
            self._later(waiting.fault.after_s, do)
        else:
            do()

    def _do(self, waiting: Waiting, connection: Numbered | None) -> None:
        living = [one for one in self._living() if waiting.means(one) and connection in {None, one}]
        self._act(waiting.fault, living)
        self._was_used(waiting, [one.number for one in living])

    def _was_used(self, waiting: Waiting, connections: list[int]) -> None:
        data = as_data(waiting.fault)
        self.done.append(Done(waiting.number, data, time.time_ns(), connections))
        self._note(data, connections)
        self._tidy()

    def _end(self, waiting: Waiting) -> None:
        waiting.left = 0
        self._tidy()

    def _tidy(self) -> None:
        self.waiting = [one for one in self.waiting if not one.is_over]
        self.is_quiet = not any(
            one.is_ready and (one.fault.has_moment or isinstance(one.fault, Rewrite)) for one in self.waiting
        )

    def _later(self, seconds: float, do: Callable[[], object]) -> None:
        def come() -> None:
            self._timers.discard(timer)
            do()

        timer = asyncio.get_running_loop().call_later(seconds, come)
        self._timers.add(timer)
