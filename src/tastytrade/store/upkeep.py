"""Upkeep: fewer and larger files, and no more days than wanted. For a store that nobody writes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from tastytrade.errors import StoreError
from tastytrade.store.disk import told
from tastytrade.store.journal import Journal
from tastytrade.store.kinds import N
from tastytrade.store.manifest import Manifest, read_manifest
from tastytrade.store.mending import finish_forgetting
from tastytrade.store.mover import MOST_ROWS, StoreMover
from tastytrade.store.owner import Ownership
from tastytrade.store.table import Piece
from tastytrade.store.view import JOURNAL, KindView, look

KEEP_REPLACED = 3600.0
"""Seconds for which files that were replaced stay, for whoever reads them now."""

Told = Callable[[str], None]


class Compacted(Struct, frozen=True):
    """What compacting did: files before and after, rows rewritten, files removed from the disk."""

    files_before: int
    files_after: int
    rows: int
    swept: int


class Forgotten(Struct, frozen=True):
    """What was forgotten: days, rows and gaps, and files removed from the disk."""

    days: tuple[str, ...]
    rows: int
    swept: int


def compact(path: str | Path, *, keep: float = KEEP_REPLACED, progress: Told = lambda _: None) -> Compacted:
    """Put what the journal has into tables, and small files together; nothing that is read changes.

    keep      seconds for which files that were replaced stay on the disk, for whoever reads them now
    progress  told of each day and type

    Raises StoreOwned while somebody writes to the store, StoreError or StoreFull when it cannot be done.
    """
    path = Path(path)
    with _owned(path) as manifest:
        journal = Journal(path / JOURNAL, durability="full")
        try:
            StoreMover(path, manifest, journal).move_all()
        finally:
            journal.close()
        before = look(path, manifest).kinds.values()
        rows = sum(_compact_day(kind, day, progress) for kind in before for day in _days(kind))
        after = look(path, manifest).kinds.values()
        swept = sum(kind.table.sweep(older_than=keep) for kind in after)
        return Compacted(
            sum(len(kind.pieces) for kind in before), sum(len(kind.pieces) for kind in after), rows, swept
        )


def forget(
    path: str | Path, *, before: date, keep: float = KEEP_REPLACED, progress: Told = lambda _: None
) -> Forgotten:
    """Remove everything received before a UTC day, gaps too. Raises as ``compact``."""
    path, first_day = Path(path), before.isoformat()
    with _owned(path) as manifest:
        journal = Journal(path / JOURNAL, durability="full")
        try:
            StoreMover(path, manifest, journal).move_all()
            kinds = look(path, manifest).kinds.values()
            gone = [(kind, [piece for piece in kind.pieces if piece.day < first_day]) for kind in kinds]
            rows = {kind.kind.name: sum(piece.rows for piece in pieces) for kind, pieces in gone}
            head = journal.head
            left = {name: count - rows.get(name, 0) for name, count in head.rows.items()}
            forgotten = head.forgotten + sum(rows.values())
            # With this they are gone, for everybody; what follows, whoever comes next would finish.
            journal.commit([], replace(head, rows=left, forgotten=forgotten, forgetting=first_day))
            finish_forgetting(path, manifest, journal, progress=progress)
        finally:
            journal.close()
        days = tuple(sorted({piece.day for _, pieces in gone for piece in pieces}))
        swept = sum(kind.table.sweep(older_than=keep) for kind in kinds)
        return Forgotten(days, sum(rows.values()), swept)


@contextmanager
def _owned(path: Path) -> Iterator[Manifest]:
    manifest = read_manifest(path)
    if manifest is None:
        raise StoreError(f"{path} is no store: name the folder that was captured to")
    ownership = Ownership(path)
    try:
        yield manifest
    finally:
        ownership.release()


def _days(kind: KindView) -> list[str]:
    return sorted({piece.day for piece in kind.pieces})


def _compact_day(kind: KindView, day: str, progress: Told) -> int:
    """Put the small files of a day together, some at a time; gives how many rows were rewritten."""
    rewritten = 0
    for group in _groups([piece for piece in kind.pieces if piece.day == day]):
        rows = sum(piece.rows for piece in group)
        progress(f"{kind.kind.name} of {day}: {len(group)} files, {rows:,} rows")
        together = pl.concat([kind.read(piece) for piece in group]).sort(N)
        with told(kind.table.folder, "compacting"):
            (part,) = kind.table.by_day(together)
            added = kind.table.write(part)
        kind.table.commit([added], group, is_same=True)
        rewritten += rows
    return rewritten


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Neighbours that together are no larger than a file may be; none alone."""
    group: list[Piece] = []
    for piece in sorted(pieces, key=lambda one: one.first_n):
        if group and sum(one.rows for one in group) + piece.rows > MOST_ROWS:
            if len(group) > 1:
                yield group
            group = []
        group.append(piece)
    if len(group) > 1:
        yield group
