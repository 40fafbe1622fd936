"""Records: what a store holds, in the order in which it came, as batches and the gaps between them.

Rows are read a window of numbers at a time, so that memory does not grow with the store. A batch is what
came of one type at one time, and nothing else in between: the same rows always make the same batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
from msgspec import Struct

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap
from tastytrade.errors import StoreDamaged
from tastytrade.store.journal_file import Part
from tastytrade.store.kinds import EPOCH, GAP, RECEIVED_NS, N, kind_of
from tastytrade.store.rows import EventColumns, gaps_of
from tastytrade.store.table import Piece
from tastytrade.store.view import KindView

WINDOW = 50_000
"""Numbers that are looked at together."""

Record = EventBatch[Any] | Gap


class Range(Struct, frozen=True):
    """``start_ns <= received < end_ns`` and numbers from ``from_n`` on; of these symbols, or of all."""

    start_ns: int | None = None
    end_ns: int | None = None
    from_n: int = 1
    symbols: frozenset[str] | None = None

    def may_have(self, place: Piece | Part) -> bool:
        """Whether a file or part may have rows of the range."""
        return (
            place.last_n >= self.from_n
            and (self.start_ns is None or place.last_ns >= self.start_ns)
            and (self.end_ns is None or place.first_ns < self.end_ns)
        )

    def places(self, kind: KindView) -> list[Piece | Part]:
        """Files and parts that may have rows of the range, in their order. What is damaged may have any."""
        return [place for place in kind.places if self.may_have(place) or not kind.is_sound(place)]

    def filter(self, *, of_events: bool) -> pl.Expr:
        """What of the rows of a table at rest is in it."""
        chosen = pl.col(N) >= self.from_n
        if self.start_ns is not None:
            chosen &= pl.col(RECEIVED_NS) >= self.start_ns
        if self.end_ns is not None:
            chosen &= pl.col(RECEIVED_NS) < self.end_ns
        if self.symbols is not None and of_events:
            chosen &= pl.col("eventSymbol").is_in(sorted(self.symbols))
        return chosen


class _Shelf:
    """The rows of one kind, taken from the front on."""

    def __init__(self, kind: KindView, wanted: Range, on_damage: Callable[[StoreDamaged], None]) -> None:
        self.kind = kind
        self._wanted = wanted
        self._on_damage = on_damage
        self._places = wanted.places(kind)
        self._rows: pl.DataFrame | None = None

    @property
    def next_n(self) -> int | None:
        """Where it goes on at the earliest; None at its end."""
        places = [one.first_n for one in self._places[:1]]
        if self._rows is not None:
            places.append(self._rows[N][0])
        return min(places, default=None)

    def load(self, before_n: int) -> tuple[int, StoreDamaged | None]:
        """Read what has smaller numbers; gives how far that went, and what it ended with."""
        while self._places and self._places[0].first_n < before_n:
            try:
                self._load(self._places[0])
            except StoreDamaged as error:
                return self._places[0].first_n, error
            self._places.pop(0)
        return before_n, None

    def take(self, before_n: int) -> pl.DataFrame | None:
        """The rows with smaller numbers, in their order; these have been loaded."""
        if self._rows is None:
            return None
        cut = self._rows[N].search_sorted(before_n, side="left")
        taken, rest = self._rows[:cut], self._rows[cut:]
        self._rows = rest if rest.height else None
        return taken if taken.height else None

    def _load(self, place: Piece | Part) -> None:
        try:
            rows = self.kind.read(place)
        except StoreDamaged as error:
            self._on_damage(error)
            return
        rows = rows.filter(self._wanted.filter(of_events=self.kind.kind.event_class is not None))
        if not rows.height:
            return
        self._rows = rows if self._rows is None else pl.concat([self._rows, rows]).sort(N)


def windows_of(
    kinds: list[KindView], wanted: Range, on_damage: Callable[[StoreDamaged], None], *, origin: int = 1
) -> Iterator[dict[str, pl.DataFrame]]:
    """The rows of some kinds in a range, by kind, some thousand numbers at a time, each in order.

    Numbers are taken together from ``origin`` on, wherever the range begins and files do. Raises what
    ``on_damage`` does, after everything that comes before that.
    """
    shelves = [_Shelf(kind, wanted, on_damage) for kind in kinds]
    while True:
        places = [n for shelf in shelves if (n := shelf.next_n) is not None]
        if not places:
            return
        before_n = origin + ((min(places) - origin) // WINDOW + 1) * WINDOW
        failure = None
        for shelf in shelves:
            before_n, stopped_by = shelf.load(before_n)
            failure = stopped_by or failure
        taken = {
            shelf.kind.kind.name: rows for shelf in shelves if (rows := shelf.take(before_n)) is not None
        }
        if taken:
            yield taken
        if failure is not None:
            raise failure


def records_of(
    kinds: list[KindView], wanted: Range, on_damage: Callable[[StoreDamaged], None]
) -> Iterator[Record]:
    """Everything of some kinds in a range, in the order in which it came. Raises what ``on_damage`` does."""
    for taken in windows_of(kinds, wanted, on_damage):
        yield from _in_order(taken)


def _in_order(taken: dict[str, pl.DataFrame]) -> Iterator[Record]:
    """The rows of a window as records."""
    order = pl.concat(
        [
            rows.select(
                N, RECEIVED_NS, EPOCH if EPOCH in rows.columns else pl.lit(0, pl.Int64).alias(EPOCH)
            ).with_columns(pl.lit(at, pl.Int32).alias("kind"))
            for at, rows in enumerate(taken.values())
        ]
    ).sort(N)
    is_new = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(name).shift()) for name in ("kind", RECEIVED_NS, EPOCH)
    )
    runs = order.with_columns(is_new.cum_sum().alias("run")).group_by("run", maintain_order=True)
    names = list(taken)
    gaps = iter(gaps_of(taken[GAP]) if GAP in taken else ())
    columns = {
        name: EventColumns(event_class, rows)
        for name, rows in taken.items()
        if (event_class := kind_of(name).event_class) is not None
    }
    for kind, received_ns, epoch, rows in (
        runs.agg(pl.first("kind"), pl.first(RECEIVED_NS), pl.first(EPOCH), pl.len()).drop("run").iter_rows()
    ):
        name = names[kind]
        if name == GAP:
            for _ in range(rows):
                yield next(gaps)
        else:
            yield columns[name].take(rows, received_ns=received_ns, epoch=epoch)
