"""Histories: everything of a symbol from a start, complete by the snapshot's own marks, never by a guess.

A server ends a history with END, or with SNIP where a limit of its own cut it; silence ends nothing. Few
symbols are asked for at a time, because servers allow few histories at once and say no to the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Generic, TypeVar

from msgspec import Struct

from tastytrade.dxfeed import Event, EventBatch, time_of
from tastytrade.dxfeed.candle_symbols import PeriodType, canonical_candle_symbol, parse_candle_symbol
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.dxlink.snapshot import Change, IndexedEvents
from tastytrade.errors import ConfigurationError, SymbolError
from tastytrade.interest import milliseconds
from tastytrade.oneshot.feed import LIMIT_BYTES, Feed, is_up, silence, together
from tastytrade.oneshot.progress import Counter, Tell
from tastytrade.oneshot.room import Place, Room
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.subscription import Overflow, Subscription

E = TypeVar("E", bound=Event)

SILENCE = 10.0
"""Seconds without a row after which a symbol is given up."""
LOOKS = 5
"""In how many parts these seconds are waited for: of a time in which the loop was busy elsewhere, and what
came lay unread, only one part counts; one in which rows of a history asked for before came does not count."""
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


class Range(Struct, frozen=True):
    """From when to when, Unix milliseconds, both included; None is open."""

    start_ms: int | None = None
    end_ms: int | None = None

    def holds(self, time_ms: int) -> bool:
        """Whether a time lies in it."""
        return (self.start_ms is None or self.start_ms <= time_ms) and (
            self.end_ms is None or time_ms <= self.end_ms
        )


async def histories(
    feed: Feed,
    event_class: type[E],
    names: Mapping[str, str],
    within: Range,
    *,
    room: Room,
    source: str | None = None,
    timeout: float = SILENCE,
    progress: Tell | None = None,
) -> Snapshot[E]:
    """The history of each symbol, ascending, one event an index. ``names``: as asked -> as on the wire."""
    counter = Counter(len(names), progress)
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


async def _in_turn(history: _History[E], room: Room) -> tuple[Status, EventBatch[E] | None]:
    async with room.place() as place:
        return await history.ask(place)


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
        counter: Counter,
    ) -> None:
        self._feed = feed
        self._event_class = event_class
        self._symbol = symbol
        self._within = within
        self._source = source
        self._timeout = timeout
        self._counter = counter
        self._state = IndexedEvents[E]()
        self._is_whole = False
        self._received_ns = 0
        self._epoch = 0
        self._refusals = 0

    async def ask(self, place: Place) -> tuple[Status, EventBatch[E] | None]:
        """Ask, wait for the end, give up what was subscribed to."""
        subscription = self._feed.subscribe(
            self._event_class,
            [self._symbol],
            from_time=self._within.start_ms,
            source=self._source,
            limit_bytes=LIMIT_BYTES,
            overflow=Overflow.FAIL,
        )
        self._refusals = self._feed.refusals(subscription)
        async with subscription:
            await self._arrive(subscription, place)
            status = self._status(self._silence(subscription))
        self._counter.say(done=1)
        return status, self._batch() if status in {Status.OK, Status.CUT} else None

    async def _arrive(self, subscription: Subscription[E], place: Place) -> None:
        """Take rows until the history is whole, or does not go on."""
        looks, patience, is_second, was_asked = 0, self._timeout, False, False
        while looks < LOOKS:
            is_over, before = subscription.is_closed, place.rows_before
            async with aclosing(subscription.batches(duration=patience / LOOKS)) as batches:
                async for batch in batches:
                    self._take(batch)
                    if self._is_whole:
                        return
                    if self._state.is_arriving:
                        place.arrived(len(batch))
                        looks, patience, is_second = 0, self._timeout, False
                    elif self._state.is_complete and not is_second:
                        looks, patience, is_second = 0, min(SECOND_LOOK, self._timeout), True
                        break
            if is_over:
                return
            is_asked = self._silence(subscription) is not Status.NOT_ASKED
            if is_asked and not was_asked:
                looks = 0  # patience begins when the server has been asked, on each connection anew
            elif place.rows_before == before and (is_asked or not is_up(self._feed)):
                looks += 1
            was_asked = is_asked

    def _silence(self, subscription: Subscription[E]) -> Status:
        symbol = canonical_candle_symbol(self._symbol)
        return silence(self._feed, subscription, [symbol], refusals=self._refusals)[symbol]

    def _take(self, batch: EventBatch[E]) -> None:
        if batch.epoch != self._epoch:
            self._epoch = batch.epoch
            self._state.restart()
        for event in batch:
            if self._state.apply(event) is Change.SNAPSHOT:
                self._received_ns = batch.received_ns
                if self._reaches_start():
                    self._is_whole = True
                    break
        self._counter.say(rows=len(batch))

    def _reaches_start(self, *, nearly: bool = False) -> bool:
        """Whether the snapshot goes back to where we asked for, or as far as the server has.

        nearly  or to within one candle of there: a server may put the end on the border of a candle
        """
        start, last = self._within.start_ms, self._state.last_index
        if start is None or last is None or last == SENTINEL_INDEX or self._state.is_cut:
            return last is not None
        return time_of(last) <= start + (_period_ms(self._symbol) if nearly else 0)

    def _status(self, reason: Status) -> Status:
        if self._state.is_arriving and not self._is_whole:
            return Status.INCOMPLETE
        if not self._state.is_complete:
            return reason
        if self._state.is_cut or (self._state.events and not self._reaches_start(nearly=True)):
            return Status.CUT
        return Status.OK if self._chosen() else Status.NO_DATA

    def _chosen(self) -> list[E]:
        indexes = sorted(self._state.events)
        if self._event_class.time_series:  # elsewhere an index is no time
            indexes = [index for index in indexes if self._within.holds(time_of(index))]
        return [self._state.events[index] for index in indexes]

    def _batch(self) -> EventBatch[E] | None:
        events = self._chosen()
        return EventBatch.from_events(events, received_ns=self._received_ns) if events else None


def range_of(start: datetime, end: datetime | None) -> Range:
    """The range between two aware datetimes. Raises ConfigurationError for one that cannot be meant."""
    start_ms = milliseconds(start, "start")
    end_ms = None if end is None else milliseconds(end, "end")
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
