"""Tap: where somebody may have what the connections of a streamer bring, as it came and before it is read;
and what they send."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from tastytrade.transport.wire import Arrival

Watch = Callable[[int, int, Arrival], None]
"""Is given a connection's number, its epoch, and what has arrived, or is sent at that time. It is called from
the loop, and raises nothing."""


class Tap:
    """One for all connections of a streamer; each has a number of its own, also the one after a loss."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        """What every arrival is given to; None while nobody watches."""
        self.watch_sent: Watch | None = None
        """What every message is given to that is sent; None while nobody watches."""
        self.changes = 0
        """How often others have come or gone who watch."""
        self._watchers: list[Watch] = []
        self._watchers_sent: list[Watch] = []
        self._numbers = count(1)

    def number(self) -> int:
        """The number of one more connection."""
        return next(self._numbers)

    def add(self, take: Watch, *, sent: Watch | None = None) -> Callable[[], None]:
        """Let one more watch from now on; gives what ends that, and may be called twice."""
        self._watchers.append(take)
        if sent is not None:
            self._watchers_sent.append(sent)
        self._change()
        is_there = True

        def remove() -> None:
            nonlocal is_there
            if is_there:
                is_there = False
                self._watchers.remove(take)
                if sent is not None:
                    self._watchers_sent.remove(sent)
                self._change()

        return remove

    def _change(self) -> None:
        self.changes += 1
        self.watch, self.watch_sent = _as_one(self._watchers), _as_one(self._watchers_sent)


def _as_one(watchers: list[Watch]) -> Watch | None:
    if len(watchers) < 2:
        return watchers[0] if watchers else None
    them = tuple(watchers)

    def all_of_them(number: int, epoch: int, arrival: Arrival) -> None:
        for take in them:
            take(number, epoch, arrival)

    return all_of_them
