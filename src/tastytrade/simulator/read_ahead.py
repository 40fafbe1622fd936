"""ReadAhead: a recording, read in a thread of its own so many rows ahead of the time that is played."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

from tastytrade.dxfeed import EventBatch, Gap
from tastytrade.errors import TastytradeError
from tastytrade.simulator.recorded_rows import Played, played

ROWS_AHEAD = 20_000
"""Rows that wait at most; more only where they were all received in one millisecond."""
SET_BACK_NS = 1_000_000_000
"""A receive time so much before the one before it: the clock of the machine that recorded was set back."""


class ReadAhead:
    """What ``read()`` gives, batch by batch, each with the moment when it is due. Use it in ``with``.

    Moments never go back: a clock that was set back while it was recorded goes on from where it was.
    ``error`` is what ended it, if anything did; what was read before it is given.
    """

    def __init__(
        self, read: Callable[[], Iterable[EventBatch[Any] | Gap]], *, rows_ahead: int = ROWS_AHEAD
    ) -> None:
        self.error: TastytradeError | None = None
        self._read = read
        self._rows_ahead = rows_ahead
        self._waiting: deque[Played] = deque()
        self._rows = 0
        self._read_ms = 0
        self._latest_ns = 0
        self._set_back_ns = 0
        self._is_over = False
        self._is_closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="tastytrade-recording", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join()

    @property
    def is_over(self) -> bool:
        """Whether everything has been taken that there is."""
        with self._changed:
            return self._is_over and not self._waiting

    def take(self, until_ms: int, *, rows: int) -> tuple[list[Played], int]:
        """What is due until a moment, at most about so many rows; and the moment up to which that is all."""
        taken: list[Played] = []
        count = 0
        with self._changed:
            # More of the last millisecond read may follow.
            until_ms = until_ms if self._is_over else min(until_ms, self._read_ms - 1)
            while self._waiting and self._waiting[0].moment_ms <= until_ms:
                if count >= rows and self._waiting[0].moment_ms > taken[-1].moment_ms:
                    until_ms = self._waiting[0].moment_ms - 1
                    break
                taken.append(self._waiting.popleft())
                count += len(taken[-1].rows)
            self._rows -= count
            if count:
                self._changed.notify_all()
        return taken, until_ms

    def _run(self) -> None:
        try:
            for record in self._read():
                if isinstance(record, EventBatch) and len(record):
                    self._put(played(record, self._moment_ms(record.received_ns)))
                if self._is_closed:
                    return
        except TastytradeError as error:
            self.error = error
        finally:
            with self._changed:
                self._is_over = True

    def _moment_ms(self, received_ns: int) -> int:
        at_ns = received_ns + self._set_back_ns
        if at_ns < self._latest_ns - SET_BACK_NS:
            self._set_back_ns += self._latest_ns - at_ns
        self._latest_ns = max(at_ns, self._latest_ns)
        return self._latest_ns // 1_000_000

    def _put(self, one: Played) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._has_room())
            self._waiting.append(one)
            self._rows += len(one.rows)
            self._read_ms = one.moment_ms

    def _has_room(self) -> bool:
        if self._rows < self._rows_ahead:
            return True
        return self._waiting[0].moment_ms == self._waiting[-1].moment_ms
