"""Journal: where rows are safe at once, before there are enough of them for a file of a table.

SQLite in WAL mode: one commit is one transaction, with the rows of every kind, and gaps among them. What
was committed survives the end of the process, and with ``full`` the end of the machine. A disk that fails
while it commits ends the file: the next commit goes to a new one.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Literal

import msgspec
import polars as pl
from msgspec import Struct

from tastytrade.errors import StoreDamaged, StoreError, StoreFull
from tastytrade.store.disk import digest_of, disk_error
from tastytrade.store.kinds import RECEIVED_NS, N, int_bounds

Durability = Literal["process", "full"]

_TABLES = """
create table if not exists rows (
    kind text, seq integer, count integer, first_n integer, last_n integer, first_ns integer, last_ns integer,
    data blob, digest text, primary key (kind, seq)
) without rowid;
create table if not exists head (one integer primary key check (one = 1), state text, digest text);
"""


class Head(Struct, frozen=True):
    """How far a store has come. ``seqs`` and ``rows`` are by kind: parts committed, and rows there are.

    is_whole   False while rows are being forgotten: then ``rows`` may say too much
    """

    n: int = 0
    epoch: int = 0
    gap: int = 0
    received_ns: int = 0
    seqs: dict[str, int] = {}
    rows: dict[str, int] = {}
    forgotten: int = 0
    is_whole: bool = True


class Part(Struct, frozen=True):
    """Rows of one kind that were committed together."""

    kind: str
    seq: int
    rows: int
    first_n: int
    last_n: int
    first_ns: int
    last_ns: int
    data: bytes
    digest: str

    def table(self) -> pl.DataFrame:
        """The rows. Raises StoreDamaged when they are not those that were written."""
        if digest_of(_stated(self), self.data) != self.digest:
            raise StoreDamaged(
                f"the journal's part {self.seq} of {self.kind} (numbers {self.first_n} to {self.last_n}) "
                "does not hold what was written to it"
            )
        return pl.read_ipc_stream(io.BytesIO(self.data))


def part_of(kind: str, seq: int, rows: pl.DataFrame) -> Part:
    """Rows as a part of the journal; at least one."""
    buffer = io.BytesIO()
    rows.write_ipc_stream(buffer, compression="lz4", compat_level=pl.CompatLevel.oldest())
    first_n, last_n = rows[N][0], rows[N][-1]
    first_ns, last_ns = int_bounds(rows[RECEIVED_NS])
    part = Part(kind, seq, rows.height, first_n, last_n, first_ns, last_ns, buffer.getvalue(), "")
    return msgspec.structs.replace(part, digest=digest_of(_stated(part), part.data))


def _stated(part: Part) -> bytes:
    return msgspec.json.encode(
        (part.kind, part.seq, part.rows, part.first_n, part.last_n, part.first_ns, part.last_ns)
    )


def files_of(folder: Path) -> list[Path]:
    """The files of a journal, oldest first."""
    return sorted(folder.glob("*.sqlite"))


class Journal:
    """The journal as its writer has it open."""

    def __init__(self, folder: Path, *, durability: Durability) -> None:
        self._folder = folder
        self._durability = durability
        self._writing = Lock()
        """One thread commits rows, another lets go of those that tables have."""
        files = files_of(folder)
        self.head = read(folder).head
        self._path = files[-1] if files else self._next()
        self._database = self._open(self._path)

    def commit(self, parts: Sequence[Part], head: Head) -> None:
        """Write parts and the new head, in one transaction.

        Raises StoreFull when there is no room, and the same can be tried again; StoreError when the disk
        failed: the next commit goes to a new file.
        """
        state = msgspec.json.encode(head)
        self._check_place()
        try:
            with self._writing, _Transaction(self._database) as database:
                database.executemany(
                    "insert into rows values (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(msgspec.structs.astuple, parts)
                )
                database.execute("insert or replace into head values (1, ?, ?)", (state, digest_of(state)))
        except sqlite3.Error as error:
            raise self._failed(error) from None
        self.head = head

    def waiting(self, kind: str, *, after: int, rows: int) -> list[Part]:
        """The parts of a kind that came after the one of this number, until they have so many rows."""
        found: list[Part] = []
        for path in files_of(self._folder):
            database = _readable(path)
            try:
                for one in database.execute(
                    "select * from rows where kind = ? and seq > ? order by seq", (kind, after)
                ):
                    found.append(Part(*one))
                    rows -= found[-1].rows
                    if rows <= 0:
                        return found
            finally:
                database.close()
        return found

    def forget(self, taken: dict[str, int]) -> None:
        """Let go of parts that tables have; ``taken`` is up to which, by kind."""
        for path in files_of(self._folder):
            try:
                with self._writing:
                    if path == self._path:
                        _delete(self._database, taken)
                    else:
                        _delete_elsewhere(path, taken)
            except sqlite3.Error as error:
                raise self._failed(error) from None

    def close(self) -> None:
        """Leave one file behind, no larger than what is in it."""
        try:
            if not self._database.execute("select count(*) from rows").fetchone()[0]:
                self._database.execute("vacuum")
            self._database.execute("pragma wal_checkpoint(truncate)")
        except sqlite3.Error:  # no room, or no disk: what is there stays as it is
            pass
        finally:
            self._database.close()

    def _check_place(self) -> None:
        """What is written to a file that somebody has removed is gone, and nobody says so."""
        if not self._path.exists():
            raise StoreError(f"the journal {self._path} has been removed: nothing more can be kept there")

    def _failed(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        failure = disk_error(self._folder, "committing to the journal", error)
        if code == sqlite3.SQLITE_FULL and not isinstance(failure, StoreFull):
            failure = StoreFull(
                f"there is no room to commit to the journal in {self._folder}: make room; what was committed "
                "stays intact"
            )
        if code == sqlite3.SQLITE_IOERR and not isinstance(failure, StoreFull):
            # What a disk could not write once it may claim to have written the next time.
            self._database.close()
            self._path = self._next()
            self._database = self._open(self._path)
        return failure

    def _next(self) -> Path:
        files = files_of(self._folder)
        return self._folder / f"{int(files[-1].stem) + 1 if files else 1:06}.sqlite"

    def _open(self, path: Path) -> sqlite3.Connection:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            database = _connected(path)
            database.execute("pragma page_size = 16384")
            (mode,) = database.execute("pragma journal_mode = wal").fetchone()
            if mode != "wal":
                raise StoreError(
                    f"{self._folder} is on a file system that a journal cannot be kept on safely (a network "
                    "or cloud folder?): choose a folder on a disk of this machine"
                )
            database.execute(f"pragma synchronous = {'full' if self._durability == 'full' else 'normal'}")
            database.execute("pragma fullfsync = on")  # macOS: else a sync stops at the drive's own memory
            database.executescript(_TABLES)
        except sqlite3.Error as error:
            raise disk_error(self._folder, "opening the journal", error) from None
        return database


class JournalView(Struct, frozen=True):
    """What a journal held at one moment: its head, and its parts by kind."""

    head: Head
    parts: dict[str, list[Part]]


def read(folder: Path) -> JournalView:
    """What a journal holds now, while others may write to it. Raises StoreDamaged."""
    head, parts = Head(), dict[str, list[Part]]()
    for path in files_of(folder):
        found, own = _read_file(path)
        head = found or head
        for part in own:
            parts.setdefault(part.kind, []).append(part)
    return JournalView(head, parts)


def _read_file(path: Path) -> tuple[Head | None, list[Part]]:
    try:
        database = _readable(path)
        try:
            database.execute("begin")
            row = database.execute("select state, digest from head").fetchone()
            rows = database.execute("select * from rows order by kind, seq").fetchall()
        finally:
            database.close()
        parts = [Part(*one) for one in rows]
        if row is None:
            return None, parts
        state, digest = row
        if digest_of(state) != digest:
            raise StoreDamaged(f"the head of the journal {path} does not hold what was written to it")
        return msgspec.json.decode(state, type=Head), parts
    except (sqlite3.Error, UnicodeError, TypeError, ValueError) as error:
        raise StoreDamaged(f"the journal {path} cannot be read ({error})") from None


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)


def _readable(path: Path) -> sqlite3.Connection:
    """Open to be read. In a folder that may not be written to, nobody writes meanwhile either."""
    address = path.absolute().as_uri()
    database = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
    try:
        database.execute("select 1 from head")
    except sqlite3.OperationalError:
        database.close()
        database = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return database


def _delete(database: sqlite3.Connection, taken: dict[str, int]) -> None:
    with _Transaction(database):
        database.executemany("delete from rows where kind = ? and seq <= ?", taken.items())


def _delete_elsewhere(path: Path, taken: dict[str, int]) -> None:
    """In a file that is written to no more, which goes with its last row."""
    database = _connected(path)
    try:
        _delete(database, taken)
        (left,) = database.execute("select count(*) from rows").fetchone()
    finally:
        database.close()
    if not left:
        _remove(path)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
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
