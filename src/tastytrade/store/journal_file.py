"""Journal files: parts of rows, a head that says how far the store has come, and reading them.

Whoever reads sees what was committed, while another writes.
"""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import polars as pl
from msgspec import Struct

from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.store.disk import digest_of, told
from tastytrade.store.kinds import RECEIVED_NS, N, int_bounds
from tastytrade.store.watermark import watermark_of

_SOME_ROWS = "select * from rows where kind = ? and seq between ? + 1 and ? order by seq"


class Head(Struct, frozen=True):
    """How far a store has come. ``seqs`` and ``rows`` are by kind: parts committed, and rows there are.

    forgotten    rows there are no more
    forgetting   the UTC day before which files are no part of the store any more, while they are being
                 removed; else ""
    """

    n: int = 0
    epoch: int = 0
    gap: int = 0
    received_ns: int = 0
    seqs: dict[str, int] = {}
    rows: dict[str, int] = {}
    forgotten: int = 0
    forgetting: str = ""


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

    @property
    def is_whole(self) -> bool:
        """Whether it holds, and says of itself, what was written."""
        return digest_of(_stated(self), self.data) == self.digest

    def table(self) -> pl.DataFrame:
        """The rows. Raises StoreDamaged when they are not those that were written."""
        if not self.is_whole:
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
    """The files of a journal, oldest first. Raises StoreError."""
    with told(folder, "reading the journal"):
        return sorted(folder.glob("*.sqlite"))


class JournalView(Struct, frozen=True):
    """What a journal held at one moment: its head, its parts by kind in their order, and the last number
    that had been acknowledged before."""

    head: Head
    parts: dict[str, list[Part]]
    acknowledged: int = 0


def read(folder: Path) -> JournalView:
    """What a journal holds now, while others may write to it. Raises StoreDamaged."""
    acknowledged = watermark_of(folder)
    head, found = Head(), dict[str, dict[int, Part]]()
    for path in files_of(folder):
        head, own = _read_file(path)
        for part in own:  # what could not be committed to a file may be there, and again in the next
            found.setdefault(part.kind, {})[part.seq] = part
    parts = {
        kind: [part for seq, part in sorted(of_kind.items()) if seq <= head.seqs.get(kind, 0)]
        for kind, of_kind in found.items()
    }
    return JournalView(head, parts, acknowledged)


def _read_file(path: Path) -> tuple[Head, list[Part]]:
    try:
        with closing(readable(path)) as database:
            database.execute("begin")
            state, digest = database.execute("select state, digest from head").fetchone()
            rows = database.execute("select * from rows order by kind, seq").fetchall()
        parts = [Part(*one) for one in rows]
        if digest_of(state) != digest:
            raise StoreDamaged(f"the head of the journal {path} does not hold what was written to it")
        return msgspec.json.decode(state, type=Head), parts
    except (sqlite3.Error, UnicodeError, TypeError, ValueError) as error:
        raise StoreDamaged(f"the journal {path} cannot be read ({error})") from None


def some_parts(path: Path, kind: str, *, after: int, last: int, rows: int) -> dict[int, Part]:
    """Parts of a kind in a file, by number: the first of those after one and up to another that have so
    many rows. Raises StoreDamaged."""
    found: dict[int, Part] = {}
    try:
        with closing(readable(path)) as database:
            for one in database.execute(_SOME_ROWS, (kind, after, last)):
                part = Part(*one)
                found[part.seq] = part
                rows -= part.rows
                if rows <= 0:
                    break
    except (sqlite3.Error, UnicodeError, TypeError) as error:
        raise StoreDamaged(f"the journal {path} cannot be read ({error})") from None
    return found


def readable(path: Path) -> sqlite3.Connection:
    """Open to be read. In a folder that may not be written to, nobody writes meanwhile either."""
    address = path.absolute().as_uri()
    database = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
    try:
        database.execute("select 1 from head")
    except sqlite3.OperationalError as error:
        database.close()
        if _has_wal(path):  # which would not be read
            raise StoreError(
                f"{path} cannot be read while its last rows stand beside it ({error}): copy the store to a "
                "folder that may be written to"
            ) from None
        database = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return database


def wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _has_wal(path: Path) -> bool:
    try:
        return wal_of(path).stat().st_size > 0
    except OSError:
        return False
