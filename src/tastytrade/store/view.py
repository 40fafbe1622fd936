"""View: everything a store holds at one moment, while its writer may go on.

The journal is looked at first, then each table: what has gone from the one into the other meanwhile is in
the table, and what has come meanwhile is not in the view. How many rows there must be is known, so that a
file that has gone, or a line of a log, is missed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from pathlib import Path

import polars as pl
from msgspec import Struct

from tastytrade.dxfeed import EVENT_CLASSES
from tastytrade.errors import StoreDamaged
from tastytrade.store.disk import told
from tastytrade.store.journal_file import Head, JournalView, Part
from tastytrade.store.journal_file import read as read_journal
from tastytrade.store.kinds import GAP, Kind, N, kind_of
from tastytrade.store.manifest import Manifest
from tastytrade.store.table import Contents, Piece, Table

JOURNAL, TABLES, WIRE = "journal", "tables", "wire"
_LOOKS, _SAME = 50, 4
"""How often it is looked again; so often with the same outcome, and nobody is changing anything."""

log = logging.getLogger(__name__)


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

    def is_sound(self, place: Piece | Part) -> bool:
        """Whether what a file or part says of itself can be relied on: its name, when it is a file's."""
        if isinstance(place, Part):
            return place.is_whole
        return (self.table.folder / place.name).exists()

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
    view, wrong = look_long(folder, manifest)
    if wrong:
        said = f"{folder} is not whole: {'; '.join(wrong)}. Run `tastytrade verify {folder}`"
        if not skip_damaged:
            raise StoreDamaged(said)
        log.warning("%s", said)
    return view


def look_long(folder: Path, manifest: Manifest) -> tuple[View, list[str]]:
    """What a store holds now, and in words what of it does not fit together, however often one looks: once,
    that is what a writer changes just then."""
    view, wrong = _look_once(folder, manifest)
    same = 0
    for attempt in range(_LOOKS):
        if not wrong or same == _SAME:
            break
        time.sleep(0.002 * attempt)
        before = wrong
        view, wrong = _look_once(folder, manifest)
        same = same + 1 if wrong == before else 0
    return view, wrong


def names_of(folder: Path, head: Head) -> list[str]:
    """The kinds that a store has, or has a table of."""
    with told(folder, "looking for tables"):
        tables = {one.name for one in (folder / TABLES).glob("*") if one.is_dir()}
    return sorted({*head.rows, *(tables & {GAP, *EVENT_CLASSES})})


def _lost_end(journal: JournalView) -> str:
    """In words, what is missing of the end; "" for nothing."""
    if journal.head.n >= journal.acknowledged:
        return ""
    return (
        f"the journal ends at number {journal.head.n}, and everything up to {journal.acknowledged} was there"
    )


def _contents_of(table: Table, head: Head) -> Contents:
    """The files of a table that have not been forgotten. Raises StoreDamaged."""
    contents = table.contents()
    kept = tuple(piece for piece in contents.pieces if piece.day >= head.forgetting)
    return Contents(kept, contents.taken)


def _look_once(folder: Path, manifest: Manifest) -> tuple[View, list[str]]:
    """What is there, and what of it does not fit together."""
    wrong: list[str] = []
    try:
        journal = read_journal(folder / JOURNAL)
    except StoreDamaged as error:
        journal = JournalView(Head(), {})
        wrong.append(str(error))
    else:
        wrong.append(_lost_end(journal))
    kinds: dict[str, KindView] = {}
    for name in names_of(folder, journal.head):
        table = table_of(folder, name, manifest)
        try:
            contents = _contents_of(table, journal.head)
        except StoreDamaged as error:
            wrong.append(str(error))
            contents = Contents((), 0)
        parts = tuple(part for part in journal.parts.get(name, []) if part.seq > contents.taken)
        kind = KindView(table.kind, table, contents.pieces, parts, contents.taken)
        wrong.append(_misfit(kind, journal.head))
        if kind.rows:
            kinds[name] = kind
    return View(journal.head, kinds), [one for one in wrong if one]


def _misfit(kind: KindView, head: Head) -> str:
    """In words, how a table and the journal differ; "" when they do not."""
    name = kind.kind.name
    last = head.seqs.get(name, 0)
    if kind.taken > last:
        return f"{name}: the table is newer than the journal"
    if [part.seq for part in kind.parts] != list(range(kind.taken + 1, last + 1)):
        return f"{name}: parts {kind.taken + 1} to {last} are not in the journal"
    wanted = head.rows.get(name, 0)
    return "" if kind.rows == wanted else f"{name}: {kind.rows:,} rows are there instead of {wanted:,}"


def times_of(places: Iterable[Piece | Part]) -> tuple[int, int]:
    """The earliest and the latest receive time in some places (Unix ns)."""
    places = list(places)
    return min(one.first_ns for one in places), max(one.last_ns for one in places)
