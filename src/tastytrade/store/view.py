"""View: everything a store holds at one moment, while its writer may go on.

The journal is looked at first, then each table: what has gone from the one into the other meanwhile is in
the table, and what has come meanwhile is not in the view. How many rows there must be is known, so that a
file that has gone, or a line of a log, is missed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import polars as pl
from msgspec import Struct

from tastytrade.errors import StoreDamaged
from tastytrade.store.journal import Head, JournalView, Part
from tastytrade.store.journal import read as read_journal
from tastytrade.store.kinds import Kind, N, kind_of
from tastytrade.store.manifest import Manifest
from tastytrade.store.table import Piece, Table

JOURNAL, TABLES, CHAINS, WIRE = "journal", "tables", "chains", "wire"
_LOOKS = 50


class KindView(Struct, frozen=True):
    """The rows of one kind: files of its table, and parts of the journal that are not in these; ``taken``
    is the last part that is."""

    kind: Kind
    table: Table
    pieces: tuple[Piece, ...]
    parts: tuple[Part, ...]
    taken: int

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.pieces) + self.rows_in_journal

    @property
    def rows_in_journal(self) -> int:
        return sum(one.rows for one in self.parts)

    @property
    def places(self) -> list[Piece | Part]:
        """Files and parts, in the order of their first numbers."""
        return sorted((*self.pieces, *self.parts), key=lambda one: one.first_n)

    def read(self, place: Piece | Part) -> pl.DataFrame:
        """The rows of a file or part, in order of number. Raises StoreDamaged."""
        if isinstance(place, Part):
            return self.shaped(place.table())
        self.check(place)
        return self.shaped(pl.read_parquet(self.table.folder / place.name, hive_partitioning=False)).sort(N)

    def check(self, piece: Piece) -> None:
        """Raise StoreDamaged when a file is not what was written."""
        damage = self.table.damage(piece)
        if damage:
            raise StoreDamaged(
                f"{self.table.folder / piece.name} is damaged: {damage}. With it are lost {piece.rows:,} "
                f"rows of {self.kind.name}, numbers {piece.first_n} to {piece.last_n}; skip_damaged=True "
                "reads the rest"
            )

    def shaped(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the columns that this version knows; those that another did not have are null."""
        missing = [
            pl.lit(None, kind).alias(name) for name, kind in self.kind.schema.items() if name not in rows
        ]
        return rows.with_columns(missing).select(*self.kind.schema)


class View(Struct, frozen=True):
    """``kinds`` has those of which there is a row."""

    head: Head
    kinds: dict[str, KindView]


def table_of(folder: Path, name: str, manifest: Manifest) -> Table:
    """The table of a kind."""
    return Table(folder / TABLES / name, kind_of(name), store_id=manifest.id, feed_level=manifest.feed_level)


def look(folder: Path, manifest: Manifest, *, skip_damaged: bool = False) -> View:
    """What a store holds now. Raises StoreDamaged when something of it is missing or cannot be read."""
    for attempt in range(_LOOKS):
        journal = read_journal(folder / JOURNAL)
        kinds = [_look_at(folder, name, manifest, journal) for name in sorted(journal.head.rows)]
        wrong = [one for one in kinds if isinstance(one, str)]
        if not wrong or (skip_damaged and attempt):
            found = [one for one in kinds if isinstance(one, KindView) and one.rows]
            return View(journal.head, {one.kind.name: one for one in found})
        time.sleep(0.001 * attempt)
    raise StoreDamaged(f"{folder} is not whole: {'; '.join(wrong)}. Run `tastytrade verify {folder}`")


def _look_at(folder: Path, name: str, manifest: Manifest, journal: JournalView) -> KindView | str:
    """One kind; in words, what does not fit: the writer has gone on, or something is damaged."""
    table = table_of(folder, name, manifest)
    try:
        contents = table.contents()
    except StoreDamaged as error:
        return str(error)
    parts = [part for part in journal.parts.get(name, []) if part.seq > contents.taken]
    last = journal.head.seqs.get(name, 0)
    if contents.taken > last:
        return f"{name}: the table is newer than the journal"
    if [part.seq for part in parts] != list(range(contents.taken + 1, last + 1)):
        return f"{name}: parts {contents.taken + 1} to {last} are not in the journal"
    found = KindView(table.kind, table, contents.pieces, tuple(parts), contents.taken)
    wanted = journal.head.rows[name]
    if found.rows != wanted and journal.head.is_whole:
        return f"{name}: {found.rows:,} rows are there instead of {wanted:,}"
    return found


def times_of(places: Iterable[Piece | Part]) -> tuple[int, int]:
    """The earliest and the latest receive time in some places (Unix ns)."""
    places = list(places)
    return min(one.first_ns for one in places), max(one.last_ns for one in places)
