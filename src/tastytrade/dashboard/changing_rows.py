"""ChangingRows: rows by key, and which of them changed since any version, so that each client gets its own
difference and nothing waits for a client: what it has not taken is the newest when it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Row = tuple[Any, ...]
Key = str | int | float

GONE = 1_000
"""Keys that went and are remembered; who is behind more of them gets everything anew."""


class ChangingRows:
    """``version`` counts changes; 0 is before the first."""

    def __init__(self) -> None:
        self.version = 0
        self._rows: dict[Key, Row] = {}
        self._changed: dict[Key, int] = {}
        """The version of each row, the newest last."""
        self._gone: dict[Key, int] = {}
        self._whole_since = 0
        """Whoever has an older version needs everything."""

    def __len__(self) -> int:
        return len(self._rows)

    def values(self) -> list[Row]:
        """Every row, in the order of their keys' first coming, or that of ``replace``."""
        return list(self._rows.values())

    def put(self, rows: Iterable[tuple[Key, Row]], *, gone: Iterable[Key] = ()) -> bool:
        """Put rows over those there are; whether anything is another than before."""
        version = self.version + 1
        is_changed = False
        for key, row in rows:
            if self._rows.get(key) != row:
                self._rows[key] = row
                self._changed.pop(key, None)
                self._changed[key] = version
                self._gone.pop(key, None)
                is_changed = True
        for key in gone:
            if self._rows.pop(key, None) is not None:
                self._changed.pop(key, None)
                self._gone[key] = version
                is_changed = True
        if len(self._gone) > GONE:
            self._gone.clear()
            self._whole_since = version
        if is_changed:
            self.version = version
        return is_changed

    def become(self, rows: Iterable[tuple[Key, Row]]) -> bool:
        """Be these rows and no others; whether anything is another than before."""
        wanted = dict(rows)
        return self.put(wanted.items(), gone=[key for key in self._rows if key not in wanted])

    def touch(self) -> None:
        """Something beside the rows is another than before."""
        self.version += 1

    def restart(self) -> None:
        """Forget every row: everybody gets everything anew."""
        self.version += 1
        self._whole_since = self.version
        self._rows, self._changed, self._gone = {}, {}, {}

    def is_whole(self, since: int) -> bool:
        """Whether whoever has this version needs everything."""
        return since < max(self._whole_since, 1)

    def since(self, version: int) -> tuple[list[Row], list[Key]]:
        """The rows that changed since a version, in order of change, and the keys that went."""
        changed: list[Row] = []
        for key in reversed(self._changed):
            if self._changed[key] <= version:
                break
            changed.append(self._rows[key])
        changed.reverse()
        return changed, [key for key, at in self._gone.items() if at > version]
