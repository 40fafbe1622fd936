"""Replay: the source. One task gives what a thread reads, in its order, when it is due."""

from __future__ import annotations

import asyncio
import time
from asyncio import Future
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count, islice
from types import TracebackType
from typing import Any, Self

from tastytrade.books import Books
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import ConfigurationError, StreamClosed, TastytradeError
from tastytrade.interest import classes_of, entries_of
from tastytrade.ledger import Ledger
from tastytrade.meter import LoopStats, Stats
from tastytrade.reading.overflow import overflow_for
from tastytrade.replaying.changing import Changing
from tastytrade.replaying.clock import PlayClock, Speed
from tastytrade.replaying.readers import Readers, captured, nothing_heals
from tastytrade.source import EventTypes, State, StateChange
from tastytrade.state_log import StateLog
from tastytrade.store import Store
from tastytrade.store.moment import Moment, nanoseconds
from tastytrade.store.records import Record
from tastytrade.subscription import DEFAULT_LIMIT_BYTES, Overflow, Subscription

AHEAD = 500
"""Records that are read from the disk together, in a thread."""
FULL_POLL = 0.002
TURN = 0.005
"""Seconds for which it gives without letting others have the loop."""
PATIENCE = 1.0
"""Seconds of waiting for a reader after which the state says so."""
OWN_GAPS = 1 << 40
"""Gaps that a reader's own policy makes are numbered from here on: a store has fewer."""


class Replay(Changing):
    """See ``replay``. An EventSource, as a Streamer is one."""

    def __init__(
        self,
        store: Store,
        *,
        speed: Speed = 1.0,
        start: Moment | None = None,
        end: Moment | None = None,
        paused: bool = False,
    ) -> None:
        self.store = store
        manifest = store.manifest
        self.origin = f"replay of {manifest.id}"
        self.feed_level: str | None = manifest.feed_level
        self._clock = PlayClock(speed)
        self._start_ns, self._end_ns = nanoseconds(start, "start"), nanoseconds(end, "end")
        self._from_n = 1
        self._n, self._at_ns = 0, 0
        self._books = Books()
        self._readers = Readers(self._books)
        self._gap_numbers = count(OWN_GAPS)
        self._states = StateLog(StateChange(State.CLOSED, "not opened yet", time.time_ns()))
        self._thread = ThreadPoolExecutor(1, "tastytrade-replay")
        self._playing: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._failure: Exception | None = None
        self._changed = asyncio.Event()
        self._coming: list[Record] = []
        self._is_paused = paused
        self._is_sought = False
        self._has_begun = False
        """Whether anybody has subscribed."""
        self._steps = 0
        self._stepped = asyncio.Event()

    # Its life.

    async def open(self) -> None:
        """Be ready for subscriptions."""
        if self._playing is not None:
            raise ConfigurationError("this replay is open already, or was: begin another with replay()")
        self._playing = asyncio.get_running_loop().create_task(self._play(), name="tastytrade-replay")
        self._tell_pace()

    async def aclose(self) -> None:
        """Stop, and end every subscription. May be called twice."""
        try:
            if self._playing is not None:
                self._playing.cancel()
                await asyncio.wait([self._playing])
        finally:
            self._thread.shutdown(wait=False)
            self._finish(None, "closed by us")

    async def wait_closed(self) -> None:
        """Wait until everything was given, or it was closed. Raises what made that impossible."""
        await self._ended.wait()
        if self._failure is not None:
            raise self._failure

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # What a user asks.

    def subscribe(
        self,
        event_types: EventTypes,
        symbols: Iterable[str] | None = None,
        *,
        from_time: datetime | int | None = None,
        source: str | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        limit_events: int | None = None,
        overflow: Overflow = Overflow.BLOCK,
        name: str = "",
    ) -> Subscription[Any]:
        """The events of some types and symbols as they were received, from where the replay is.

        symbols    all that were captured, unless told
        from_time  changes nothing: what came of a history is given when it came
        overflow   BLOCK: the replay waits for its readers; others as for ``Streamer.subscribe``

        Raises ConfigurationError or SymbolError for what cannot be meant, StreamClosed when it is over.
        """
        if not self._is_open:
            raise StreamClosed(f"this replay is not open ({self.state.reason}); use it in `async with`")
        types = [cls.__name__ for cls in classes_of(event_types)]
        overflow_for([Entry(one, "") for one in types], overflow)
        if symbols is None:
            entries = captured(self.store, types, source)
        else:
            entries = entries_of(event_types, symbols, source=source)
        subscription: Subscription[Any] = Subscription(
            entries,
            decode=self._books.decode,
            release=self._release,
            heal=nothing_heals,
            next_gap=self._gap_numbers.__next__,
            limit_bytes=limit_bytes,
            limit_events=limit_events,
            overflow=overflow,
            name=name,
        )
        self._readers.add(subscription, types, is_all=symbols is None)
        self._readers.expect(self._coming)
        self._has_begun = True
        self._changed.set()
        return subscription

    @property
    def speed(self) -> Speed:
        """How many times the pace at which it was received; may be changed at any time."""
        return self._clock.speed

    @speed.setter
    def speed(self, speed: Speed) -> None:
        # Without a loop it is not open, and the clock does not go.
        self._clock.change(speed, 0.0 if self._playing is None else asyncio.get_running_loop().time())
        self._tell_pace()

    @property
    def is_paused(self) -> bool:
        """Whether it waits for ``resume()``."""
        return self._is_paused

    @property
    def position(self) -> tuple[int, int]:
        """The number of what was given last, and when it was received (Unix ns); zeros before the first."""
        return self._n, self._at_ns

    def pause(self) -> None:
        """Give nothing more until ``resume()`` or ``step()``."""
        self._is_paused = True
        self._tell_pace()

    def resume(self) -> None:
        """Go on, from the moment at which it was paused."""
        self._is_paused = False
        self._tell_pace()

    async def step(self, records: int = 1) -> int:
        """While paused: give the next so many batches and gaps at once; how many there were."""
        if not self._is_paused:
            raise ConfigurationError("step() is for a replay that is paused: call pause() before")
        if records < 1 or self._steps:
            raise ConfigurationError(f"cannot step by {records}: one step after the other, of 1 or more")
        if self._is_open and not self._readers:
            raise ConfigurationError("nobody would get what step() gives: subscribe before")
        self._steps = records
        self._stepped.clear()
        self._changed.set()
        try:
            if self._is_open:
                await self._stepped.wait()
            return records - self._steps
        finally:
            self._steps = 0

    def seek(self, to: Moment | None = None, *, n: int | None = None) -> None:
        """Go on with what was received from a moment on, or with a number. What was given is read before."""
        if (to is None) == (n is None):
            raise ConfigurationError("seek to a moment, or to n=..., one of the two")
        if not self._is_open:
            raise StreamClosed(f"this replay is over ({self.state.reason}); begin another")
        self._start_ns, self._from_n = nanoseconds(to, "to"), 1 if n is None else n
        self._is_sought = True
        self._changed.set()

    @property
    def state(self) -> StateChange:
        """Where it stands, since when, and why."""
        return self._states.current

    def states(self) -> AsyncIterator[StateChange]:
        """The state now, and then every change; ends with the replay."""
        return self._states.watch()

    async def restored(self, *, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as of any source
        """What is wanted is there at once."""
        return True

    def ledger(self) -> Ledger:
        """Where everything that was given has gone."""
        return self._books.ledger(self._readers, ())

    def stats(self) -> Stats:
        """How much is given a second, and what waits for whom; ``lag`` is since it was received."""
        return self._books.stats(self._readers, LoopStats())

    def __repr__(self) -> str:
        return f"<Replay of {self.store.path} at {self._pace}, {self.state.state.value}>"

    # Playing.

    async def _play(self) -> None:
        try:
            while not await self._play_from_here():
                pass
        except Exception as error:  # noqa: BLE001 - the top of a task: every reader is told, none hangs
            self._finish(error, str(error))
        else:
            self._finish(None, "everything was given")

    async def _play_from_here(self) -> bool:
        """Give what there is, in order; False when it was sent elsewhere before the end."""
        self._is_sought = False
        self._clock.restart()
        loop = asyncio.get_running_loop()
        records = self.store.records(start=self._start_ns, end=self._end_ns, from_n=self._from_n)
        reading = self._read(records)
        turn_ends = loop.time() + TURN
        try:
            while True:
                self._coming, failure = await reading
                if self._coming and failure is None:
                    # The next are read while these are given.
                    reading = self._read(records)
                self._readers.expect(self._coming)
                for record in self._coming:
                    await self._wait_until_due(record)
                    if self._is_sought:
                        return False
                    self._give(record)
                    if loop.time() >= turn_ends:
                        await asyncio.sleep(0)
                        turn_ends = loop.time() + TURN
                    await self._wait_for_readers()
                if failure is None and self._coming:
                    continue
                await self._wait_at_the_end()
                if self._is_sought:
                    return False
                if failure is not None:
                    raise failure
                return True
        finally:
            reading.cancel()

    def _read(self, records: Iterator[Record]) -> Future[tuple[list[Record], TastytradeError | None]]:
        """The next records, and what came instead of those that follow."""
        return asyncio.get_running_loop().run_in_executor(self._thread, _some, records)

    async def _wait_until_due(self, record: Record) -> None:
        """Wait while nobody reads, while it is paused, and for as long as it took when it was received."""
        loop = asyncio.get_running_loop()
        while not self._is_sought:
            self._changed.clear()
            if not self._readers or (self._is_paused and not self._steps):
                self._clock.hold(loop.time())
                await self._changed.wait()
                continue
            if isinstance(record, Gap):
                return
            if self._steps:
                self._clock.jump(record.received_ns)
                return
            due = self._clock.due(record.received_ns, loop.time())
            if due <= loop.time():
                return
            alarm = loop.call_at(due, self._changed.set)
            try:
                await self._changed.wait()
            finally:
                alarm.cancel()

    async def _wait_at_the_end(self) -> None:
        """One that is paused can still be sent back, and nobody comes too late for what is short."""
        while not self._is_sought:
            self._changed.clear()
            if self._has_begun and (self._steps or not self._is_paused):
                return
            await self._changed.wait()

    async def _wait_for_readers(self) -> None:
        """Wait for those who cannot take more; recorded time stands still meanwhile."""
        if not self._readers.blocking:
            return
        now = asyncio.get_running_loop().time
        began = now()
        self._clock.hold(began)
        while waited_for := self._readers.blocking:
            if now() - began >= PATIENCE:
                self._enter(State.LIVE, f"waits for the reader {waited_for[0].name!r}")
            await asyncio.sleep(FULL_POLL)
        self._tell_pace()

    def _give(self, record: Record) -> None:
        if not isinstance(record, Gap):
            self._n, self._at_ns = record.numbers[-1], record.received_ns
        self._readers.give(record)
        if self._steps:
            self._steps -= 1
            if not self._steps:
                self._stepped.set()

    def _finish(self, failure: Exception | None, why: str) -> None:
        if self._ended.is_set():
            return
        self._enter(State.CLOSED if failure is None else State.FAILED, why)
        self._failure = failure
        self._ended.set()
        self._stepped.set()
        self._readers.end(failure)

    # Small things.

    @property
    def _is_open(self) -> bool:
        return self._playing is not None and not self._ended.is_set()

    def _release(self, subscription: Subscription[Any]) -> None:
        self._readers.leave(subscription)
        self._changed.set()

    def _tell_pace(self) -> None:
        """Whether it goes, or how fast, may have changed."""
        self._changed.set()
        if self._is_open:
            self._enter(State.LIVE, "paused" if self._is_paused else self._pace)

    def _enter(self, state: State, why: str) -> None:
        self._states.enter(StateChange(state, why, time.time_ns()))

    @property
    def _pace(self) -> str:
        return "as fast as it is read" if self.speed == "max" else f"{self.speed:g} times the pace"


def _some(records: Iterator[Record]) -> tuple[list[Record], TastytradeError | None]:
    found: list[Record] = []
    try:
        found.extend(islice(records, AHEAD))
    except TastytradeError as error:
        return found, error
    return found, None
