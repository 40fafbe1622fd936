"""Capture: everything a source gives, onto the disk, with the gaps where they belong.

Two things go on at once: one reads the source and gathers, the other makes what was gathered safe, in a
thread, four times a second. A disk that is slow holds the source up. One that is full does not: what it
could not take within the room there is goes, and a gap says so; it goes on by itself once there is room.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msgspec.structs import replace

from tastytrade.dxfeed.gap import Gap
from tastytrade.errors import StoreError, StreamClosed, TastytradeError
from tastytrade.reading.overflow import Overflow
from tastytrade.source import EventSource, EventTypes, Reader
from tastytrade.store import Durability, Pace, StoreWriter
from tastytrade.store.disk import free_bytes, size_of
from tastytrade.store.loss import StorageLoss
from tastytrade.store.manifest import read_manifest
from tastytrade.store.stats import CaptureStats
from tastytrade.store.view import WIRE
from tastytrade.store.worker import Worker
from tastytrade.wire_log import WireLog

log = logging.getLogger(__name__)

LAST_READ = 3.0
"""Seconds at the end for reading what has arrived."""
LIMIT_BYTES = 64 << 20
"""Text that may wait to be read, beside these."""
HEARD_LATE_NS = 100_000_000


class Capture:
    """Events of some types and symbols of a source (a Streamer, a Replay), to a store. ``async with`` it.

    path        a folder: a new one, or a store, which then goes on
    from_time   for time series: history since then, too, as for ``Streamer.subscribe``
    durability  "process": what is committed survives the end of this process; "full": of the machine
    wire        keep the messages themselves as well, as they came (see ``read_wire``); of a Streamer only
    pace        how long, and how many, rows may wait on their way

    Opening raises StoreError when the folder cannot be captured to, or holds data of another feed level.
    """

    def __init__(
        self,
        source: EventSource,
        path: str | Path,
        event_types: EventTypes,
        symbols: Iterable[str],
        *,
        from_time: datetime | int | None = None,
        durability: Durability = "process",
        wire: bool = False,
        pace: Pace | None = None,
    ) -> None:
        self.path = Path(path)
        self._source = source
        self._event_types = event_types
        self._symbols = list(symbols)
        self._options: dict[str, Any] = {} if from_time is None else {"from_time": from_time}
        self._durability: Durability = durability
        self._keeps_wire = wire
        self._pace = pace or Pace()
        self._opened: StoreWriter | None = None
        self._writer: StoreWriter | None = None
        self._reader: Reader | None = None
        self._wire: WireLog | None = None
        self._unwatch: Callable[[], None] | None = None
        self._commits = Worker("tastytrade-commit")
        self._moves = Worker("tastytrade-move")
        self._tasks: list[asyncio.Task[None]] = []
        self._due = asyncio.Event()
        self._has_room = asyncio.Event()
        self._committed = asyncio.Event()
        self._events = 0
        self._gaps = 0
        self._lag = 0.0
        self._oldest_ns = 0
        self._loss = StorageLoss()
        self._concern = ""
        self._is_ending = False
        self._is_told = False
        """Whether somebody has been told what ended the source."""

    # Its life.

    async def open(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()
        watch = getattr(self._source, "watch_wire", None) if self._keeps_wire else None
        if self._keeps_wire and watch is None:
            raise StoreError("wire=True keeps the messages of a Streamer, and this source has none")
        self._reader = self._subscribed()
        try:
            self._writer = await self._commits.do(self._open_store)
            if watch is not None:
                self._wire = WireLog(self.path / WIRE, epoch_base=self._writer.next_epoch - 1)
                self._unwatch = watch(self._wire.take)
        except BaseException:
            self._reader.close()
            self._commits.begin(self._abandon)
            self._close_workers()
            raise
        self._tasks = [
            loop.create_task(self._read(self._reader, self._writer), name="tastytrade-capture"),
            loop.create_task(self._keep(self._writer), name="tastytrade-commit"),
            loop.create_task(self._move(self._writer), name="tastytrade-move"),
        ]
        if self._writer.restart is not None:
            self._tasks.append(loop.create_task(self._end_restart(self._writer), name="tastytrade-restart"))

    async def aclose(self) -> None:
        """Stop reading, and write everything that was received. May be called twice.

        Raises StoreFull or StoreError when that cannot be done: what is missing then is said.
        """
        writer, self._writer = self._writer, None
        if writer is None:
            return
        assert self._reader is not None  # noqa: S101 - there is one with the writer
        if self._unwatch is not None:
            self._unwatch()
        self._reader.close()
        reading = self._tasks[0]
        self._is_ending = True
        self._has_room.set()
        try:
            # What has arrived is read to its end, while the disk takes it.
            await asyncio.wait([reading], timeout=LAST_READ)
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
            await self._commits.do(self._finish, writer)
        finally:
            self._close_workers()
        if not self._is_told:
            self._raise_failure()

    async def wait(self, duration: float | None = None) -> None:
        """Capture for so many seconds, or until the source ends. Raises what ended the source."""
        if not self._tasks:
            raise StreamClosed("this capture is not open")
        ends = self._tasks[:3]
        done, _ = await asyncio.wait(ends, timeout=duration, return_when=asyncio.FIRST_COMPLETED)
        if done:
            self._is_told = True
            self._raise_failure()

    async def committed(self) -> int:
        """Wait until everything received so far is safe; gives its last number."""
        writer = self._open_writer()
        target = writer.n
        self._due.set()
        while writer.committed_n < target:
            self._committed.clear()
            await self._committed.wait()
        return writer.committed_n

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _raise_failure(self) -> None:
        """Raise what ended the reading, when that was an error; or the writing, when nobody foresaw it."""
        for task in self._tasks:
            failure = None if task.cancelled() or not task.done() else task.exception()
            if failure is not None:
                raise failure

    # What there is to know.

    @property
    def committed_n(self) -> int:
        """Everything up to this number is safe."""
        return self._open_writer().committed_n

    async def stats(self) -> CaptureStats:
        """How it stands."""
        loop = asyncio.get_running_loop()
        size_bytes = await loop.run_in_executor(None, size_of, self.path)
        writer = self._open_writer()
        return CaptureStats(
            events=self._events,
            gaps=self._gaps,
            committed_n=writer.committed_n,
            waiting_rows=writer.waiting_rows,
            lag=self._lag,
            dropped=self._loss.events,
            size_bytes=size_bytes,
            free_bytes=free_bytes(self.path),
            concern=self._concern,
        )

    async def keep_chain(self, underlying: str, answer: dict[str, Any]) -> None:
        """Keep an option chain, as the service gave it, with the events: a replay gives it again."""
        await self._commits.do(self._open_writer().keep_chain, underlying, answer)

    def __repr__(self) -> str:
        return f"<Capture to {self.path}: {self._events} events>"

    # Opening.

    def _subscribed(self) -> Reader:
        return self._source.subscribe(
            self._event_types,
            self._symbols,
            overflow=Overflow.BLOCK,
            limit_bytes=LIMIT_BYTES,
            name="capture",
            **self._options,
        )

    def _open_store(self) -> StoreWriter:
        known, origin = read_manifest(self.path), self._source.origin
        if known is not None and origin.endswith(known.id):
            raise StoreError(f"{self.path} is what is being replayed: capture to another folder")
        assert self._reader is not None  # noqa: S101 - subscribed before
        entries = self._reader.entries
        self._opened = StoreWriter(
            self.path,
            durability=self._durability,
            feed_level=self._source.feed_level,
            source=origin,
            event_types=dict.fromkeys(entry.type for entry in entries),
            symbols=[entry.symbol for entry in entries],
            pace=self._pace,
        )
        return self._opened

    # Reading.

    async def _read(self, reader: Reader, writer: StoreWriter) -> None:
        most = self._pace.spool_rows
        async for record in reader.records():
            if writer.waiting_rows >= most:
                await self._wait_for_room(writer)
            if isinstance(record, Gap):
                self._gaps += 1
                writer.append(record)
                continue
            if self._concern and writer.waiting_rows >= most:
                self._loss.add(writer, record)
                continue
            self._gaps += self._loss.end(writer)
            self._events += len(record)
            self._oldest_ns = self._oldest_ns or record.received_ns
            writer.append(record)
            if writer.waiting_rows >= self._pace.commit_rows:
                self._due.set()

    async def _wait_for_room(self, writer: StoreWriter) -> None:
        """A slow disk is waited for, one that fails is not; and at the end there is not much more to come."""
        while writer.waiting_rows >= self._pace.spool_rows and not (self._concern or self._is_ending):
            self._has_room.clear()
            self._due.set()
            await self._has_room.wait()

    async def _end_restart(self, writer: StoreWriter) -> None:
        """What was missed since the last time ends once the source gives everything that is wanted."""
        try:
            await self._source.restored()
        except TastytradeError:  # what has ended the source, who reads it is told
            return
        if writer.restart is not None:
            ended = replace(
                writer.restart, to_ns=time.time_ns() + HEARD_LATE_NS, epoch_after=writer.next_epoch
            )
            writer.append(ended)
            self._gaps += 1

    # Writing.

    async def _keep(self, writer: StoreWriter) -> None:
        """Commit whenever something is due."""
        while True:
            if self._concern:
                await asyncio.sleep(self._pace.retry_after)
            else:
                await self._until_due()
            self._due.clear()
            oldest_ns, self._oldest_ns = self._oldest_ns, 0
            try:
                await self._commits.do(self._commit, writer)
            except StoreError as error:
                self._worry(str(error))
                self._oldest_ns = oldest_ns or self._oldest_ns
            else:
                if self._concern:
                    log.warning("%s can be written to again", self.path)
                    self._gaps += self._loss.end(writer)
                self._concern = ""
                if oldest_ns:
                    self._lag = (time.time_ns() - oldest_ns) / 1e9
            self._has_room.set()
            self._committed.set()

    async def _until_due(self) -> None:
        try:
            async with asyncio.timeout(self._pace.commit_after):
                await self._due.wait()
        except TimeoutError:
            pass

    def _commit(self, writer: StoreWriter) -> None:
        writer.commit()
        if self._wire is not None:
            self._wire.flush(sync=self._durability == "full")

    async def _move(self, writer: StoreWriter) -> None:
        """Make tables of what is safe, beside everything else."""
        while True:
            await asyncio.sleep(self._pace.commit_after)
            try:
                await self._moves.do(writer.move)
            except StoreError as error:  # it stays in the journal
                log.warning("%s", error)
                await asyncio.sleep(self._pace.retry_after)

    def _worry(self, concern: str) -> None:
        if not self._concern:
            log.error("%s", concern)
        self._concern = concern
        self._due.clear()

    # The end.

    def _finish(self, writer: StoreWriter) -> None:
        """Everything that is left, in the thread of commits."""
        try:
            self._moves.finish()
            self._gaps += self._loss.end(writer)
            self._commit(writer)
            self._move_all(writer)
            if self._wire is not None:
                self._wire.close()
            writer.close()
        except StoreError as error:
            if not writer.waiting_rows:
                raise
            lost = f"{writer.waiting_rows:,} rows were received and could not be written"
            before = f", and {self._loss.events:,} before them" if self._loss.events else ""
            raise type(error)(f"{error}. {lost}{before}") from None
        finally:
            writer.close(is_clean=False)
            if self._wire is not None:
                with suppress(StoreError):  # it has been told, or would hide what matters more
                    self._wire.close()

    def _move_all(self, writer: StoreWriter) -> None:
        try:
            writer.move(everything=True)
        except StoreError as error:
            log.warning("%s", error)  # it stays in the journal, and is as safe there

    def _abandon(self) -> None:
        """Let go of a store that nobody waits for any more, once it is open."""
        if self._opened is not None:
            self._opened.close(is_clean=False)

    def _close_workers(self) -> None:
        self._commits.close()
        self._moves.close()

    def _open_writer(self) -> StoreWriter:
        if self._writer is None:
            raise StreamClosed("this capture is not open")
        return self._writer
