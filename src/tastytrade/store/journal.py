"""Journal: where rows are safe at once, before there are enough of them for a file of a table.

SQLite in WAL mode: one commit is one transaction, with the rows of every kind, and gaps among them. What
was committed survives the end of the process, and with ``full`` the end of the machine. A disk that fails
while it commits ends the file: the next commit goes to a new one. A file comes whole, with a head, or not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import Literal

import msgspec

from tastytrade.errors import StoreError, StoreFull
from tastytrade.store.disk import digest_of, disk_error, make_folder, sync_file, sync_folder, told
from tastytrade.store.journal_file import Head, Part, files_of, read, some_parts, wal_of
from tastytrade.store.watermark import Watermark

Durability = Literal["process", "full"]

_TABLES = """
create table if not exists rows (
    kind text, seq integer, count integer, first_n integer, last_n integer, first_ns integer, last_ns integer,
    data blob, digest text, primary key (kind, seq)
) without rowid;
create table if not exists head (one integer primary key check (one = 1), state text, digest text);
"""
_ADD_ROWS = "insert into rows values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SET_HEAD = "insert or replace into head values (1, ?, ?)"
_READERS_MS = 500
"""How long the end waits for readers, so that it leaves one file behind."""
_FATAL = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""After these a file is not written to any more."""


class Journal:
    """The journal as its writer has it open."""

    def __init__(self, folder: Path, *, durability: Durability) -> None:
        self._folder = folder
        self._durability = durability
        self._writing = Lock()
        """One thread commits rows, another lets go of those that tables have."""
        with told(folder, "opening the journal"):
            make_folder(folder)
            found = read(folder)
            self.head = found.head
            self.acknowledged = found.acknowledged
            """More than the head's number where something of the end has been lost."""
            files = files_of(folder)
            self._path = files[-1] if files else self._next()
            self._watermark = Watermark(folder)
        self._database: sqlite3.Connection | None = None
        """None after a disk has failed: what it could not write once it may claim to have written later."""
        try:
            self._opened()
        except BaseException:
            self._watermark.close()
            raise

    def commit(self, parts: Sequence[Part], head: Head) -> None:
        """Write parts and the new head, in one transaction.

        Raises StoreFull when there is no room, and the same can be tried again; StoreError when the disk
        failed: the next commit goes to a new file.
        """
        state = msgspec.json.encode(head)
        with self._writing:
            self._check_place()
            database = self._opened()
            try:
                with _Transaction(database):
                    database.executemany(_ADD_ROWS, map(msgspec.structs.astuple, parts))
                    database.execute(_SET_HEAD, (state, digest_of(state)))
            except sqlite3.Error as error:
                raise self._failed(error) from None
        self.head = head
        with suppress(OSError):  # it is safe all the same
            self._watermark.rise(head.n)

    def waiting(self, kind: str, *, after: int, rows: int) -> list[Part]:
        """The parts of a kind that came after the one of this number, until they have so many rows."""
        found: dict[int, Part] = {}
        last = self.head.seqs.get(kind, 0)
        for path in files_of(self._folder):
            found |= some_parts(path, kind, after=after, last=last, rows=rows)
        parts: list[Part] = []
        while rows > 0 and (part := found.get(after + 1 + len(parts))) is not None:
            parts.append(part)
            rows -= part.rows
        return parts

    def forget(self, taken: dict[str, int]) -> None:
        """Let go of parts that tables have; ``taken`` is up to which, by kind. Raises as ``commit``."""
        with self._writing:
            self._opened()  # so that no head goes with the last file before another has it
        for path in files_of(self._folder):
            with self._writing:
                if path != self._path:
                    _delete_elsewhere(path, taken)
                    continue
                database = self._opened()
                try:
                    _delete(database, taken)
                except sqlite3.Error as error:
                    raise self._failed(error) from None

    def sync(self) -> None:
        """Let what was committed reach the disk, so that no table is ever ahead. Raises OSError."""
        for path in files_of(self._folder):
            for file in (path, wal_of(path)):
                with suppress(FileNotFoundError):
                    sync_file(file)

    def close(self) -> None:
        """Leave one file behind, no larger than what is in it."""
        self._watermark.close()
        if self._database is None:
            return
        try:
            if not self._database.execute("select count(*) from rows").fetchone()[0]:
                self._database.execute("vacuum")
            self._database.execute(f"pragma busy_timeout = {_READERS_MS}")
            self._database.execute("pragma wal_checkpoint(truncate)")
        except sqlite3.Error:  # no room, or no disk: what is there stays as it is
            pass
        finally:
            self._database.close()

    def _check_place(self) -> None:
        """What is written to a file that somebody has removed is gone, and nobody says so."""
        if self._database is not None and not self._path.exists():
            raise StoreError(f"the journal {self._path} has been removed: nothing more can be kept there")

    def _opened(self) -> sqlite3.Connection:
        """The file that is written to; a new one after a disk has failed. Raises StoreError, StoreFull."""
        if self._database is None:
            try:
                if not self._path.exists():
                    _make(self._path, self.head)
                self._database = self._open(self._path)
            except (OSError, sqlite3.Error) as error:
                raise disk_error(self._folder, "opening the journal", error) from None
        return self._database

    def _failed(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        failure = disk_error(self._folder, "committing to the journal", error)
        if code == sqlite3.SQLITE_FULL and not isinstance(failure, StoreFull):
            failure = StoreFull(
                f"there is no room to commit to the journal in {self._folder}: make room; what was committed "
                "stays intact"
            )
        if isinstance(failure, StoreFull) and self._database is not None:
            with suppress(sqlite3.Error):  # there may be room in the file itself
                self._database.execute("pragma wal_checkpoint(passive)")
        if code in _FATAL and not isinstance(failure, StoreFull):
            if self._database is not None:
                with suppress(sqlite3.Error):
                    self._database.close()
            self._database = None
            self._path = self._next()
        return failure

    def _next(self) -> Path:
        files = files_of(self._folder)
        return self._folder / f"{int(files[-1].stem) + 1 if files else 1:06}.sqlite"

    def _open(self, path: Path) -> sqlite3.Connection:
        database = _connected(path)
        try:
            begin_wal(database, path.parent)
            database.execute(f"pragma synchronous = {'full' if self._durability == 'full' else 'normal'}")
            database.execute("pragma fullfsync = on")  # macOS: else a sync stops at the drive's own memory
        except BaseException:
            database.close()
            raise
        return database


def _make(path: Path, head: Head) -> None:
    """A new file with this head. Raises OSError, sqlite3.Error; then there is none."""
    aside = path.with_name(f".{path.name}.new")
    _remove(aside)
    state = msgspec.json.encode(head)
    with closing(_connected(aside)) as database:
        database.execute("pragma page_size = 16384")
        database.execute("pragma synchronous = off")  # it is synced as a whole
        database.executescript(_TABLES)
        database.execute(_SET_HEAD, (state, digest_of(state)))
    sync_file(aside)
    aside.replace(path)
    sync_folder(path.parent)


def begin_wal(database: sqlite3.Connection, folder: Path) -> None:
    """Let readers read while somebody writes. Raises StoreError where that is not safe."""
    (mode,) = database.execute("pragma journal_mode = wal").fetchone()
    if mode != "wal":
        raise StoreError(
            f"{folder} is on a file system that a journal cannot be kept on safely (a network or cloud "
            "folder?): choose a folder on a disk of this machine"
        )


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)


def _delete(database: sqlite3.Connection, taken: dict[str, int]) -> None:
    with _Transaction(database):
        database.executemany("delete from rows where kind = ? and seq <= ?", taken.items())


def _delete_elsewhere(path: Path, taken: dict[str, int]) -> None:
    """In a file that is written to no more, which goes with its last row."""
    try:
        with closing(_connected(path)) as database:
            _delete(database, taken)
            (left,) = database.execute("select count(*) from rows").fetchone()
        if not left:
            _remove(path)
    except (OSError, sqlite3.Error) as error:
        raise disk_error(path.parent, "emptying a journal", error) from None


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class _Transaction:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> sqlite3.Connection:
        self._database.execute("begin immediate")
        return self._database

    def __exit__(self, kind: object, *_error: object) -> None:
        try:
            if kind is None:
                self._database.execute("commit")
        finally:
            if self._database.in_transaction:
                self._database.execute("rollback")
