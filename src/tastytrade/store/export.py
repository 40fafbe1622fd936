"""Export: the events of one type, or the gaps, as one file that other programs read.

Events are written as they are read, in the order in which they came. Sorting them all at once would take
memory for them all: 0.9 GB for three million quotes, 0.3 GB this way however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from tastytrade.dxfeed import Event, EventType, event_class
from tastytrade.dxfeed.symbol_list import one_or_several
from tastytrade.errors import ConfigurationError, StoreDamaged, StoreError
from tastytrade.store.kinds import RECEIVED_NS
from tastytrade.store.moment import Moment, nanoseconds
from tastytrade.store.records import Range, windows_of
from tastytrade.store.store import Store
from tastytrade.store.view import KindView, look
from tastytrade.tables.schema import TIMESTAMP, TIMESTAMP_TYPE

SUFFIXES = (".parquet", ".csv", ".ndjson")
"""What the name of a file may end in, and with that its format."""
LOOK_AFTER = 0.2
"""Seconds between two looks at whether it is done, where nothing wakes who waits."""


def export_events(
    store: Store,
    event_type: EventType | str | type[Event],
    path: Path,
    *,
    symbols: str | Iterable[str] | None = None,
    start: Moment | None = None,
    end: Moment | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the events of one type to a file, with the columns of ``Store.scan``; gives how many.

    Choose as for ``Store.scan``. ``progress`` is told how many rows were written so far. The file is there
    when it is complete, and replaces one of its name. Raises ConfigurationError for a format that is none,
    StoreDamaged, and StoreError when the disk does not take it.
    """
    chosen = None if symbols is None else frozenset(one_or_several(symbols))
    wanted = Range(nanoseconds(start, "start"), nanoseconds(end, "end"), 1, chosen)
    source = _Source(store, event_class(event_type), wanted, progress)
    rows = register_io_source(source.windows, schema=source.schema, is_pure=True)
    # In a thread, because polars hears no signal but that of Ctrl-C, and that late.
    with ThreadPoolExecutor(1, "tastytrade-export") as thread:
        writing = thread.submit(_write, rows, path)
        try:
            while wait([writing], timeout=LOOK_AFTER).not_done:
                pass
        except BaseException:
            source.is_stopped = True
            raise
    try:
        writing.result()
    except StoreError:
        if source.error is not None:
            raise source.error from None
        raise
    return source.rows


def export_gaps(store: Store, path: Path) -> int:
    """Write the gaps table to a file; gives how many there are. Lists are words in CSV. Raises as
    ``export_events``."""
    gaps = store.gaps()
    if path.suffix == ".csv":
        gaps = gaps.with_columns(pl.col(pl.List(pl.String)).list.join(" "))
    _write(gaps.lazy(), path)
    return gaps.height


class _Source:
    """Gives rows to polars, some thousand at a time, and keeps what made it end early: polars would tell
    that in its own words."""

    def __init__(
        self, store: Store, event_type: type[Event], wanted: Range, progress: Callable[[int], None]
    ) -> None:
        self.schema = store.scan(event_type).collect_schema()
        self.rows = 0
        self.error: StoreDamaged | None = None
        self.is_stopped = False
        """Whether nobody waits for it any more."""
        self._kind = look(store.path, store.manifest).kinds.get(event_type.__name__)
        self._wanted = wanted
        self._progress = progress

    def windows(
        self,
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        """What polars asks for. It is asked to write everything, and so asks for that."""
        if self._kind is None:
            return
        try:
            yield from self._read(self._kind)
        except StoreDamaged as error:
            self.error = error
            raise

    def _read(self, kind: KindView) -> Iterator[pl.DataFrame]:
        received = pl.col(RECEIVED_NS).cast(TIMESTAMP_TYPE).alias(TIMESTAMP)
        for window in windows_of([kind], self._wanted, _raise):
            for rows in window.values():
                if self.is_stopped:
                    raise StoreError("the export was stopped")
                self.rows += rows.height
                self._progress(self.rows)
                yield rows.with_columns(received).select(*self.schema)


def _raise(error: StoreDamaged) -> None:
    raise error


def _write(rows: pl.LazyFrame, path: Path) -> None:
    """Write a table as it comes, in the format that the file's name says."""
    if path.suffix not in SUFFIXES:
        raise ConfigurationError(f"{path}: the name must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    with _complete(path) as part:
        match path.suffix:
            case ".parquet":
                rows.sink_parquet(part, compression="zstd")
            case ".csv":
                rows.sink_csv(part)
            case _:
                rows.sink_ndjson(part)


@contextmanager
def _complete(path: Path) -> Iterator[Path]:
    """Where to write meanwhile: that gets the file's name at the end, and goes when something fails."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
        raise StoreError(
            f"{path} cannot be written ({reason}): see that there is room, and leave to write"
        ) from None
    finally:
        part.unlink(missing_ok=True)
