"""RecordedMarket: a recording as the market of a feed, as fast as it was recorded or faster.

Time begins where the recording does, when somebody subscribes, and stands still while nobody is connected.
What is kept is bounded, whatever is recorded: the newest events, so many rows of histories, and what was
played last of the types that somebody follows.
A recording's gaps cannot be told to a client of DXLink: nothing is sent for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from math import isfinite
from types import TracebackType
from typing import Any, Protocol, Self

from tastytrade.dxfeed import Event, EventBatch, Gap, TimeAndSale
from tastytrade.errors import ConfigurationError, TastytradeError
from tastytrade.simulator.read_ahead import ReadAhead
from tastytrade.simulator.recorded_known import ROWS_OF_SYMBOL, Known
from tastytrade.simulator.recorded_rows import Played, Row, batch_of_rows

Moment = datetime | int
"""An aware datetime, or Unix nanoseconds."""

SETTLING = 0.5
"""Seconds without another subscription after which time begins: clients ask for what they want bit by bit."""
LONGEST_SETTLING = 5.0
LONGEST_PAUSE = 1.0
"""Seconds for which nobody needs to ask for the time; it stands still beyond that."""
ROWS_PER_STEP = 10_000
"""Rows that are played at most before the event loop has its turn again."""
ROWS_KEPT = 500_000
"""Rows for those who are behind."""


class Bounds(Protocol):
    """When the first and the last record of a recording were received, Unix nanoseconds."""

    @property
    def first_ns(self) -> int: ...
    @property
    def last_ns(self) -> int: ...


class Recording(Protocol):
    """What a market is played from, such as a ``Store``; ``records`` is called in another thread."""

    @property
    def event_types(self) -> Sequence[type[Event]]: ...

    def symbols(self, event_type: type[Event], /) -> Sequence[str]: ...

    def bounds(self) -> Bounds | None: ...

    def records(
        self, *, start: Moment | None = None, end: Moment | None = None
    ) -> Iterable[EventBatch[Any] | Gap]: ...


class RecordedMarket:
    """What a Simulator can be given as its ``market``, in ``with``: it reads ahead as long as that lasts.

    ``speed`` is how many recorded seconds pass in one; ``start`` and ``end`` choose [start, end) of it.
    Raises ConfigurationError where there is nothing to play, or no such speed.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        speed: float = 1.0,
        start: Moment | None = None,
        end: Moment | None = None,
    ) -> None:
        if not (speed > 0 and isfinite(speed)):
            raise ConfigurationError(
                f"a recording is served at a positive speed such as 1 or 10, not {speed}"
            )
        self.speed = float(speed)
        self.lag_ms = 0
        """Recorded time by which it is behind, because reading is slower than the speed wants."""
        self.start_ms = _start_ns(recording, start, end) // 1_000_000
        symbols = {event_class: recording.symbols(event_class) for event_class in recording.event_types}
        self._symbols = frozenset(symbol for some in symbols.values() for symbol in some)
        self._own = {event_class: frozenset(some) for event_class, some in symbols.items()}
        self._known = Known(lambda event_class: len(self._own.get(event_class, ())))
        self._ahead = ReadAhead(lambda: recording.records(start=start, end=end))
        self._now_ms = self._origin_ms = self.start_ms - 1
        self._asked: float | None = None
        self._begins: float | None = None
        self._heard = 0.0
        self._followed: set[type[Event]] = set()
        self._played: deque[Played] = deque()
        self._rows = 0
        self._forgotten_ms = -1

    def __enter__(self) -> Self:
        self._ahead.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ahead.__exit__(kind, error, trace)

    @property
    def now_ms(self) -> int:
        """The recorded time that is being played, Unix milliseconds."""
        return max(self._now_ms, self.start_ms)

    @property
    def has_begun(self) -> bool:
        """Whether somebody has subscribed."""
        return self._begins is not None

    @property
    def is_over(self) -> bool:
        """Whether everything has been played."""
        return self._ahead.is_over

    @property
    def error(self) -> TastytradeError | None:
        """Why the recording could be read no further; what was read before is played."""
        return self._ahead.error

    # What a feed asks of a market.

    def time_at(self, elapsed_seconds: float) -> int:
        """The recorded time; it waits for what has not been read yet, and catches up."""
        pause, self._heard = elapsed_seconds - self._heard, max(elapsed_seconds, self._heard)
        if self._begins is not None and pause > LONGEST_PAUSE:
            self._begins += pause
        if self._begins is None or elapsed_seconds <= self._begins:
            return self._origin_ms
        wanted_ms = self._origin_ms + int((elapsed_seconds - self._begins) * 1000 * self.speed)
        if wanted_ms > self._now_ms:
            played, reached_ms = self._ahead.take(wanted_ms, rows=ROWS_PER_STEP)
            for one in played:
                self._known.take(one)
                self._keep(one)
            self._now_ms = max(self._now_ms, reached_ms)
        self.lag_ms = max(wanted_ms - self._now_ms, 0)
        return min(wanted_ms, self._now_ms)

    def knows(self, symbol: str) -> bool:
        return symbol in self._symbols

    def snapshot(
        self, event_class: type[Event], symbols: Sequence[str], now_ms: int
    ) -> EventBatch[Any] | None:
        rows = self._known.newest(event_class, symbols)
        return batch_of_rows(event_class, rows) if rows else None

    def changed(
        self, event_class: type[Event], symbols: Sequence[str], previous_ms: int, now_ms: int
    ) -> list[str]:
        return self._known.changed(event_class, symbols, previous_ms)

    def prints(self, symbols: Sequence[str], previous_ms: int, now_ms: int) -> EventBatch[TimeAndSale] | None:
        """Every print of (previous, now] that is still known."""
        found = self._rows_between({TimeAndSale: dict.fromkeys(symbols, previous_ms)}, previous_ms, now_ms)
        rows = [row for _, some in found for row in some]
        return batch_of_rows(TimeAndSale, rows) if rows else None

    def history(
        self, event_class: type[Event], symbol: str, from_ms: int, now_ms: int, limit: int = ROWS_OF_SYMBOL
    ) -> tuple[EventBatch[Any] | None, bool]:
        """What has been played; cut off too where the recording does not reach back to ``from_ms``."""
        rows, is_cut = self._known.history(event_class, symbol, from_ms, limit)
        return (batch_of_rows(event_class, rows), is_cut) if rows else (None, False)

    # What a feed asks of one that has everything one by one.

    def begin(self, elapsed_seconds: float) -> None:
        """Time begins a moment after the last of the first subscriptions, so that they miss nothing."""
        if self._begins is not None and elapsed_seconds > self._begins:
            return
        self._asked = elapsed_seconds if self._asked is None else self._asked
        self._begins = min(elapsed_seconds + SETTLING, self._asked + LONGEST_SETTLING)

    def follow(self, event_class: type[Event]) -> None:
        self._followed.add(event_class)

    def happened(
        self, wanted: Mapping[type[Event], Mapping[str, int]], previous_ms: int, now_ms: int
    ) -> list[EventBatch[Any]] | None:
        """Events in the order they were recorded; neighbours of one type are one batch."""
        if previous_ms < self._forgotten_ms:
            return None
        found = self._rows_between(wanted, previous_ms, now_ms)
        return [
            batch_of_rows(event_class, [row for _, rows in run for row in rows])
            for event_class, run in groupby(found, key=lambda pair: pair[0])
        ]

    def is_arriving(self, event_class: type[Event], symbol: str) -> bool:
        """While a recorded snapshot is being played, and before anything of the symbol has been."""
        is_arriving = self._known.is_arriving(event_class, symbol)
        if is_arriving is None:
            return not self.is_over and symbol in self._own.get(event_class, ())
        return is_arriving and not self.is_over

    # What is kept of what was played.

    def _keep(self, one: Played) -> None:
        if one.event_class not in self._followed or not one.facts:
            return
        self._played.append(one)
        self._rows += len(one.facts)
        while self._rows > ROWS_KEPT:
            oldest = self._played.popleft()
            self._rows -= len(oldest.facts)
            self._forgotten_ms = oldest.moment_ms

    def _rows_between(
        self, wanted: Mapping[type[Event], Mapping[str, int]], previous_ms: int, now_ms: int
    ) -> list[tuple[type[Event], list[Row]]]:
        found = []
        for one in reversed(self._played):
            moment_ms = one.moment_ms
            if moment_ms <= previous_ms:
                break
            symbols = wanted.get(one.event_class)
            if symbols is None or moment_ms > now_ms:
                continue
            rows = [row for row in one.facts if symbols.get(row[0], moment_ms) < moment_ms]
            if rows:
                found.append((one.event_class, rows))
        found.reverse()
        return found


def _start_ns(recording: Recording, start: Moment | None, end: Moment | None) -> int:
    """When the part to be played begins."""
    bounds = recording.bounds()
    if bounds is None:
        raise ConfigurationError("nothing has been recorded there yet; record something first")
    first_ns = bounds.first_ns if start is None else max(_unix_ns(start), bounds.first_ns)
    if first_ns > bounds.last_ns or (end is not None and _unix_ns(end) <= first_ns):
        first, last = (
            datetime.fromtimestamp(at / 1e9).astimezone() for at in (bounds.first_ns, bounds.last_ns)
        )
        raise ConfigurationError(
            f"nothing was recorded between start and end; the recording is from {first:%Y-%m-%d %H:%M:%S%z} "
            f"to {last:%Y-%m-%d %H:%M:%S%z}"
        )
    return first_ns


def _unix_ns(moment: Moment) -> int:
    if isinstance(moment, int):
        return moment
    if moment.tzinfo is None:
        raise ConfigurationError(f"start and end are aware datetimes, with a time zone; {moment} has none")
    return round(moment.timestamp() * 1_000_000) * 1000
