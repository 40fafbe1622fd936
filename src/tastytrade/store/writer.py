"""StoreWriter: the one that writes to a store. Blocking calls, for a thread of their own.

``append()`` only gathers, and ``commit()`` makes what was gathered safe, in the journal. ``move()`` makes
files of tables of it, at leisure. The three may be called from three threads.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from msgspec.structs import replace

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.errors import StoreError
from tastytrade.store.chains import keep_chain
from tastytrade.store.disk import make_folder, told
from tastytrade.store.journal import Durability, Journal
from tastytrade.store.journal_file import Head, Part, part_of
from tastytrade.store.kinds import GAP, kind_of
from tastytrade.store.manifest import (
    FILE,
    UNKNOWN,
    Manifest,
    SessionRecord,
    new_manifest,
    package_version,
    read_manifest,
    write_manifest,
)
from tastytrade.store.mending import declare_lost_end
from tastytrade.store.mover import StoreMover
from tastytrade.store.owner import Ownership
from tastytrade.store.pace import Pace
from tastytrade.store.rows import EventRows, GapRows, gaps_of
from tastytrade.store.view import JOURNAL, View, look

_OWN = ("writer.", "wire", f".{FILE}.")
"""What a folder may have before it has a manifest begins so."""


class Waiting:
    """What was appended and is not committed: rows by kind, and the head once they are."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.events: dict[str, EventRows] = {}
        self.gaps = GapRows(kind_of(GAP))
        self.count = 0


class StoreWriter:
    """Raises StoreOwned when another program writes there, StoreError for a folder that cannot be one.

    durability   "process": what is committed survives the end of the process; "full": of the machine, too
    feed_level   what the events are: "api", "demo", "simulated"; a store has only one of them
    source       where they come from, for the manifest
    event_types, symbols   what is going to be written, for the manifest and for what was missed since the
                 last time
    pace         when ``move`` finds something worth a file
    """

    def __init__(
        self,
        path: str | Path,
        *,
        durability: Durability = "process",
        feed_level: str | None = None,
        source: str = "live",
        event_types: Iterable[str] = (),
        symbols: Iterable[str] = (),
        pace: Pace | None = None,
    ) -> None:
        self.path = Path(path)
        self._pace = pace or Pace()
        self._appending = Lock()
        self._committing = Lock()
        self._moving = Lock()
        self._moved_at = time.monotonic()
        self._unwritten: tuple[list[Part], Head] | None = None
        self._gap_numbers: dict[int, int] = {}
        self._is_closed = False
        _make(self.path)
        with ExitStack() as undo:
            self._ownership = Ownership(self.path)
            undo.callback(self._ownership.release)
            self.manifest = self._begun(feed_level)
            self._journal = Journal(self.path / JOURNAL, durability=durability)
            undo.callback(self._journal.close)
            declare_lost_end(self.path, self.manifest, self._journal)
            head = self._journal.head
            self._mover = StoreMover(self.path, self.manifest, self._journal)
            view = look(self.path, self.manifest)
            self._waiting = Waiting(head)
            self._epoch_base = head.epoch
            self._new_gaps = count(head.gap + 1)
            self.committed_n = head.n
            self.session = SessionRecord(
                number=len(self.manifest.sessions) + 1,
                started_ns=time.time_ns(),
                package=package_version(),
                source=source,
                event_types=tuple(event_types),
                symbols=tuple(dict.fromkeys(symbols)),
                first_n=head.n + 1,
            )
            self.restart = self._restart()
            """What was missed since the last time; whoever knows when it ends appends it with its end."""
            for gap in _left_open(view):
                to_ns = max(gap.from_ns, self._left_off_ns(gap))
                self.append(replace(gap, number=-gap.number, to_ns=to_ns, epoch_after=head.epoch))
            if self.restart is not None:
                self.append(self.restart)
            self._record(self.session)
            undo.pop_all()

    # Appending.

    def append(self, record: EventBatch[Any] | Gap) -> None:
        """Gather a batch, or a gap in its place. A gap's number and epochs are the source's; where the
        number is negative they are the store's own: one from ``new_gap_number()``, negated."""
        with self._appending:
            if isinstance(record, EventBatch):
                self._append_batch(record)
            else:
                self._append_gap(record)

    def new_gap_number(self) -> int:
        """The number of a gap that is the store's own."""
        return next(self._new_gaps)

    @property
    def epoch(self) -> int:
        """The epoch of what was appended last; the source's first connection is the one after that which
        the store had before."""
        return self._waiting.head.epoch

    @property
    def next_epoch(self) -> int:
        """That of the source's first connection."""
        return self._epoch_base + 1

    @property
    def n(self) -> int:
        """The number of what was appended last."""
        return self._waiting.head.n

    @property
    def received_ns(self) -> int:
        """When the last of what was appended was received; 0 for nothing yet."""
        return self._waiting.head.received_ns

    @property
    def waiting_rows(self) -> int:
        """Rows that were appended and are not safe yet."""
        unwritten = self._unwritten
        return self._waiting.count + (sum(part.rows for part in unwritten[0]) if unwritten else 0)

    def _append_batch(self, batch: EventBatch[Any]) -> None:
        rows = len(batch)
        if not rows:
            return
        waiting, event_class = self._waiting, batch.event_class
        head, name = waiting.head, event_class.__name__
        found = waiting.events.get(name)
        if found is None:
            found = waiting.events[name] = EventRows(event_class)
        epoch = self._epoch_base + batch.epoch
        found.append(batch, first_n=head.n + 1, epoch=epoch)
        waiting.count += rows
        waiting.head = replace(
            head,
            n=head.n + rows,
            epoch=max(head.epoch, epoch),
            received_ns=batch.received_ns,  # the last, not the latest: a clock may have been put back
        )

    def _append_gap(self, gap: Gap) -> None:
        waiting = self._waiting
        head, base = waiting.head, self._epoch_base
        if gap.number < 0:
            kept = replace(gap, number=-gap.number)
        else:
            number = self._gap_numbers.get(gap.number)
            if number is None:
                number = self._gap_numbers[gap.number] = self.new_gap_number()
            after = base + gap.epoch_after if gap.epoch_after else 0
            kept = replace(gap, number=number, epoch_before=base + gap.epoch_before, epoch_after=after)
        at_ns = head.received_ns or gap.detected_ns
        waiting.gaps.append(kept, n=head.n + 1, received_ns=at_ns)
        waiting.count += 1
        waiting.head = replace(head, n=head.n + 1, gap=max(head.gap, kept.number), received_ns=at_ns)

    # Committing.

    def commit(self) -> int:
        """Make everything appended so far safe; gives the last number that is.

        Raises StoreFull or StoreError. Then nothing is lost: the next call tries the same again.
        """
        with self._committing:
            if self._unwritten is not None:
                self._write(*self._unwritten)
            with self._appending:
                waiting = self._waiting
                if not waiting.count:
                    return self.committed_n
                self._waiting = Waiting(waiting.head)
            self._unwritten = self._parts(waiting)
            self._write(*self._unwritten)
            return self.committed_n

    def _parts(self, waiting: Waiting) -> tuple[list[Part], Head]:
        head = self._journal.head
        seqs, rows = dict(head.seqs), dict(head.rows)
        parts = []
        kinds: dict[str, EventRows | GapRows] = {**waiting.events}
        if len(waiting.gaps):
            kinds[GAP] = waiting.gaps
        for name, found in kinds.items():
            seqs[name] = seqs.get(name, 0) + 1
            rows[name] = rows.get(name, 0) + len(found)
            parts.append(part_of(name, seqs[name], found.table()))
        return parts, replace(waiting.head, seqs=seqs, rows=rows, forgotten=head.forgotten)

    def _write(self, parts: list[Part], head: Head) -> None:
        self._journal.commit(parts, head)
        self._unwritten = None
        self.committed_n = head.n
        for part in parts:
            self._mover.count(part.kind, part.rows)

    def move(self, *, everything: bool = False) -> int:
        """Make files of tables of what the journal has, where that is worth a file, or has waited for long;
        gives how many rows. Raises StoreFull or StoreError; then these stay in the journal."""
        with self._moving:
            is_due = everything or time.monotonic() - self._moved_at >= self._pace.move_after
            moved = sum(
                self._mover.move(name, rows)
                for name, rows in tuple(self._mover.in_journal.items())
                if rows >= self._pace.move_rows or (rows and is_due)
            )
            if is_due:
                self._moved_at = time.monotonic()
            return moved

    # What belongs to it.

    def keep_chain(self, underlying: str, answer: dict[str, Any]) -> None:
        """Keep an option chain as the service gave it, so that a replay can give it again."""
        keep_chain(self.path, underlying, answer)

    def widen(self, *, symbols: Iterable[str]) -> None:
        """There are further symbols; for the manifest."""
        self.session = replace(self.session, symbols=tuple(dict.fromkeys((*self.session.symbols, *symbols))))
        self._record(self.session)

    def close(self, *, is_clean: bool = True) -> None:
        """Commit, tell the manifest, let others write. What was not committed raises, and is lost with us.
        May be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            if is_clean:
                self.commit()
                ended = replace(self.session, ended_ns=time.time_ns(), last_n=self.committed_n)
                self._record(ended)
        finally:
            self._journal.close()
            self._ownership.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Beginning.

    def _begun(self, feed_level: str | None) -> Manifest:
        found = read_manifest(self.path)
        if found is None:
            others = {one.name for one in self.path.iterdir() if not one.name.startswith(_OWN)}
            if others:
                raise StoreError(
                    f"{self.path} is no store and not empty (it has {min(others)!r}): choose a new folder"
                )
            return self._written(new_manifest(feed_level))  # whatever comes next finds a store
        level = feed_level or UNKNOWN
        if not found.sessions:
            return replace(found, feed_level=level)
        if level != found.feed_level:
            raise StoreError(
                f"{self.path} holds {found.feed_level} market data, and this is {level}: choose another "
                "folder, so that neither passes for the other"
            )
        return found

    def _record(self, session: SessionRecord) -> None:
        sessions = (*self.manifest.sessions[: session.number - 1], session)
        self.manifest = self._written(replace(self.manifest, sessions=sessions))

    def _written(self, manifest: Manifest) -> Manifest:
        with told(self.path, "writing the manifest"):
            write_manifest(self.path, manifest)
        return manifest

    def _restart(self) -> Gap | None:
        """What was missed since the last time, of what was captured then and is again."""
        head = self._journal.head
        if not self.manifest.sessions:
            return None
        last, now = self.manifest.sessions[-1], self.session
        types = tuple(name for name in now.event_types if name in last.event_types)
        before = set(last.symbols)
        symbols = tuple(symbol for symbol in now.symbols if symbol in before)
        if not types or not symbols:
            return None
        return Gap(
            number=-self.new_gap_number(),
            reason=GapReason.RESTART_CLEAN if last.is_clean else GapReason.RESTART_CRASH,
            scope=GapScope.READER,
            event_types=types,
            symbols=() if set(now.symbols) == before else symbols,
            # A clock that was ahead then must not have it end before it began.
            from_ns=min(head.received_ns or self.manifest.sessions[0].started_ns, now.started_ns),
            detected_ns=now.started_ns,
            epoch_before=head.epoch,
        )

    def _left_off_ns(self, gap: Gap) -> int:
        """Until when a gap was left open: until the last row, where a restart goes on from there."""
        if self.restart is not None and _covers(self.restart, gap):
            return self._journal.head.received_ns
        return self.manifest.sessions[-1].ended_ns or self.session.started_ns


def _make(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file: name a folder to write to")
    with told(path, "making a store"):
        make_folder(path)


def _covers(restart: Gap, gap: Gap) -> bool:
    """Whether a restart concerns everything that a gap does."""
    symbols = set(gap.symbols)
    of_these = not restart.symbols or (bool(symbols) and symbols <= set(restart.symbols))
    return of_these and set(gap.event_types) <= set(restart.event_types)


def _left_open(view: View) -> list[Gap]:
    """Gaps that had not ended when the last writer did; and it is over, however it ended."""
    kind = view.kinds.get(GAP)
    if kind is None:
        return []
    versions = {gap.number: gap for place in kind.places for gap in gaps_of(kind.read(place))}
    return [gap for gap in versions.values() if gap.is_open]
