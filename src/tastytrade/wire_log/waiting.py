"""Waiting: what was taken in the loop until a thread writes it. Neither has to wait for the other.

One side counts what it took, the other what it wrote. Only where there is no room they share a lock.
"""

from __future__ import annotations

from collections import deque
from threading import Lock

from msgspec import Struct

from tastytrade.transport.wire import Arrival
from tastytrade.wire_log.file import DAY_NS
from tastytrade.wire_log.line import is_data

Taken = tuple[int, int, Arrival]
"""Connection, epoch and what arrived."""


class Lost(Struct, frozen=True):
    """Messages that were left out, and between which times they came."""

    messages: int
    from_ns: int
    to_ns: int

    def with_more(self, messages: int, received_ns: int) -> Lost:
        """These, and some that came at a later time."""
        return Lost(self.messages + messages, self.from_ns, received_ns)


class Waiting:
    """At most ``limit_bytes`` of messages. The newest are left out when it is full, but what says how data
    are read: for that there is as much room again. Of a connection that fills even this no more is taken.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.left_out = 0
        self._limit_bytes = limit_bytes
        self._items: deque[Taken | Lost] = deque()
        self._taken_bytes = self._done_bytes = 0
        self._is_troubled = False
        """Whether something was left out and is not told yet, or a connection is not heard any more."""
        self._lost: Lost | None = None
        self._unheard: set[int] = set()
        self._losing = Lock()

    @property
    def size_bytes(self) -> int:
        """What was taken and is not done."""
        return self._taken_bytes - self._done_bytes

    def put(self, taken: Taken) -> None:
        """Take something in, or leave it out."""
        size = taken[2].size_bytes
        if self._is_troubled or self._taken_bytes + size - self._done_bytes > self._limit_bytes:
            self._put_little(taken)
            return
        self._taken_bytes += size
        self._items.append(taken)

    def next(self, most_bytes: int) -> list[Taken | Lost]:
        """Take out what waits first: of one UTC day, and about so much. It counts until it is ``done()``."""
        items, found = self._items, list[Taken | Lost]()
        if not items:
            with self._losing:  # nothing may come any more before which it could be told
                if not items and self._lost is not None:
                    items.append(self._lost)
                    self._lost = None
        size = 0
        while items and size < most_bytes:
            if found and time_of(items[0]) // DAY_NS != time_of(found[0]) // DAY_NS:
                break
            one = items.popleft()
            found.append(one)
            size += 0 if isinstance(one, Lost) else one[2].size_bytes
        return found

    def done(self, size_bytes: int) -> None:
        """So much is written."""
        self._done_bytes += size_bytes

    def _put_little(self, taken: Taken) -> None:
        connection, epoch, arrival = taken
        with self._losing:
            room = self._limit_bytes - self.size_bytes
            texts: list[bytes] = []
            if connection not in self._unheard:
                is_all = arrival.size_bytes <= room
                texts = arrival.texts if is_all else [text for text in arrival.texts if not is_data(text)]
                if sum(map(len, texts)) > room + self._limit_bytes:
                    self._unheard.add(connection)
                    texts = []
            left_out = len(arrival.texts) - len(texts)
            if left_out:
                self.left_out += left_out
                lost = self._lost or Lost(0, arrival.received_ns, 0)
                self._lost = lost.with_more(left_out, arrival.received_ns)
            elif self._lost is not None:
                self._items.append(self._lost)
                self._lost = None
            if texts:
                size = sum(map(len, texts))
                self._taken_bytes += size
                self._items.append((connection, epoch, Arrival(texts, arrival.received_ns, size)))
            self._is_troubled = bool(self._lost or self._unheard)


def time_of(one: Taken | Lost) -> int:
    """When it came, or the first of what was left out."""
    return one.from_ns if isinstance(one, Lost) else one[2].received_ns
