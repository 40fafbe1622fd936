"""Replay: a captured day, once more, through the same subscriptions as the live feed.

The same range gives the same batches and gaps in the same order each time. It waits for readers, at any
speed: nothing is left out unless a subscription's own policy says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from msgspec.structs import replace

from tastytrade.books import Books
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxlink.compact import Decoded
from tastytrade.dxlink.frame import Frame
from tastytrade.errors import ConfigurationError, StreamClosed, TastytradeError
from tastytrade.interest import classes_of, entries_of
from tastytrade.ledger import Ledger
from tastytrade.meter import LoopStats, Stats
from tastytrade.reading.newest import Symbol
from tastytrade.source import EventTypes, State, StateChange
from tastytrade.state_log import StateLog
from tastytrade.store import Store
from tastytrade.store.moment import Moment, nanoseconds
from tastytrade.store.records import Record
from tastytrade.subscription import DEFAULT_LIMIT_BYTES, Overflow, Subscription

Speed = float | Literal["max"]

AHEAD = 500
"""Records that are read from the disk together, in a thread."""
ROW_BYTES = 120
"""What an event counts for where limits count text."""
FULL_POLL = 0.002


class StoredFrame(Frame):
    """A batch from a store, as a subscription takes it."""

    __slots__ = ("_stored",)

    def __init__(self, batch: EventBatch[Any]) -> None:
        super().__init__((), {}, channel=0, epoch=batch.epoch, received_ns=batch.received_ns)
        self.size_bytes = len(batch) * ROW_BYTES
        self._stored = Decoded([batch], [])

    def decode(self) -> Decoded:
        """The batch."""
        return self._stored


def replay(
    path: str | Path | Store,
    *,
    speed: Speed = 1.0,
    start: Moment | None = None,
    end: Moment | None = None,
    paused: bool = False,
) -> Replay:
    """A source that gives what was captured, at so many times the pace, or "max": as fast as it is read.

    start, end  received from ``start`` on and before ``end``: aware datetimes, or Unix nanoseconds
    paused      wait for ``resume()``, or ``step()``

    ``async with replay("captured", speed=10) as source``: it begins with the first subscription, so make
    all of them before you wait for anything; while nobody reads, it waits. Raises
    StoreError when there is no store.
    """
    store = path if isinstance(path, Store) else Store(path)
    return Replay(store, speed=speed, start=start, end=end, paused=paused)


class Replay:
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
        self._speed = _checked(speed)
        self._start_ns, self._end_ns = nanoseconds(start, "start"), nanoseconds(end, "end")
        self._from_n = 1
        self._n, self._at_ns = 0, 0
        self._readers: dict[Subscription[Any], frozenset[str]] = {}
        self._books = Books()
        self._states = StateLog(StateChange(State.CLOSED, "not opened yet", time.time_ns()))
        self._thread = ThreadPoolExecutor(1, "tastytrade-replay")
        self._playing: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._failure: Exception | None = None
        self._changed = asyncio.Event()
        self._is_paused = paused
        self._is_sought = False
        self._steps = 0
        self._stepped = asyncio.Event()
        self._anchor: tuple[float, int] | None = None
        """The loop's time at which what was received at a time was given."""
        self._ahead: list[Record] = []

    # Its life.

    async def open(self) -> None:
        """Be ready for subscriptions."""
        if self._playing is not None:
            raise ConfigurationError("this replay is open already")
        self._playing = asyncio.get_running_loop().create_task(self._play(), name="tastytrade-replay")
        self._enter(State.LIVE, "paused" if self._is_paused else self._pace)

    async def aclose(self) -> None:
        """Stop, and end every subscription. May be called twice."""
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.cancel()
            await asyncio.wait([playing])
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
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        limit_events: int | None = None,
        overflow: Overflow = Overflow.BLOCK,
        name: str = "",
    ) -> Subscription[Any]:
        """The events of some types and symbols as they were received, from where the replay is.

        symbols   all that were captured, unless told
        overflow  BLOCK: the replay waits for its readers; others as for ``Streamer.subscribe``

        Raises ConfigurationError or SymbolError for what cannot be meant, StreamClosed when it is over.
        """
        if self._playing is None or self._ended.is_set():
            raise StreamClosed(f"this replay is not open ({self.state.reason}); use `async with`")
        entries = entries_of(event_types, self._all_symbols(event_types) if symbols is None else symbols)
        subscription: Subscription[Any] = Subscription(
            entries,
            decode=self._books.decode,
            release=self._release,
            heal=_nothing_heals,
            limit_bytes=limit_bytes,
            limit_events=limit_events,
            overflow=overflow,
            name=name,
        )
        self._readers[subscription] = frozenset(entry.type for entry in entries)
        self._changed.set()
        return subscription

    @property
    def speed(self) -> Speed:
        """How many times the pace at which it was received; may be changed at any time."""
        return self._speed

    @speed.setter
    def speed(self, speed: Speed) -> None:
        self._speed = _checked(speed)
        self._anchor = None
        self._changed.set()
        if not self._is_paused:
            self._enter(State.LIVE, self._pace)

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
        self._changed.set()
        self._enter(State.LIVE, "paused")

    def resume(self) -> None:
        """Go on."""
        self._is_paused = False
        self._changed.set()
        self._enter(State.LIVE, self._pace)

    async def step(self, records: int = 1) -> int:
        """While paused: give the next so many batches and gaps at once; how many there were."""
        if not self._is_paused:
            raise ConfigurationError("step() is for a replay that is paused: call pause() before")
        self._steps = records
        self._stepped.clear()
        self._changed.set()
        if not self._ended.is_set():
            await self._stepped.wait()
        given, self._steps = records - self._steps, 0
        return given

    def seek(self, to: Moment | None = None, *, n: int | None = None) -> None:
        """Go on with what was received from a moment on, or with a number. What was given is read before."""
        if (to is None) == (n is None):
            raise ConfigurationError("seek to a moment, or to n=..., one of the two")
        if self._ended.is_set():
            raise StreamClosed(f"this replay is over ({self.state.reason}); begin another")
        self._start_ns, self._from_n = nanoseconds(to, "to"), n or 1
        self._is_sought = True
        self._changed.set()

    @property
    def state(self) -> StateChange:
        """Where it stands, since when, and why."""
        return self._states.current

    def states(self) -> AsyncIterator[StateChange]:
        """The state now, and then every change; ends with the replay."""
        return self._states.watch()

    async def restored(self, *, timeout: float | None = None) -> bool:
        """What is wanted is there at once."""
        return True

    def ledger(self) -> Ledger:
        """Where everything that was given has gone."""
        return self._books.ledger(self, ())

    def stats(self) -> Stats:
        """How much is given a second, and what waits for whom; ``lag`` is since it was received."""
        return self._books.stats(self, LoopStats())

    def everyone(self) -> dict[Subscription[Any], None]:
        """Every reader, in the order they came."""
        return dict.fromkeys(self._readers)

    def __repr__(self) -> str:
        return f"<Replay of {self.store.path} at {self._pace}, {self.state.state.value}>"

    # Playing.

    async def _play(self) -> None:
        try:
            while not await self._play_from_here():
                pass
        except TastytradeError as error:
            self._finish(error, str(error))
        else:
            self._finish(None, "everything was given")

    async def _play_from_here(self) -> bool:
        """Give what there is, in order; False when it was sent elsewhere before the end."""
        self._is_sought, self._anchor = False, None
        records = self.store.records(start=self._start_ns, end=self._end_ns, from_n=self._from_n)
        while not self._is_sought:
            # The next records are read while these are given.
            reading = asyncio.ensure_future(self._read(records))
            for record in self._ahead:
                await self._wait_until_due(record)
                if self._is_sought:
                    break
                self._give(record)
                self._count_step()
                while any(reader.is_blocking for reader in self._readers):  # noqa: ASYNC110 - as a connection
                    await asyncio.sleep(FULL_POLL)
            self._ahead, failure = await reading
            if not self._ahead and not self._is_sought:
                if failure is not None:
                    raise failure
                return True
        self._ahead = []
        return False

    async def _read(self, records: Iterator[Record]) -> tuple[list[Record], TastytradeError | None]:
        """The next records, and what came instead of those that follow."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _some, records)

    async def _wait_until_due(self, record: Record) -> None:
        """Wait while nobody reads, while it is paused, and for as long as it took when it was received."""
        now = asyncio.get_running_loop().time
        while not self._is_sought:
            self._changed.clear()
            if not self._readers or (self._is_paused and not self._steps):
                self._anchor = None
                await self._changed.wait()
                continue
            if self._steps or self._speed == "max" or isinstance(record, Gap):
                return
            begun, begun_ns = self._anchor = self._anchor or (now(), record.received_ns)
            try:
                async with asyncio.timeout_at(begun + (record.received_ns - begun_ns) / 1e9 / self._speed):
                    await self._changed.wait()
            except TimeoutError:
                return

    def _count_step(self) -> None:
        if self._steps:
            self._steps -= 1
            if not self._steps:
                self._stepped.set()

    def _give(self, record: Record) -> None:
        if isinstance(record, Gap):
            for subscription in tuple(self._readers):
                mine = _of(record, subscription)
                if mine is not None:
                    subscription.add_gap(mine)
            return
        self._n, self._at_ns = record.numbers[-1], record.received_ns
        frame = StoredFrame(record)
        self._books.enter(frame)
        name = record.event_class.__name__
        readers = [reader for reader, types in self._readers.items() if name in types]
        if not readers:
            self._books.unclaimed(frame)
        frame.is_shared = len(readers) > 1
        for subscription in readers:
            subscription.put(frame)

    def _finish(self, failure: Exception | None, why: str) -> None:
        if self._ended.is_set():
            return
        self._failure = failure
        self._ended.set()
        self._stepped.set()
        for subscription in self.everyone():
            subscription.end(failure)
        self._readers.clear()
        self._enter(State.CLOSED if failure is None else State.FAILED, why)

    def _release(self, subscription: Subscription[Any]) -> None:
        self._readers.pop(subscription, None)
        self._changed.set()

    def _enter(self, state: State, why: str) -> None:
        self._states.enter(StateChange(state, why, time.time_ns()))

    @property
    def _pace(self) -> str:
        return "as fast as it is read" if self._speed == "max" else f"{self._speed:g} times the pace"

    def _all_symbols(self, event_types: EventTypes) -> list[str]:
        found: dict[str, None] = {}
        for cls in classes_of(event_types):
            found |= dict.fromkeys(self.store.symbols(cls))
        if not found:
            raise ConfigurationError(f"{self.store.path} has no events of {event_types}")
        return list(found)


def _some(records: Iterator[Record]) -> tuple[list[Record], TastytradeError | None]:
    found: list[Record] = []
    try:
        found.extend(islice(records, AHEAD))
    except TastytradeError as error:
        return found, error
    return found, None


def _of(gap: Gap, subscription: Subscription[Any]) -> Gap | None:
    """What of a gap concerns a reader; None for nothing."""
    entries = subscription.entries
    mine, symbols = {entry.type for entry in entries}, {entry.symbol for entry in entries}
    types = tuple(name for name in gap.event_types if name in mine)
    some = tuple(symbol for symbol in gap.symbols if symbol in symbols)
    if not types or (gap.symbols and not some):
        return None
    return replace(gap, event_types=types, symbols=some)


def _nothing_heals(subscription: Subscription[Any], gap: Gap, since: dict[Symbol, int]) -> None:
    """What history gave back was captured in its place: nothing else is known of a gap."""
    for symbol in since:
        subscription.give(gap, symbol, None, is_whole=False)


def _checked(speed: object) -> Speed:
    if speed == "max":
        return "max"
    if isinstance(speed, int | float) and 0 < speed < float("inf"):
        return speed
    raise ConfigurationError(f'speed is a positive number, or "max", not {speed!r}')
