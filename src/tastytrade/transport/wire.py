"""Wire: a websockets connection that gives at once all messages that one read of the socket brought.

The library does the handshake, TLS, proxies, pings, fragments, closing and every error. Message by message,
though, it costs a chain of generators, a queue and a turn of the loop, which at feed rates is more than
everything that is done with the message afterwards. What a feed consists of, whole text frames that are
neither masked nor compressed, is therefore cut out of the bytes here. Every other frame goes to the library,
one whole frame at a time, so that it stands between two frames whenever it is not asked. When in doubt it
gets everything: that is slower, and the same otherwise.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

HIGH_WATER_BYTES = 1 << 18
"""So much may wait for whoever receives; then the socket is not read, and the server has to wait."""

_TEXT = 0x80 | Opcode.TEXT
_MASKED = 0x80
_NO_LIMIT = 1 << 63
_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


class Arrival(NamedTuple):
    """Messages that one read of the socket brought, in their order, as UTF-8 bytes; at least one.

    received_ns  when that was: Unix nanoseconds, UTC
    size_bytes   how long they are
    """

    texts: list[bytes]
    received_ns: int
    size_bytes: int


Take = Callable[[Arrival], bool]
"""Takes messages in; says whether it goes on."""


class Wire(ClientConnection):
    """``deliver()`` takes the place of ``recv()``; everything else is the library's."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._arrived: deque[Arrival] = deque()
        self.waiting_bytes = 0
        """What has arrived and has not been received; past the high water the socket ``is_held``."""
        self.is_held = False
        self._taker: Take | None = None
        self._waiter: asyncio.Future[bool] | None = None
        """Of whoever lets ``_taker`` be given what arrives: whether it has had enough."""
        self._is_wanted = True
        self._is_between_frames = False
        """Whether the library has had whole frames only, so that frames can be cut out here."""
        self._parts: list[bytes] = []
        """The beginning of a frame; so many bytes are ``_missing`` at least before it can be looked at."""
        self._missing = 0
        self._fragments = bytearray()
        self._texts: list[bytes] = []
        """The messages of the read that is being looked at."""

    async def deliver(self, take: Take) -> None:
        """Give ``take`` what arrives, at once when it arrives, until it says that this is enough.

        It is called from the loop itself, which saves a turn of it. Raises ConnectionClosed when no more will
        arrive, and what ``take`` raises.
        """
        while True:
            while self._arrived:
                if not take(self._next()):
                    return
            if self.protocol.state is State.CLOSED:
                raise self.protocol.close_exc
            self._taker, self._waiter = take, self.loop.create_future()
            try:
                if await self._waiter:
                    return
            finally:
                self._taker = self._waiter = None

    def _next(self) -> Arrival:
        arrival = self._arrived.popleft()
        self.waiting_bytes -= arrival.size_bytes
        if self.is_held and self.waiting_bytes <= HIGH_WATER_BYTES // 2:
            self.is_held = False
            self.transport.resume_reading()
        return arrival

    def ignore(self) -> None:
        """Nobody receives any more: what still comes is dropped, so that the peer's close frame is read."""
        self._is_wanted = False
        self._arrived.clear()
        if self.is_held and not self.transport.is_closing():
            self.is_held = False
            self.transport.resume_reading()

    # The library's side.

    def data_received(self, data: bytes) -> None:
        """Bytes of the socket."""
        received_ns = time.time_ns()
        if self._is_between_frames:
            self._take(data)
        else:
            was_open = self.protocol.state is State.OPEN
            super().data_received(data)
            # Nothing came behind the answer to the upgrade: the first frame begins with the next byte.
            is_open = self.protocol.state is State.OPEN
            self._is_between_frames = is_open and not was_open and data.endswith(b"\r\n\r\n")
        if self._texts and self._is_wanted:
            self._deliver(Arrival(self._texts, received_ns, sum(map(len, self._texts))))
        self._texts = []

    def process_event(self, event: Event) -> None:
        """A frame that the library has read."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
            return
        self._fragments += event.data
        if event.fin:
            self._texts.append(bytes(self._fragments))
            self._fragments = bytearray()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)

    def _take(self, data: bytes) -> None:
        """Wait until what has come is the whole of the frame that is coming, and take that."""
        if len(data) < self._missing:
            self._parts.append(data)
            self._missing -= len(data)
            return
        if self._parts:
            data = b"".join([*self._parts, data])
            self._parts = []
        start, self._missing = self._cut(data)
        if start < len(data):
            self._parts = [data[start:]]

    def _cut(self, data: bytes) -> tuple[int, int]:
        """Take the whole frames at the beginning of some bytes; where the rest begins, and what it lacks."""
        start, end = 0, len(data)
        limit = self.protocol.max_message_size or _NO_LIMIT
        is_plain = self._is_plain()
        while end - start >= 2:
            length, body = data[start + 1], start + 2
            if length >= _MASKED:  # no server may do that: the library says so
                length = limit + 1
            elif length >= 126:
                body += 2 if length == 126 else 8
                if body > end:
                    break
                length = int.from_bytes(data[start + 2 : body])
            stop = body + length
            if length > limit:
                self._is_between_frames = False
                super().data_received(data[start:])
                return end, 0
            if stop > end:
                return start, stop - end
            if is_plain and data[start] == _TEXT:
                self._texts.append(data[body:stop])
            else:
                super().data_received(data[start:stop])
                is_plain = self._is_plain()
            start = stop
        return start, 1

    def _is_plain(self) -> bool:
        """Whether a text frame now would be a message of its own."""
        return self.protocol.state is State.OPEN and self.protocol.current_size is None

    def _deliver(self, arrival: Arrival) -> None:
        waiter = self._waiter
        if waiter is not None and self._taker is not None and not waiter.done():
            try:
                goes_on = self._taker(arrival)
            except Exception as error:  # noqa: BLE001 - whoever waits is told
                waiter.set_exception(error)
                waiter.exception()  # so that nobody complains where that one was cancelled meanwhile
            else:
                if not goes_on:
                    waiter.set_result(True)
            return
        self._arrived.append(arrival)
        self.waiting_bytes += arrival.size_bytes
        if self.waiting_bytes > HIGH_WATER_BYTES and not self.is_held:
            self.is_held = True
            self.transport.pause_reading()
