"""One DXLink connection of the simulator: a WebSocket, the server's protocol, and the feed behind it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable

import msgspec
from msgspec import Struct
from starlette.websockets import WebSocket, WebSocketDisconnect

from tastytrade.dxlink.messages import CONNECTION
from tastytrade.dxlink.server import Changed, Close, Outgoing, ServerProtocol
from tastytrade.dxlink.server_channel import ServerChannel
from tastytrade.simulator.fault_book import FaultBook
from tastytrade.simulator.fault_kinds import Mute, Resnapshot
from tastytrade.simulator.fault_rewrites import Tampering
from tastytrade.simulator.feed import SHORTEST_PERIOD, Feed
from tastytrade.simulator.truth import Truth
from tastytrade.simulator.wire import wire_of


class Clocks(Struct, frozen=True):
    """The protocol lives by ``elapsed``, the feed by ``market_elapsed``; both count seconds."""

    elapsed: Callable[[], float]
    market_elapsed: Callable[[], float]


class _Envelope(Struct):
    type: str = ""
    channel: int = 0


_envelopes = msgspec.json.Decoder(_Envelope)


class DXLinkConnection:
    """Moves text between one WebSocket and its ServerProtocol and Feed, with the faults of a book.

    ``frames`` and ``rows`` count what FEED_DATA were written. The ``token`` it was authorized with is kept so
    that it can be revoked; ``asked_channel`` is where the message went that a fault waited for.
    """

    def __init__(
        self,
        number: int,
        websocket: WebSocket,
        protocol: ServerProtocol,
        feed: Feed,
        *,
        clocks: Clocks,
        book: FaultBook,
        truth: Truth | None = None,
    ) -> None:
        self.number = number
        self.protocol = protocol
        self.feed = feed
        self.wire = wire_of(websocket)
        self.tampering = Tampering(number, self._channel)
        self.since_ns = time.time_ns()
        self.frames = 0
        self.rows = 0
        self.token: str | None = None
        self.is_aborted = False
        self.asked_channel = CONNECTION
        self._websocket = websocket
        self._clocks = clocks
        self._book = book
        self._truth = truth
        protocol.keeps_batches = truth is not None
        self._wake = asyncio.Event()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._thaws_at = 0.0
        self._end = Close(1006, "")
        self._ended_by = "nobody"

    async def serve(self) -> None:
        """Until either side ends it."""
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(self._read())
                await self._write()
                reading.cancel()
        except* WebSocketDisconnect:
            pass
        finally:
            if self._truth is not None:
                end = self._end
                by = "server" if self.is_aborted else self._ended_by
                self._truth.note("closed", self.number, by=by, code=end.code, reason=end.reason)

    async def close(self, code: int, reason: str = "") -> None:
        """Send a close frame at once."""
        self._ended_by, self._end = "server", Close(code, reason)
        await self._websocket.close(code, reason)

    def _channel(self, number: int) -> ServerChannel | None:
        return self.protocol.channels.get(number)

    # What faults do.

    def wake(self) -> None:
        """There may be something to write."""
        self._wake.set()

    def apply(self, changes: Iterable[Changed]) -> None:
        """Subscriptions have changed, by a message of the client's or without one."""
        if self._truth is not None:
            for change in changes:
                number = change.channel.number
                self._truth.subscribed("unsubscribed", self.number, number, change.removed)
                self._truth.subscribed("subscribed", self.number, number, change.added)
        self.feed.apply(changes, self._clocks.market_elapsed())
        self._wake.set()

    def mute(self, fault: Mute) -> None:
        """Send nothing, or no data, for as long as the fault says."""
        self.tampering.mute(fault, self._clocks.elapsed())
        self.wire.is_mute = not fault.data_only

    def resnapshot(self, fault: Resnapshot) -> None:
        """Begin histories anew."""
        self.feed.resnapshot(fault, self._clocks.market_elapsed())
        self._wake.set()

    def abort(self) -> None:
        """A TCP reset."""
        self.is_aborted = True
        self.wire.abort()

    def freeze(self, seconds: float) -> None:
        """Neither read nor write for so long."""
        loop = asyncio.get_running_loop()
        self._thawed.clear()
        self.wire.pause()
        self._thaws_at = max(self._thaws_at, loop.time() + seconds)
        loop.call_later(seconds, self._thaw)

    def thaw(self) -> None:
        """Read and write again, whatever was said before."""
        self._thaws_at = 0.0
        self._thaw()

    def _thaw(self) -> None:
        if asyncio.get_running_loop().time() >= self._thaws_at and not self._thawed.is_set():
            self._thawed.set()
            self.wire.resume()

    # Reading.

    async def _read(self) -> None:
        while True:
            await self._thawed.wait()
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code", 1006)
                if self._ended_by == "nobody":
                    self._end = Close(code, message.get("reason") or "")
                    self._ended_by = "client" if code not in {1005, 1006} else "nobody"
                raise WebSocketDisconnect(code)
            text = message.get("text")
            frame = text.encode() if text is not None else message.get("bytes") or b""
            if self._is_cut:
                continue
            if self._book.is_quiet or self._may_be_taken(frame):
                self._take(frame)

    def _may_be_taken(self, frame: bytes) -> bool:
        """Let faults come that wait for this message; they may take its place."""
        try:
            asked = _envelopes.decode(frame)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return True
        self.asked_channel = asked.channel
        return self._book.step(self, asked.type) and not self._is_cut

    def _take(self, frame: bytes) -> None:
        was_authorized = self.protocol.is_authorized
        self.apply(self.protocol.receive(frame, now=self._clocks.elapsed()))
        if self._truth is not None and self.protocol.is_authorized and not was_authorized:
            self._truth.note("authorized", self.number)

    # Writing.

    async def _write(self) -> None:
        while True:
            self._wake.clear()
            await self._thawed.wait()
            now = self._clocks.elapsed()
            if not self.tampering.is_idle:
                self.wire.is_mute = self.tampering.is_silenced(now)
            self.protocol.tick(now)
            self.feed.pump(self._clocks.market_elapsed())
            if await self._write_out(deque(self.protocol.frames_to_send())):
                self.protocol.wrote(now)
            closing = self.protocol.closing
            if closing is not None:
                await self.close(closing.code, closing.reason)
                return
            try:
                async with asyncio.timeout(SHORTEST_PERIOD):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _write_out(self, queue: deque[Outgoing]) -> bool:
        """Write frames in order; whether anything was written."""
        is_written = False
        while queue:
            if self._book.is_quiet and self.tampering.is_idle and self._thawed.is_set():
                await self._send(queue.popleft())
                is_written = True
            else:
                is_written |= await self._write_tampered(queue)
        return is_written

    async def _write_tampered(self, queue: deque[Outgoing]) -> bool:
        """Write the next frame as faults want it. They may add others, or let nothing follow."""
        await self._thawed.wait()
        frame = queue.popleft()
        is_written = False
        if frame.rows and self._book.frame(self, is_written=False):
            is_written = await self._pass_all(self.protocol.frames_to_send())
            if self._is_cut:
                queue.appendleft(frame)
                self._drop(queue)
                return is_written
            await self._thawed.wait()
        is_written |= await self._pass_all([frame])
        if frame.rows and self._book.frame(self, is_written=True):
            is_written |= await self._pass_all(self.protocol.frames_to_send())
            if self._is_cut:
                self._drop(queue)
        return is_written

    @property
    def _is_cut(self) -> bool:
        return self.protocol.closing is not None or self.is_aborted

    def _drop(self, queue: deque[Outgoing]) -> None:
        while queue:
            self._withhold(queue.popleft())

    async def _pass_all(self, frames: Iterable[Outgoing]) -> bool:
        is_written = False
        for frame in frames:
            pending = self._book.pending(self)
            for passage in self.tampering.passages(frame, pending, self._clocks.elapsed()):
                if not passage.is_written:
                    self._withhold(passage.frame)
                    continue
                await asyncio.sleep(passage.pause)
                await self._send(passage.frame, passage.fault)
                is_written = True
        return is_written

    def _withhold(self, frame: Outgoing) -> None:
        if self._truth is not None and frame.rows:
            self._truth.data(self.number, frame, frame_number=None, fault=None)

    async def _send(self, frame: Outgoing, fault: str | None = None) -> None:
        if self.wire.is_dead_letter:
            self._withhold(frame)
            return
        if frame.rows:
            self.frames += 1
            self.rows += frame.rows
            if self._truth is not None:
                self._truth.data(self.number, frame, frame_number=self.frames, fault=fault)
        await self.wire.write(frame.text)
