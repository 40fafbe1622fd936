"""Histories: everything of a symbol from a start, complete by the snapshot's own marks, never by a guess.

A server ends a history with END, or with SNIP where a limit of its own cut it; silence ends nothing. Few
symbols are asked for at a time, because servers allow few histories at once and say no to the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from tastytrade.dxfeed import Event, EventBatch, time_of
from tastytrade.dxfeed.candle_symbols import PeriodType, canonical_candle_symbol, parse_candle_symbol
from tastytrade.dxlink.snapshot import Change, IndexedEvents
from tastytrade.errors import ConfigurationError, SymbolError
from tastytrade.oneshot.feed import LIMIT_BYTES, Feed, silence, together
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.subscription import Overflow, Subscription

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)

AT_ONCE = 16
"""Histories asked for at a time on a channel: one client counted about 20 until servers said no."""
SILENCE = 10.0
"""Seconds without a row after which a symbol is given up."""
SECOND_LOOK = 1.0
"""Seconds to wait for a further snapshot when one ended later than our start: it may have been for another
reader of the symbol, who asked for less."""


_SECONDS = {
    PeriodType.SECOND: 1,
    PeriodType.MINUTE: 60,
    PeriodType.HOUR: 3_600,
    PeriodType.DAY: 86_400,
    PeriodType.WEEK: 7 * 86_400,
    PeriodType.MONTH: 31 * 86_400,
    PeriodType.OPTEXP: 35 * 86_400,
    PeriodType.YEAR: 366 * 86_400,
}


class Progress(NamedTuple):
    """How far a question has come: symbols answered, symbols asked for, rows received."""

    done: int
    symbols: int
    rows: int


class Range(Struct, frozen=True):
    """From when to when, Unix milliseconds, both included; None is open."""

    start_ms: int | None = None
    end_ms: int | None = None

    def holds(self, time_ms: int) -> bool:
        """Whether a time lies in it."""
        return (self.start_ms is None or self.start_ms <= time_ms) and (
            self.end_ms is None or time_ms <= self.end_ms
        )


class _Counter:
    """Counts progress and tells it."""

    def __init__(self, symbols: int, tell: Callable[[Progress], None] | None) -> None:
        self.done = self.rows = 0
        self._symbols = symbols
        self._tell = tell

    def say(self, *, rows: int = 0, done: int = 0) -> None:
        self.rows += rows
        self.done += done
        if self._tell is not None:
            self._tell(Progress(self.done, self._symbols, self.rows))


async def histories(
    feed: Feed,
    event_class: type[E],
    names: Mapping[str, str],
    within: Range,
    *,
    room: asyncio.Semaphore,
    source: str | None = None,
    timeout: float = SILENCE,
    progress: Callable[[Progress], None] | None = None,
) -> Snapshot[E]:
    """The history of each symbol, ascending, one event an index. ``names``: as asked -> as on the wire."""
    counter = _Counter(len(names), progress)
    counter.say()
    answers = await together(
        _in_turn(
            _History(feed, event_class, symbol, within, source=source, timeout=timeout, counter=counter),
            room,
        )
        for symbol in names.values()
    )
    return Snapshot(
        event_class,
        {name: status for name, (status, _) in zip(names, answers, strict=True)},
        {name: list(batch) for name, (_, batch) in zip(names, answers, strict=True) if batch is not None},
        [batch for _, batch in answers if batch is not None],
    )


async def _in_turn(history: _History[E], room: asyncio.Semaphore) -> tuple[Status, EventBatch[E] | None]:
    async with room:
        return await history.ask()


class _History(Generic[E]):
    """One symbol's history while it arrives."""

    def __init__(
        self,
        feed: Feed,
        event_class: type[E],
        symbol: str,
        within: Range,
        *,
        source: str | None,
        timeout: float,
        counter: _Counter,
    ) -> None:
        self._feed = feed
        self._event_class = event_class
        self._symbol = symbol
        self._within = within
        self._source = source
        self._timeout = timeout
        self._counter = counter
        self._state = IndexedEvents[E]()
        self._received_ns = 0
        self._epoch = 0

    async def ask(self) -> tuple[Status, EventBatch[E] | None]:
        """Ask, wait for the end, give up what was subscribed to."""
        subscription = self._feed.subscribe(
            self._event_class,
            [self._symbol],
            from_time=self._within.start_ms,
            source=self._source,
            limit_bytes=LIMIT_BYTES,
            overflow=Overflow.FAIL,
        )
        async with subscription:
            try:
                await self._arrive(subscription)
            except TimeoutError:
                log.debug("%s: no complete history in time", self._symbol)
            status = self._status(silence(self._feed, subscription, canonical_candle_symbol(self._symbol)))
        self._counter.say(done=1)
        return status, self._batch()

    async def _arrive(self, subscription: Subscription[E]) -> None:
        """Take rows until the history is whole. Raises TimeoutError when it does not go on."""
        now = asyncio.get_running_loop().time
        second_look: float | None = None
        async with (
            asyncio.timeout(self._timeout) as patience,
            aclosing(subscription.batches()) as batches,
        ):
            async for batch in batches:
                self._take(batch)
                if self._state.is_arriving:
                    second_look = None
                    patience.reschedule(now() + self._timeout)
                elif self._reaches_start:
                    return
                elif self._state.is_complete and second_look is None:
                    second_look = now() + min(SECOND_LOOK, self._timeout)
                    patience.reschedule(second_look)

    def _take(self, batch: EventBatch[E]) -> None:
        if batch.epoch != self._epoch:
            self._epoch = batch.epoch
            self._state.restart()
        for event in batch:
            if self._state.apply(event) is Change.SNAPSHOT:
                self._received_ns = batch.received_ns
        self._counter.say(rows=len(batch))

    @property
    def _reaches_start(self) -> bool:
        """Whether there is a snapshot that goes back to where we asked for, or as far as the server has."""
        start, last = self._within.start_ms, self._state.last_index
        if last is None:
            return False
        if start is None or self._state.is_cut or not self._state.events:
            return True
        # A server may put the end on the border of a candle instead of our very millisecond.
        return time_of(last) <= start + _period_ms(self._symbol)

    def _status(self, reason: Status) -> Status:
        if not self._state.is_complete:
            return Status.INCOMPLETE if self._state.is_arriving else reason
        if self._state.is_cut or not self._reaches_start:
            return Status.CUT
        return Status.OK if self._chosen() else Status.NO_DATA

    def _chosen(self) -> list[E]:
        indexes = sorted(self._state.events)
        if self._event_class.time_series:  # elsewhere an index is no time
            indexes = [index for index in indexes if self._within.holds(time_of(index))]
        return [self._state.events[index] for index in indexes]

    def _batch(self) -> EventBatch[E] | None:
        events = self._chosen() if self._state.is_complete else []
        return EventBatch.from_events(events, received_ns=self._received_ns) if events else None


def range_of(start: datetime, end: datetime | None) -> Range:
    """The range between two aware datetimes. Raises ConfigurationError for one that cannot be meant."""
    start_ms = _milliseconds(start, "start")
    end_ms = None if end is None else _milliseconds(end, "end")
    now = datetime.now(UTC)
    if start > now:
        raise ConfigurationError(
            f"start {start.isoformat()} is in the future; it is {now:%Y-%m-%d %H:%M} UTC"
        )
    if end_ms is not None and end_ms < start_ms:
        raise ConfigurationError(f"end {end} is before start {start}; a history goes from start to end")
    return Range(start_ms, end_ms)


def _period_ms(symbol: str) -> int:
    """How long a candle of this symbol may be; 0 for what is no candle, or none of time."""
    try:
        candle = parse_candle_symbol(symbol)
    except SymbolError:
        return 0
    return int(candle.number * 1000 * _SECONDS.get(candle.period, 0))


def _milliseconds(moment: datetime, name: str) -> int:
    if not isinstance(moment, datetime):
        raise ConfigurationError(f"{name} must be a datetime with a time zone, not {moment!r}")
    if moment.tzinfo is None:
        raise ConfigurationError(
            f"{name} {moment.isoformat()} has no time zone; write datetime(..., tzinfo=UTC), or"
            " datetime.now(UTC) - timedelta(days=30)"
        )
    return int(moment.timestamp() * 1000)
