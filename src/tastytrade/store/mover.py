"""StoreMover: rows from the journal of a store into its tables."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from threading import Lock

import polars as pl

from tastytrade.store.disk import told
from tastytrade.store.journal import Journal
from tastytrade.store.manifest import Manifest
from tastytrade.store.mending import finish_forgetting
from tastytrade.store.view import look, table_of

MOST_ROWS = 250_000
"""Rows of one file at most: they are in memory when it is written."""


class StoreMover:
    """What takes rows from the journal of a store into its tables; ``in_journal`` is how many wait there."""

    def __init__(self, path: Path, manifest: Manifest, journal: Journal) -> None:
        self._path = path
        self._manifest = manifest
        self._journal = journal
        finish_forgetting(path, manifest, journal)
        kinds = look(path, manifest).kinds
        self._counting = Lock()
        self.in_journal = Counter({name: kind.rows_in_journal for name, kind in kinds.items()})
        # Whoever was killed may have taken them into a table without letting go of them here.
        journal.forget({name: kind.taken for name, kind in kinds.items()})

    def count(self, name: str, rows: int) -> None:
        """There are so many more rows of a kind in the journal; one thread commits, another moves."""
        with self._counting:
            self.in_journal[name] += rows

    def move(self, name: str, rows: int) -> int:
        """Take about so many rows of a kind; gives how many."""
        table, left = table_of(self._path, name, self._manifest), rows
        while left > 0:
            parts = self._journal.waiting(name, after=table.contents().taken, rows=MOST_ROWS)
            if not parts:
                break
            with told(self._path, "moving rows to a table"):
                self._journal.sync()
            table.add(pl.concat([part.table() for part in parts]), taken=parts[-1].seq)
            self._journal.forget({name: parts[-1].seq})
            found = sum(part.rows for part in parts)
            self.count(name, -found)
            left -= found
        return rows - left

    def move_all(self) -> None:
        """Take everything."""
        for name, rows in tuple(self.in_journal.items()):
            self.move(name, rows)
