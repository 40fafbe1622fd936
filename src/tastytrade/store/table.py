"""Table: the rows of one kind as a Delta table. Files are ours, and named for what is in them.

A file is written, its bytes reach the disk, and only then one commit makes it part of the table, together
with the number up to which the journal has been taken over: no row is taken twice, whenever it ends. The
name holds the digest, so that a file can be told from what was written by its name alone.
"""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import polars as pl
from deltalake import CommitProperties, DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.schema import ArrayType, PrimitiveType
from deltalake.transaction import AddAction, RemoveAction, Transaction
from msgspec import Struct

from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.store.disk import digest_of, make_folder, sync_file, sync_folder, told, write_through
from tastytrade.store.kinds import RECEIVED_NS, Kind, N, int_bounds

ROW_GROUP = 65_536
"""Rows that are found or passed over together when one symbol is asked for."""
DAY = "day"
_NAME = re.compile(r"day=(\d{4}-\d\d-\d\d)/(\d+)-(\d+)-(\d+)-(-?\d+)-(-?\d+)-([0-9a-f]{32})\.parquet")


class Piece(Struct, frozen=True):
    """A file of a table: the rows of one day between two numbers and two times (both included)."""

    name: str
    day: str
    first_n: int
    last_n: int
    rows: int
    first_ns: int
    last_ns: int
    digest: str


class Contents(Struct, frozen=True):
    """The files of a table, in the order of their numbers, and how far the journal was taken over."""

    pieces: tuple[Piece, ...]
    taken: int


def piece_of(name: str) -> Piece | None:
    """What a file's name says; None when it is none of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    day, *numbers, digest = found.groups()
    first_n, last_n, rows, first_ns, last_ns = map(int, numbers)
    return Piece(name, day, first_n, last_n, rows, first_ns, last_ns, digest)


class Table:
    """``folder`` need not exist; ``store_id`` is under whose name commits are told apart."""

    def __init__(self, folder: Path, kind: Kind, *, store_id: str, feed_level: str) -> None:
        self.folder = folder
        self.kind = kind
        self._store_id = store_id
        self._feed_level = feed_level

    def contents(self) -> Contents:
        """What is in it now. Raises StoreDamaged when its log cannot be read."""
        if not (self.folder / "_delta_log").is_dir():
            return Contents((), 0)
        try:
            table = DeltaTable(self.folder)
            names = table.get_add_actions(flatten=True).column("path").to_pylist()
            taken = table.transaction_version(self._store_id)
        except TableNotFoundError:
            return Contents((), 0)
        except Exception as error:  # noqa: BLE001 - whatever the engine makes of a damaged log
            raise self._damaged(f"its log cannot be read ({_first_line(error)})") from None
        pieces = [piece_of(name) for name in names]
        if None in pieces:
            strange = next(name for name in names if piece_of(name) is None)
            raise self._damaged(f"its log names a file that was not written by this package: {strange!r}")
        known = sorted((one for one in pieces if one is not None), key=lambda one: one.first_n)
        return Contents(tuple(known), taken or 0)

    def add(self, rows: pl.DataFrame, *, taken: int) -> None:
        """Make rows part of the table, and remember how far the journal was taken over.

        Raises StoreFull or StoreError when they cannot be written; then nothing has changed.
        """
        added: list[Piece] = []
        try:
            with told(self.folder, "writing a table"):
                added.extend(self.write(part) for part in self.by_day(rows))
            self.commit(added, taken=taken)
        except StoreError:
            self._withdraw(added)
            raise

    def by_day(self, rows: pl.DataFrame) -> Iterable[pl.DataFrame]:
        """Rows, in parts of one UTC day each."""
        day = pl.from_epoch(RECEIVED_NS, "ns").dt.date().alias(DAY)
        return rows.with_columns(day).partition_by(DAY, maintain_order=True, include_key=True)

    def write(self, rows: pl.DataFrame) -> Piece:
        """Write rows of one day to a new file, that is no part of the table yet. Raises OSError."""
        day = str(rows[DAY][0])
        ordered = rows.drop(DAY).sort(self.kind.order)
        buffer = io.BytesIO()
        ordered.write_parquet(buffer, compression="zstd", row_group_size=ROW_GROUP)
        content = buffer.getbuffer()
        numbers, times = int_bounds(ordered[N]), int_bounds(ordered[RECEIVED_NS])
        bounds = (*numbers, ordered.height, *times, digest_of(content))
        name = f"{DAY}={day}/{'-'.join(map(str, bounds))}.parquet"
        path = self.folder / name
        make_folder(path.parent)
        write_through(path, content)
        sync_folder(path.parent)
        piece = piece_of(name)
        assert piece is not None  # noqa: S101 - the pattern and the name are made above
        return piece

    def commit(
        self,
        added: Iterable[Piece],
        removed: Iterable[Piece] = (),
        *,
        taken: int | None = None,
        is_same: bool = False,
    ) -> None:
        """Make files part of the table, and others no part of it, at once. ``is_same``: the rows stay.

        Raises StoreFull or StoreError; then nothing has changed, unless the disk failed after it.
        """
        removed = list(removed)
        now_ms = int(time.time() * 1000)
        actions: list[AddAction | RemoveAction] = [
            AddAction(one.name, self._size(one), {DAY: one.day}, now_ms, not is_same, _statistics(one))
            for one in added
        ]
        actions += [
            RemoveAction(one.name, not is_same, now_ms, self._size(one), {DAY: one.day}) for one in removed
        ]
        mark = [] if taken is None else [Transaction(self._store_id, taken, now_ms)]
        with told(self.folder, "committing to a table"):
            try:
                table = self._opened()
                table.create_write_transaction(
                    actions,
                    mode="append",
                    schema=self._schema(),
                    partition_by=[DAY],
                    commit_properties=CommitProperties(app_transactions=mark),
                )
                table.update_incremental()
            except DeltaError as error:
                raise OSError(_first_line(error)) from None
            self._sync_log(table.version())
        for piece in removed:
            with suppress(OSError):  # from now on it waits to be swept
                os.utime(self.folder / piece.name)

    def _sync_log(self, version: int) -> None:
        """Let a version reach the disk, and the checkpoint that may have been made of it. Raises OSError."""
        log = self.folder / "_delta_log"
        for path in (*log.glob(f"{version:020}.*"), *log.glob("_last_checkpoint")):
            sync_file(path)
        sync_folder(log)

    def _withdraw(self, added: Iterable[Piece]) -> None:
        """Remove files that have not become part of the table: they would take the room that is missing."""
        try:
            kept = {piece.name for piece in self.contents().pieces}
        except StoreDamaged:
            return
        for piece in added:
            if piece.name not in kept:
                with suppress(OSError):
                    (self.folder / piece.name).unlink()

    def damage(self, piece: Piece) -> str:
        """What is wrong with a file; "" when it is what was written."""
        try:
            content = (self.folder / piece.name).read_bytes()
        except OSError as error:
            return f"it cannot be read ({error.strerror})"
        return "" if digest_of(content) == piece.digest else "it does not hold what was written to it"

    def sweep(self, *, older_than: float) -> int:
        """Remove files that have been no part of the table for so many seconds: those that were replaced, and
        those of a process that ended before it could commit. Gives how many."""
        kept = {piece.name for piece in self.contents().pieces}
        swept = 0
        for path in self.folder.glob(f"{DAY}=*/*.parquet"):
            name = path.relative_to(self.folder).as_posix()
            if name not in kept and time.time() - path.stat().st_mtime >= older_than:
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _size(self, piece: Piece) -> int:
        try:
            return (self.folder / piece.name).stat().st_size
        except FileNotFoundError:
            return 0

    def _opened(self) -> DeltaTable:
        if DeltaTable.is_deltatable(str(self.folder)):
            return DeltaTable(self.folder)
        make_folder(self.folder / "_delta_log")
        table = DeltaTable.create(
            self.folder,
            self._schema(),
            partition_by=[DAY],
            name=self.kind.name,
            description=f"feed level: {self._feed_level}",
            # A day has some hundred commits: what reads them all should not have to for long.
            # The columns of ``_statistics``: else readers take what is not stated for null, and find nothing.
            configuration={
                "delta.checkpointInterval": "50",
                "delta.logRetentionDuration": "interval 1 days",
                "delta.dataSkippingStatsColumns": f"{N},{RECEIVED_NS}",
            },
        )
        self._sync_log(0)
        return table

    def _schema(self) -> Schema:
        fields = [Field(name, _delta_type(kind), nullable=True) for name, kind in self.kind.schema.items()]
        return Schema([*fields, Field(DAY, _delta_type(pl.Date()), nullable=True)])

    def _damaged(self, what: str) -> StoreDamaged:
        return StoreDamaged(f"the table {self.folder} is damaged: {what}")


def _statistics(piece: Piece) -> str:
    least, most = (
        {N: piece.first_n, RECEIVED_NS: piece.first_ns},
        {N: piece.last_n, RECEIVED_NS: piece.last_ns},
    )
    stated = {
        "numRecords": piece.rows,
        "minValues": least,
        "maxValues": most,
        "nullCount": dict.fromkeys(least, 0),
    }
    return msgspec.json.encode(stated).decode()


_DELTA_TYPES: Mapping[pl.DataType, str] = {
    pl.Int64(): "long",
    pl.Float64(): "double",
    pl.Boolean(): "boolean",
    pl.String(): "string",
    pl.Date(): "date",
}


def _delta_type(kind: pl.DataType) -> ArrayType | PrimitiveType:
    if isinstance(kind, pl.List):
        return ArrayType(PrimitiveType("string"), contains_null=True)
    return PrimitiveType(_DELTA_TYPES[kind])


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
