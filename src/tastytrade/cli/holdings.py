"""Holdings: what a store holds, and who writes to it, as facts for people and programs."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from tastytrade.dxfeed import Gap
from tastytrade.store import Bounds, Manifest, Store
from tastytrade.store.disk import size_of
from tastytrade.store.kinds import GAP
from tastytrade.store.owner import OWNER, Owner
from tastytrade.store.table import Piece, piece_of
from tastytrade.store.view import TABLES, KindView, look, times_of


class KindFacts(Struct, frozen=True):
    """The rows of one event type, or the records of gaps; ``size_bytes`` is that of its ``files``."""

    name: str
    rows: int
    rows_in_journal: int
    files: int
    size_bytes: int
    first_ns: int
    last_ns: int

    @property
    def shown(self) -> str:
        """What it is called for people."""
        return "gap records" if self.name == GAP else self.name


class Holdings(Struct, frozen=True):
    """A store at one moment.

    size_bytes, files_on_disk   of everything in its folder, and tables' files with those that were replaced
    owner                       who writes to it, or was killed while it did
    """

    manifest: Manifest
    bounds: Bounds | None
    kinds: list[KindFacts]
    size_bytes: int
    files_on_disk: int
    chains: list[str]
    owner: Owner | None

    @property
    def records(self) -> int:
        """Rows of every type, and records of gaps."""
        return sum(kind.rows for kind in self.kinds)

    @property
    def files(self) -> int:
        """The files of its tables."""
        return sum(kind.files for kind in self.kinds)

    @property
    def is_written(self) -> bool | None:
        """Whether somebody writes to it now; None where that cannot be known from here."""
        if self.owner is None:
            return False
        if self.owner.host != socket.gethostname() or os.name != "posix":
            return None
        try:
            os.kill(self.owner.pid, 0)  # asks only
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True


def holdings_of(store: Store, *, skip_damaged: bool = False) -> Holdings:
    """What a store holds now, also while somebody writes to it. Raises StoreDamaged."""
    manifest = store.manifest
    view = look(store.path, manifest, skip_damaged=skip_damaged)
    kinds = sorted(map(_facts, view.kinds.values()), key=lambda one: (one.name == GAP, one.name))
    return Holdings(
        manifest=manifest,
        bounds=store.bounds(),
        kinds=kinds,
        size_bytes=size_of(store.path),
        files_on_disk=sum(1 for _ in _table_files(store.path)),
        chains=store.chains(),
        owner=_owner(store),
    )


def gaps_in(store: Store) -> list[Gap]:
    """The gaps of a store as they are known now, in the order in which they came. Raises StoreDamaged."""
    told = store.records(event_types=())
    return list({gap.number: gap for gap in told if isinstance(gap, Gap)}.values())


def gap_count(gaps: Collection[Gap]) -> str:
    """How many gaps, how many of them are open, and for how many seconds the others lasted together."""
    if not gaps:
        return "no gaps"
    lasted = [(gap.to_ns - gap.from_ns) / 1e9 for gap in gaps if gap.to_ns is not None]
    still = len(gaps) - len(lasted)
    told = [f"{len(gaps):,} gap{'s' * (len(gaps) > 1)}"]
    told += [f"{still:,} open"] * bool(still) + [f"{sum(lasted):,.1f} s"] * bool(lasted)
    return ", ".join(told)


def row_bytes(folder: Path) -> float:
    """How large a row is in the tables of a store, on average; 0.0 while there is none in them."""
    size = rows = 0
    for path in _table_files(folder):
        piece = piece_of(f"{path.parent.name}/{path.name}")
        with suppress(OSError):
            if piece is not None:
                size += path.stat().st_size
                rows += piece.rows
    return size / rows if rows else 0.0


def _table_files(folder: Path) -> Iterator[Path]:
    return (folder / TABLES).glob("*/day=*/*.parquet")


def _facts(kind: KindView) -> KindFacts:
    first_ns, last_ns = times_of(kind.places)
    return KindFacts(
        name=kind.kind.name,
        rows=kind.rows,
        rows_in_journal=kind.rows_in_journal,
        files=len(kind.pieces),
        size_bytes=sum(_size(kind, piece) for piece in kind.pieces),
        first_ns=first_ns,
        last_ns=last_ns,
    )


def _size(kind: KindView, piece: Piece) -> int:
    with suppress(OSError):
        return (kind.table.folder / piece.name).stat().st_size
    return 0


def _owner(store: Store) -> Owner | None:
    try:
        return msgspec.json.decode((store.path / OWNER).read_bytes(), type=Owner)
    except (OSError, msgspec.DecodeError):
        return None
