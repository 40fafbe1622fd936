"""Known: what has been played of a recording so far: the newest event of each symbol, and histories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tastytrade.dxfeed import Event, EventFlags, time_of
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.simulator.recorded_rows import Places, Played, Row, places_of, with_flags

ROWS = 250_000
"""Rows of histories that are kept of one event type."""
ROWS_OF_SYMBOL = 8_000
"""Rows of one history that are kept at most; as many candles has the service been seen to give."""

_REMOVE = int(EventFlags.REMOVE_EVENT)
_BEGIN = int(EventFlags.SNAPSHOT_BEGIN)
_END_OR_SNIP = int(EventFlags.SNAPSHOT_END | EventFlags.SNAPSHOT_SNIP)


class Known:
    """``symbol_count`` says how many symbols of a type there may be: all together stay within bounds."""

    def __init__(self, symbol_count: Callable[[type[Event]], int]) -> None:
        self._symbol_count = symbol_count
        self._types: dict[type[Event], _LastValues | _Series] = {}

    def take(self, one: Played) -> None:
        """Play some rows."""
        known = self._types.get(one.event_class)
        if known is None:
            known = self._types[one.event_class] = self._make(one.event_class)
        known.take(one)

    def newest(self, event_class: type[Event], symbols: Iterable[str]) -> list[Row]:
        """The newest row of each symbol that has one, in the symbols' order."""
        known = self._types.get(event_class)
        if known is None:
            return []
        return [row for row in map(known.newest, symbols) if row is not None]

    def changed(self, event_class: type[Event], symbols: Iterable[str], previous_ms: int) -> list[str]:
        """The symbols whose newest row has come since."""
        known = self._types.get(event_class)
        if known is None or known.changed_ms <= previous_ms:
            return []
        moments = known.moments
        return [symbol for symbol in symbols if moments.get(symbol, previous_ms) > previous_ms]

    def history(
        self, event_class: type[Event], symbol: str, from_ms: int, limit: int
    ) -> tuple[list[Row], bool]:
        """Rows from a time on by index, newest ``limit`` of them; whether there may be older ones."""
        known = self._types.get(event_class)
        found = known.histories.get(symbol) if isinstance(known, _Series) else None
        return ([], False) if found is None else found.since(from_ms, limit)

    def is_arriving(self, event_class: type[Event], symbol: str) -> bool | None:
        """Whether a recorded snapshot is being played and has not come to its end; None: nothing is known."""
        known = self._types.get(event_class)
        found = known.histories.get(symbol) if isinstance(known, _Series) else None
        return None if found is None else found.is_arriving

    def _make(self, event_class: type[Event]) -> _LastValues | _Series:
        places = places_of(event_class)
        if places is None or not event_class.time_series:
            return _LastValues(places)
        share = ROWS // max(self._symbol_count(event_class), 1)
        return _Series(places, max(1, min(ROWS_OF_SYMBOL, share)))


class _LastValues:
    """Types without histories: the event that came last counts."""

    def __init__(self, places: Places | None) -> None:
        self.changed_ms = -1
        self.moments: dict[str, int] = {}
        self._places = places
        self._newest: dict[str, Row] = {}

    def newest(self, symbol: str) -> Row | None:
        return self._newest.get(symbol)

    def take(self, one: Played) -> None:
        rows = one.facts
        if self._places is not None:
            rows = [row for row in rows if not row[self._places.flags]]
        if rows:
            newest = {row[0]: row for row in rows}
            self._newest |= newest
            self.moments |= dict.fromkeys(newest, one.moment_ms)
            self.changed_ms = one.moment_ms


class _Series:
    """Types indexed by time: the event with the highest index is the newest, whenever it came."""

    def __init__(self, places: Places, limit: int) -> None:
        self.changed_ms = -1
        self.moments: dict[str, int] = {}
        self.histories: dict[str, _History] = {}
        self._places = places
        self._limit = limit

    def newest(self, symbol: str) -> Row | None:
        found = self.histories.get(symbol)
        return None if found is None else found.rows.get(found.newest)

    def take(self, one: Played) -> None:
        for row in one.rows:
            history = self.histories.get(row[0])
            if history is None:
                history = self.histories[row[0]] = _History(self._places, self._limit)
            if history.take(row):
                self.moments[row[0]] = self.changed_ms = one.moment_ms


class _History:
    """The rows of one symbol by index, without flags.

    ``whole_ms`` is the time from which on it has every row: where a recorded snapshot said that it ends, or
    else the first row there is.
    """

    def __init__(self, places: Places, limit: int) -> None:
        self.rows: dict[int, Row] = {}
        self.newest = -1
        self.is_arriving = False
        self._whole_ms: int | None = None
        self._places = places
        self._limit = limit

    def take(self, row: Row) -> bool:
        """Take the next row; whether the newest event is another one now."""
        flags, index = row[self._places.flags], row[self._places.index]
        if flags & _BEGIN:
            self.is_arriving = True
        if flags & _END_OR_SNIP:
            self.is_arriving = False
        if flags & _END_OR_SNIP or (self._whole_ms is None and not flags & _BEGIN and not self.is_arriving):
            self._whole_ms = min(
                time_of(index), self._whole_ms if self._whole_ms is not None else time_of(index)
            )
        if flags & _REMOVE or index == SENTINEL_INDEX:
            self._remove(index)
            return False
        self.rows[index] = with_flags(row, self._places, 0) if flags else row
        is_newest = bool(index >= self.newest)
        self.newest = max(index, self.newest)
        if len(self.rows) > self._limit + self._limit // 4:
            self._let_go()
        return is_newest

    def since(self, from_ms: int, limit: int) -> tuple[list[Row], bool]:
        """Rows from a time on in ascending order; whether there may be older ones."""
        chosen = sorted(index for index in self.rows if time_of(index) >= from_ms)
        is_cut = len(chosen) > limit or self._whole_ms is None or from_ms < self._whole_ms
        return [self.rows[index] for index in chosen[-limit:]], is_cut

    def _remove(self, index: int) -> None:
        if self.rows.pop(index, None) is not None and index == self.newest:
            self.newest = max(self.rows, default=-1)

    def _let_go(self) -> None:
        kept: Sequence[int] = sorted(self.rows)[-self._limit :]
        self.rows = {index: self.rows[index] for index in kept}
        self._whole_ms = max(time_of(kept[0]), self._whole_ms or 0)
