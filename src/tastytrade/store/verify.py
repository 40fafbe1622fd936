"""Verify: whether everything that was written to a store is there, and is what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
from msgspec import Struct

from tastytrade.errors import StoreDamaged
from tastytrade.store.chains import CHAINS, kept_chain, kept_chains
from tastytrade.store.journal_file import Head, Part
from tastytrade.store.kinds import N
from tastytrade.store.manifest import Manifest
from tastytrade.store.table import Piece
from tastytrade.store.view import KindView, look_long, names_of, table_of

SPAN = 5_000_000
"""Numbers that are looked at together."""


class Damage(Struct, frozen=True):
    """What is wrong, and where. ``first_n`` to ``last_n``: the numbers of what cannot be read; 0 for none."""

    place: str
    what: str
    rows: int = 0
    first_n: int = 0
    last_n: int = 0


class Report(Struct, frozen=True):
    """What ``Store.verify`` found. ``leftover`` are files that are no part of any table: ``compact`` removes
    them."""

    files: int
    parts: int
    rows: int
    damage: tuple[Damage, ...]
    leftover: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything is there, and as it was written."""
        return not self.damage


def verify(path: Path, manifest: Manifest, *, progress: Callable[[str], None]) -> Report:
    """See ``Store.verify``."""
    view, wrong = look_long(path, manifest)
    damage = [Damage(str(path), what) for what in wrong]
    kinds = []
    leftover: list[str] = []
    for name in names_of(path, view.head):
        progress(name)
        table, kind = table_of(path, name, manifest), view.kinds.get(name)
        if kind is not None:
            kinds.append(_readable(kind, damage))
        kept = {piece.name for piece in kind.pieces} if kind else set()
        leftover += [
            str(file)
            for file in sorted(table.folder.glob("day=*/*.parquet"))
            if file.relative_to(table.folder).as_posix() not in kept
        ]
    damage += _lost_chains(path)
    progress("numbers")
    damage += _wrong_numbers(kinds, view.head, path)
    return Report(
        files=sum(len(kind.pieces) for kind in kinds),
        parts=sum(len(kind.parts) for kind in kinds),
        rows=sum(kind.rows for kind in kinds),
        damage=tuple(damage),
        leftover=tuple(leftover),
    )


def _lost_chains(path: Path) -> Iterator[Damage]:
    for underlying in kept_chains(path):
        try:
            kept_chain(path, underlying)
        except StoreDamaged as error:
            yield Damage(str(path / CHAINS), str(error))


def _readable(kind: KindView, damage: list[Damage]) -> KindView:
    """The files and parts of a kind that hold what was written; the others are damage."""
    pieces = [piece for piece in kind.pieces if not _is_damaged(kind, piece, damage)]
    parts = [part for part in kind.parts if not _is_damaged(kind, part, damage)]
    return KindView(kind.kind, kind.table, tuple(pieces), tuple(parts), kind.taken)


def _is_damaged(kind: KindView, place: Piece | Part, damage: list[Damage]) -> bool:
    try:
        if isinstance(place, Part):
            place.table()
            return False
        what = kind.table.damage(place)
    except StoreDamaged as error:
        what = str(error)
    if not what:
        return False
    where = str(kind.table.folder / place.name) if isinstance(place, Piece) else f"journal, {place.kind}"
    damage.append(Damage(where, what, place.rows, place.first_n, place.last_n))
    return True


def _wrong_numbers(kinds: list[KindView], head: Head, path: Path) -> Iterator[Damage]:
    """Every number is there once: none twice, and as many as were given out and not forgotten."""
    places = sorted(
        ((kind, place) for kind in kinds for place in kind.places), key=lambda one: one[1].first_n
    )
    found = twice = 0
    for start in range(1, head.n + 1, SPAN):
        inside = [
            _numbers(kind, place).filter(pl.col(N).is_between(start, start + SPAN - 1))
            for kind, place in places
            if place.first_n < start + SPAN and place.last_n >= start
        ]
        if inside:
            numbers = pl.concat(inside)
            found += numbers.height
            twice += numbers.height - numbers[N].n_unique()
    if twice:
        yield Damage(str(path), f"{twice:,} numbers are there twice", twice)
    missing = head.n - head.forgotten - found
    if missing:
        yield Damage(str(path), f"of {head.n - head.forgotten:,} rows, {missing:,} cannot be found", missing)


def _numbers(kind: KindView, place: Piece | Part) -> pl.DataFrame:
    if isinstance(place, Part):
        return place.table().select(N)
    return pl.read_parquet(kind.table.folder / place.name, columns=[N], hive_partitioning=False)
