"""Continuity: what one reader has of every time series, so that a hole can be filled without duplicates.

Prints (a stream without history) are filled from a history that is asked for afterwards; a history that
was whole goes on from its newest event, and what the server sends of it again is no new snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress
from typing import Any

from msgspec.structs import replace

from tastytrade.dxfeed import EVENT_CLASSES, Event, EventBatch, EventFlags, time_of
from tastytrade.dxfeed.gap import Gap, GapReason, Healed
from tastytrade.dxlink.contracts import contract_of
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.reading.newest import Newest, Symbol

REPEATED = "repeated"
"""Why a row was dropped: the same event had been delivered before."""

_REMOVE = int(EventFlags.REMOVE_EVENT)
_BEGIN = int(EventFlags.SNAPSHOT_BEGIN)
_SNIP = int(EventFlags.SNAPSHOT_SNIP)
_END_OR_SNIP = int(EventFlags.SNAPSHOT_END) | _SNIP
_SNAPSHOT = _BEGIN | _END_OR_SNIP


class _Hole:
    """A gap that is being filled."""

    def __init__(self, gap: Gap, before: dict[Symbol, int]) -> None:
        self.gap = gap
        self.before = before
        self.after: dict[Symbol, set[int]] = {}
        self.missing: set[Symbol] = set()
        """Symbols whose history has not come yet."""
        self.rows = 0
        self.is_cut = False
        self.has_some = False


class _Resumed:
    """A history that goes on: until it has come to its end again, what was lost is not all there.

    floor  the newest index of which everything before has come
    seen   indexes above that which have come since
    """

    def __init__(self, floor: int, seen: set[int]) -> None:
        self.floor = floor
        self.seen = seen
        self.newest = max(seen, default=-1)
        self.has_begun = False

    def take(self, index: int, flag: int, *, is_candle: bool) -> bool:
        """Whether the reader has not had this row."""
        self.has_begun |= bool(flag & _BEGIN)
        if flag & _REMOVE:
            return index > self.floor
        is_new = index > self.floor and index not in self.seen
        self.seen.add(index)
        self.newest = max(self.newest, index)
        return (
            is_new or is_candle
        )  # a candle may have changed since; an event that is a fact of its own has not


class Continuity:
    """``notes`` collects what there is to say of gaps; whoever reads it empties it."""

    def __init__(self) -> None:
        self.notes: list[Gap] = []
        self.repeated = 0
        self._prints: dict[str, set[str]] = {}
        self._histories: dict[Symbol, int] = {}
        self._newest = Newest()
        self._whole: set[Symbol] = set()
        self._resumed: dict[Symbol, _Resumed] = {}
        self._given: dict[Symbol, set[int]] = {}
        self._holes: dict[int, _Hole] = {}

    def follow(self, entries: Iterable[Entry]) -> None:
        """What the reader is subscribed to now."""
        self._prints, self._histories = {}, {}
        for entry in entries:
            if not EVENT_CLASSES[entry.type].time_series:
                continue
            if entry.from_time is not None:
                self._histories[entry.type, entry.symbol] = entry.from_time
            elif contract_of(entry) is Contract.STREAM:
                self._prints.setdefault(entry.type, set()).add(entry.symbol)

    def resume_at(self, symbol: Symbol) -> int | None:
        """From when to ask for a history again: its newest event when it was whole, else its start."""
        start = self._histories.get(symbol)
        newest = self._newest.get(symbol)
        if start is None or newest is None or symbol not in self._whole:
            return start
        return max(start, time_of(newest))

    def resume(self, symbol: Symbol, from_time: int) -> None:
        """The server is asked for a history again, from then on."""
        before = self._resumed.pop(symbol, None)
        start, newest = self._histories.get(symbol), self._newest.get(symbol)
        if start is None or newest is None or symbol not in self._whole:
            return
        if from_time > start or from_time == time_of(newest):
            self._resumed[symbol] = _Resumed(newest, before.seen if before is not None else set())

    # Events.

    def take(self, batch: EventBatch[Any], contract: Contract = Contract.AUTO) -> EventBatch[Any]:
        """The batch as the reader should see it: without what it has had, and what begins again unmarked."""
        name = batch.event_class.__name__
        if "index" not in batch.columns:
            return batch
        is_history = contract is Contract.HISTORY or (name, batch.symbols[0]) in self._histories
        if name in self._prints and not is_history:
            return self._take_prints(name, batch)
        if self._histories and "eventFlags" in batch.columns:
            return self._take_history(name, batch)
        return batch

    def _take_prints(self, name: str, batch: EventBatch[Any]) -> EventBatch[Any]:
        if self._given:
            keep = [not self._is_given((name, symbol), index) for symbol, index in _places(batch)]
            batch = self._kept(batch, keep)
        indexes = batch.columns["index"]
        self._newest.note(name, batch.symbols, indexes)
        for hole in self._holes.values():
            for symbol, index in zip(batch.symbols, indexes, strict=True):
                hole.after.setdefault((name, symbol), set()).add(index)
        return batch

    def _is_given(self, symbol: Symbol, index: int) -> bool:
        given = self._given.get(symbol)
        if given is None:
            return False
        if index in given:
            return True
        if index > max(given):  # the stream has come past what history gave
            del self._given[symbol]
        return False

    def _take_history(self, name: str, batch: EventBatch[Any]) -> EventBatch[Any]:
        keep, flags = [True] * len(batch), list(batch.columns["eventFlags"])
        is_resumed = False
        for row, (symbol, index) in enumerate(_places(batch)):
            key, flag = (name, symbol), flags[row]
            if key not in self._histories:
                continue
            resumed = self._resumed.get(key)
            if resumed is not None:
                is_resumed = True
                keep[row] = resumed.take(index, flag, is_candle=name == "Candle")
                if resumed.has_begun:
                    flags[row] = flag & ~_SNAPSHOT
                self._healed(key, rows=keep[row] and index > resumed.floor)
            elif not flag & _REMOVE:
                self._newest.note(name, [symbol], [index])
            if flag & _END_OR_SNIP:
                self._ended(key, is_cut=bool(flag & _SNIP))
        if not is_resumed:
            return batch
        return self._kept(batch.with_columns(eventFlags=flags), keep)

    def _healed(self, key: Symbol, *, rows: int) -> None:
        for hole in self._holes.values():
            if key in hole.missing:
                hole.rows += rows

    def _ended(self, key: Symbol, *, is_cut: bool) -> None:
        resumed = self._resumed.pop(key, None)
        if resumed is not None:
            self._newest.note(key[0], [key[1]], [resumed.newest])
        self._whole.add(key)
        for hole in tuple(self._holes.values()):
            self._filled(hole, key, is_cut=is_cut)

    def _kept(self, batch: EventBatch[Any], keep: list[bool]) -> EventBatch[Any]:
        if all(keep):
            return batch
        self.repeated += len(keep) - sum(keep)
        return batch.rows(compress(range(len(batch)), keep))

    # Holes.

    def on_gap(self, gap: Gap) -> dict[Symbol, int]:
        """Take note of a gap. Once it has ended: the prints to ask history for, and from when each (ms).

        What a reader let go because it fell behind is not asked for again.
        """
        hole = self._holes.get(gap.number)
        if hole is None:
            mine = self._in(gap)
            if not gap.is_open:
                mine -= self._histories.keys()
            if not mine or gap.reason is GapReason.OVERFLOW:
                return {}
            hole = self._holes[gap.number] = self._hole(gap, mine)
        hole.gap = gap
        if gap.is_open:
            return {}
        self._finish(hole)
        return {one: time_of(hole.before[one]) for one in hole.missing if one not in self._histories}

    def _hole(self, gap: Gap, symbols: set[Symbol]) -> _Hole:
        """What is missing from a gap. Of a symbol without prints yet that is all after the newest
        print of others: the service's clock is not ours."""
        hole = _Hole(gap, self._newest.all())
        for name in self._prints:
            newest = self._newest.of_type(name)
            silent = {one for one in symbols if one[0] == name} - hole.before.keys() - self._histories.keys()
            if newest is not None:
                hole.before |= dict.fromkeys(silent, newest)
            elif silent:
                symbols -= silent
                hole.is_cut = True
        hole.missing = symbols
        return hole

    def _in(self, gap: Gap) -> set[Symbol]:
        series = {one for one in self._histories if one[0] in gap.event_types}
        for name in gap.event_types:
            series |= {(name, symbol) for symbol in self._prints.get(name, ())}
        return {one for one in series if not gap.symbols or one[1] in gap.symbols}

    def give(self, number: int, symbol: Symbol, rows: EventBatch[Any] | None, *, is_whole: bool) -> Any:
        """What history has of a symbol for a gap, None for nothing known; the rows the reader has not had."""
        hole = self._holes.get(number)
        if hole is None:
            return None
        fresh = None
        if rows is not None and symbol[1] in self._prints.get(symbol[0], ()):  # else given up meanwhile
            since = hole.before.get(symbol, -1)
            had = hole.after.get(symbol, set())
            places = [
                at for at, index in enumerate(rows.columns["index"]) if index > since and index not in had
            ]
            fresh = rows.rows(places)
            hole.rows += len(fresh)
            if len(fresh):
                self._given.setdefault(symbol, set()).update(fresh.columns["index"])
                for other in self._holes.values():
                    other.after.setdefault(symbol, set()).update(fresh.columns["index"])
                self._newest.note(symbol[0], fresh.symbols, fresh.columns["index"])
        self._filled(hole, symbol, is_cut=not is_whole)
        return fresh

    def _filled(self, hole: _Hole, symbol: Symbol, *, is_cut: bool) -> None:
        if symbol not in hole.missing:
            return
        hole.missing.discard(symbol)
        hole.is_cut |= is_cut
        hole.has_some |= not is_cut
        self._finish(hole)

    def _finish(self, hole: _Hole) -> None:
        """Say how far a gap was healed, once it has ended and nothing more can come."""
        if hole.missing or hole.gap.is_open:
            return
        del self._holes[hole.gap.number]
        if hole.has_some or hole.rows:
            healed = Healed.PARTIAL if hole.is_cut else Healed.FULL
            self.notes.append(replace(hole.gap, healed=healed, healed_rows=hole.rows))


def _places(batch: EventBatch[Event]) -> Iterable[tuple[str, int]]:
    return zip(batch.symbols, batch.columns["index"], strict=True)
