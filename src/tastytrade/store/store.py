"""Store: captured market data on disk, to be read: as polars tables, and in the order in which it came."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct

from tastytrade.dxfeed import EVENT_CLASSES, Event, EventType, event_class
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxfeed.symbol_list import one_or_several
from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.store.candles import Of, candles_of
from tastytrade.store.chains import kept_chain, kept_chains
from tastytrade.store.journal_file import Part
from tastytrade.store.kinds import EPOCH, GAP, RECEIVED_NS, N
from tastytrade.store.manifest import Manifest, read_manifest
from tastytrade.store.moment import Moment, nanoseconds
from tastytrade.store.records import Range, Record, records_of, windows_of
from tastytrade.store.rows import gaps_of
from tastytrade.store.table import Piece
from tastytrade.store.verify import Report, verify
from tastytrade.store.view import KindView, View, look, times_of
from tastytrade.tables.gaps import gaps_table
from tastytrade.tables.schema import SYMBOL, TIMESTAMP, TIMESTAMP_TYPE, schema_of

log = logging.getLogger(__name__)


class Bounds(Struct, frozen=True):
    """From which to which number and receive time (Unix ns) a store goes, how many rows of each event type,
    and how many records of gaps."""

    first_n: int
    last_n: int
    first_ns: int
    last_ns: int
    rows: dict[str, int]
    gaps: int


class Store:
    """A folder that somebody captures to, or did; each question sees what was committed until then.

    check         look at every file before its first use whether it holds what was written to it. That reads
                  it once more; without, only ``verify`` finds out
    skip_damaged  read what is left when a file is damaged (a warning names what is missing), instead of
                  raising StoreDamaged

    Raises StoreError when there is no store, or one of a later version of this package.
    """

    def __init__(self, path: str | Path, *, check: bool = True, skip_damaged: bool = False) -> None:
        self.path = Path(path)
        self._check = check
        self._skip_damaged = skip_damaged
        self._checked: set[Path] = set()
        _ = self.manifest

    @property
    def manifest(self) -> Manifest:
        """What it is, and who wrote to it when."""
        found = read_manifest(self.path)
        if found is None:
            there = "is no store" if self.path.exists() else "is not there"
            raise StoreError(
                f"{self.path} {there}: name the folder that was captured to (it has a store.json)"
            )
        return found

    @property
    def event_types(self) -> list[type[Event]]:
        """Those that it has events of."""
        return [EVENT_CLASSES[name] for name in self._look().kinds if name != GAP]

    def symbols(self, event_type: EventType | str | type[Event]) -> list[str]:
        """The symbols that it has events of a type of, sorted."""
        scanned = self.scan(event_type).select(SYMBOL).unique().sort(SYMBOL)
        return scanned.collect()[SYMBOL].to_list()

    def bounds(self) -> Bounds | None:
        """How far it goes; None while there is nothing in it."""
        view = self._look()
        places = [place for kind in view.kinds.values() for place in kind.places]
        if not places:
            return None
        first_ns, last_ns = times_of(places)
        rows = {name: kind.rows for name, kind in view.kinds.items() if name != GAP}
        gaps = view.kinds[GAP].rows if GAP in view.kinds else 0
        first_n = min(place.first_n for place in places)
        return Bounds(first_n, max(place.last_n for place in places), first_ns, last_ns, rows, gaps)

    # As tables.

    def scan(
        self,
        event_type: EventType | str | type[Event],
        *,
        symbols: str | Iterable[str] | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
    ) -> pl.LazyFrame:
        """The events of one type as a lazy table: that of a ``TableBuilder``, and ``n`` and ``epoch``.

        symbols     of these only
        start, end  received from ``start`` on and before ``end``: aware datetimes, or Unix nanoseconds

        Rows come in no order: ``sort("n")`` is the one in which they came. ``timestamp`` is when.
        """
        cls = event_class(event_type)
        wanted = _range(symbols, start, end)
        kind = self._look().kinds.get(cls.__name__)
        return _as_table(cls, self._scanned(kind, wanted)) if kind else _nothing(cls)

    def latest(
        self,
        event_type: EventType | str | type[Event],
        *,
        symbols: str | Iterable[str] | None = None,
        at: Moment | None = None,
    ) -> pl.DataFrame:
        """The newest event of each symbol, or that at a moment, sorted by symbol; columns as ``scan``."""
        scanned = self.scan(event_type, symbols=symbols, end=None if at is None else _after(at))
        newest = scanned.group_by(SYMBOL).agg(pl.col(N).max()).select(N).collect()[N]
        return scanned.filter(pl.col(N).is_in(newest.implode())).sort(SYMBOL).collect()

    def candles(
        self,
        symbols: str | Iterable[str],
        period: str = "1m",
        *,
        of: Of = "prints",
        start: Moment | None = None,
        end: Moment | None = None,
    ) -> pl.DataFrame:
        """Candles of captured events, by symbol and time, and for each how much of its time is not covered.

        period   as polars spells it: "1s", "1m", "5m", "1h", "1d"
        of       "prints" (TimeAndSale, with volume) or "mid" (the middle of Quote's prices)

        Columns: eventSymbol, time (UTC, the period's beginning), open, high, low, close, volume (null of
        mids), count, and gap_seconds: so many seconds of it lie in gaps that history has not healed. A
        period that lies in a gap and has no events is there, without prices.
        """
        names = one_or_several(symbols)
        source = "Quote" if of == "mid" else "TimeAndSale"
        events = self.scan(source, symbols=names, start=start, end=end)
        gaps = [gap for gap in self._gaps() if source in gap.event_types]
        until_ns = self._look().head.received_ns
        return candles_of(events, names, period, of=of, gaps=gaps, until_ns=until_ns)

    def gaps(self) -> pl.DataFrame:
        """Where events may be missing: ``gaps_table`` of each gap as it is known now."""
        return gaps_table(self._gaps())

    # In order.

    def records(
        self,
        *,
        event_types: Iterable[EventType | str | type[Event]] | None = None,
        symbols: str | Iterable[str] | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        from_n: int = 1,
    ) -> Iterator[Record]:
        """Batches and the gaps between them, in the order in which they came, in bounded memory.

        A batch's ``numbers`` are the store's. First come the gaps that began before and reach into the
        range, as they were known then. Choose as for ``scan``; ``from_n`` is the number to begin with.
        """
        wanted = _range(symbols, start, end, from_n=from_n)
        chosen = None if event_types is None else {event_class(one).__name__ for one in event_types}
        kinds = [
            kind for name, kind in self._look().kinds.items() if chosen is None or name in {*chosen, GAP}
        ]
        found = records_of(kinds, wanted, self._on_damage)
        if wanted.start_ns is None and wanted.from_n <= 1:
            yield from found
            return
        first = next(found, None)
        yield from self._reaching_in(wanted, first)
        if first is not None:
            yield first
            yield from found

    def content_hash(self) -> str:
        """A digest of every event and gap in the order in which they came; of nothing else.

        Equal for stores with equal contents, however these were written, moved and compacted.
        """
        digest = hashlib.blake2b(digest_size=16)
        kinds = list(self._look().kinds.values())
        first_n = min((kind.places[0].first_n for kind in kinds), default=1)
        doubles = pl.selectors.float().cast(pl.String)
        for window in windows_of(kinds, Range(), self._on_damage, origin=first_n):
            for name in sorted(window):
                rows = window[name].with_columns(pl.col(N) - first_n, doubles)
                digest.update(f"{name} {rows.height}\n{rows.write_ndjson()}".encode())
        return digest.hexdigest()

    def verify(self, *, progress: Callable[[str], None] = lambda _: None) -> Report:
        """Look at everything: whether each file and part holds what was written to it, and whether every
        number that was given to an event or gap is there once. ``progress`` is told what is looked at.
        """
        return verify(self.path, self.manifest, progress=progress)

    # What was kept with it.

    def chain(self, underlying: str) -> dict[str, Any] | None:
        """The nested option chain of an underlying as the service gave it; None when it was not kept."""
        return kept_chain(self.path, underlying)

    def chains(self) -> list[str]:
        """The underlyings of which a chain was kept."""
        return kept_chains(self.path)

    def __repr__(self) -> str:
        return f"<Store {self.path}>"

    # Reading.

    def _look(self) -> View:
        return look(self.path, self.manifest, skip_damaged=self._skip_damaged)

    def _scanned(self, kind: KindView, wanted: Range) -> pl.LazyFrame:
        places = wanted.places(kind)
        files = [self._good(kind, piece) for piece in places if isinstance(piece, Piece)]
        frames = [
            pl.scan_parquet(
                [path for path in files if path is not None],
                schema=kind.kind.schema,
                missing_columns="insert",
                extra_columns="ignore",
                hive_partitioning=False,
            )
        ] * any(path is not None for path in files)
        parts = [self._rows_of(kind, part) for part in places if isinstance(part, Part)]
        frames += [rows.lazy() for rows in parts if rows is not None]
        if not frames:
            return pl.LazyFrame(schema=kind.kind.schema)
        return pl.concat(frames).filter(wanted.filter(of_events=True))

    def _rows_of(self, kind: KindView, part: Part) -> pl.DataFrame | None:
        """The rows of a part, when they are what was written."""
        try:
            return kind.read(part)
        except StoreDamaged as error:
            self._on_damage(error)
            return None

    def _good(self, kind: KindView, piece: Piece) -> Path | None:
        """The file, when it is what was written."""
        path = kind.table.folder / piece.name
        if self._check and path not in self._checked:
            try:
                kind.check(piece)
            except StoreDamaged as error:
                self._on_damage(error)
                return None
            self._checked.add(path)
        return path

    def _gaps(self) -> list[Gap]:
        """Each gap as it is known now, in the order in which they began."""
        return list({gap.number: gap for gap in self._gap_versions(Range())}.values())

    def _gap_versions(self, wanted: Range) -> list[Gap]:
        kind = self._look().kinds.get(GAP)
        if kind is None:
            return []
        windows = windows_of([kind], wanted, self._on_damage)
        return [gap for window in windows for gap in gaps_of(window[GAP])]

    def _reaching_in(self, wanted: Range, first: Record | None) -> Iterator[Gap]:
        """Gaps told of before the range that end in it, or later, or not at all."""
        kind = self._look().kinds.get(GAP)
        if kind is None:
            return
        before: dict[int, Gap] = {}
        for window in windows_of([kind], Range(), self._on_damage):
            rows = window[GAP]
            earlier = rows.filter(~wanted.filter(of_events=False))
            if wanted.end_ns is not None:
                earlier = earlier.filter(pl.col(RECEIVED_NS) < wanted.end_ns)
            before |= {gap.number: gap for gap in gaps_of(earlier)}
        start_ns = wanted.start_ns
        if start_ns is None and first is not None:
            start_ns = first.from_ns if isinstance(first, Gap) else first.received_ns
        for gap in before.values():
            if gap.to_ns is None or (start_ns is not None and gap.to_ns > start_ns):
                yield gap

    def _on_damage(self, error: StoreDamaged) -> None:
        if not self._skip_damaged:
            raise error
        log.warning("%s", error)


def _range(
    symbols: str | Iterable[str] | None, start: Moment | None, end: Moment | None, *, from_n: int = 1
) -> Range:
    chosen = None if symbols is None else frozenset(one_or_several(symbols))
    return Range(nanoseconds(start, "start"), nanoseconds(end, "end"), from_n, chosen)


def _after(at: Moment) -> int:
    return (nanoseconds(at, "at") or 0) + 1


def _as_table(cls: type[Event], scanned: pl.LazyFrame) -> pl.LazyFrame:
    """A table at rest as tables are: with ``timestamp``."""
    received = pl.col(RECEIVED_NS).cast(TIMESTAMP_TYPE).alias(TIMESTAMP)
    return scanned.with_columns(received).select(*schema_of(cls), N, EPOCH)


def _nothing(cls: type[Event]) -> pl.LazyFrame:
    return pl.LazyFrame(schema={**schema_of(cls), N: pl.Int64(), EPOCH: pl.Int64()})
