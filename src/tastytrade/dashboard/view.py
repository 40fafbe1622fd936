"""View: what one panel shows, kept once for every client that shows it with the same arguments.

A view makes no messages until a client takes some: each gets what changed since the version that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec import Raw, Struct

from tastytrade.dashboard.changing_rows import ChangingRows, Row
from tastytrade.dashboard.messages import format_said
from tastytrade.dashboard.panel_args import Args, as_json
from tastytrade.dashboard.supply import Supply
from tastytrade.tables import Table

EVERY = 0.2
"""Seconds between two looks of a view at what has come, and between two messages of it to a client."""
SLOWLY = 1.0
"""The same for what is dear to compute, and moves slowly."""

Tell = Callable[[], None]
Meta = dict[str, Any]


class Column(Struct, frozen=True):
    """What a column is called, what stands above it, and how its values are written."""

    name: str
    label: str
    kind: str


class Exported(Struct, frozen=True):
    """What a panel shows, as a table for a spreadsheet."""

    header: list[str]
    rows: Iterable[Row]


class View(Protocol):
    """One panel's contents."""

    @property
    def version(self) -> int:
        """Counts changes; 0 while there is nothing to show yet."""

    @property
    def has_something(self) -> bool:
        """Whether it has been filled since it was begun."""

    def said(self, since: int) -> list[str]:
        """The messages for a client that has this version; 0: for one that has nothing."""

    def exported(self) -> Exported: ...

    async def run(self, supply: Supply) -> None:
        """Keep it as it should be until cancelled; from the beginning, when it is run again.

        Raises TastytradeError for what cannot be shown.
        """


class Grid:
    """A table with one row a key, as pages are told of it: whole, then what changed."""

    def __init__(self, panel: str, args: Args, columns: Iterable[Column], *, key: str) -> None:
        self._panel = panel
        self._args = Raw(as_json(args))
        self.columns = list(columns)
        self._key = key
        self._key_at = self.names.index(key)
        self._rows = ChangingRows()
        self._meta: Meta | None = None
        self._at_ms = 0
        self._said: dict[int, list[str]] = {}

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def version(self) -> int:
        return self._rows.version

    @property
    def has_something(self) -> bool:
        """Whether it was anything since it began."""
        return self._meta is not None

    def restart(self) -> None:
        """Forget every row."""
        self._rows.restart()
        self._meta = None
        self._said = {}

    def become(self, rows: Iterable[Row], meta: Meta, *, at_ns: int) -> bool:
        """Be these rows and no others, as of a moment; whether anything is another than before."""
        self._at_ms = at_ns // 1_000_000
        is_changed = self._rows.become((row[self._key_at], row) for row in rows)
        if meta != self._meta:
            self._meta = meta
            if not is_changed:
                self._rows.touch()
                is_changed = True
        if is_changed:
            self._said = {}
        return is_changed

    def said(self, since: int) -> list[str]:
        """The message for whoever has a version; made once for all who are as far."""
        if since not in self._said:
            self._said[since] = [self._message(since)]
        return self._said[since]

    def exported(self) -> Exported:
        return Exported(self.names, self._rows.values())

    def _message(self, since: int) -> str:
        meta = {**(self._meta or {}), "at_ms": self._at_ms}
        if self._rows.is_whole(since):
            return format_said(
                "table",
                panel=self._panel,
                args=self._args,
                columns=self.columns,
                key=self._key,
                rows=self._rows.values(),
                meta=meta,
            )
        rows, gone = self._rows.since(since)
        return format_said("rows", panel=self._panel, rows=rows, gone=gone, meta=meta)


def newest_of(table: Table, symbols: Iterable[str], names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of a table of last values some columns of some symbols: by column, then symbol; moments in Unix ns.

    Nothing here asks the engine of polars, which computes in threads of its own: while a thread of ours has
    it compute a chain, the event loop would wait for it.
    """
    wanted = set(symbols)
    places = {name: at for at, name in enumerate(table["eventSymbol"].to_list()) if name in wanted}
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        values = table[name].to_physical()
        found[name] = {symbol: values[at] for symbol, at in places.items()}
    return found
