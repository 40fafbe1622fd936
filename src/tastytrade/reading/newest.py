"""Newest: the newest index that a reader has had of each symbol of each event type."""

from __future__ import annotations

from collections.abc import Sequence

Symbol = tuple[str, str]
"""Event type and symbol."""


class Newest:
    """Of a symbol without events there is none. Indexes are never negative."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, int]] = {}
        self._of_all: dict[str, int] = {}

    def get(self, symbol: Symbol) -> int | None:
        """That of a symbol."""
        return self._of.get(symbol[0], {}).get(symbol[1])

    def of_type(self, event_type: str) -> int | None:
        """That of all symbols of an event type."""
        return self._of_all.get(event_type)

    def all(self) -> dict[Symbol, int]:
        """That of every symbol, as it is now."""
        return {(name, symbol): index for name, of in self._of.items() for symbol, index in of.items()}

    def note(self, event_type: str, symbols: Sequence[str], indexes: list[int]) -> None:
        """Events have come. Mostly they are in order, and newer than all before, which is soon seen."""
        if not indexes:
            return
        of = self._of.setdefault(event_type, {})
        newest = self._of_all.get(event_type, -1)
        if indexes[0] >= newest and indexes == sorted(indexes):
            of.update(zip(symbols, indexes, strict=True))
            self._of_all[event_type] = indexes[-1]
            return
        for symbol, index in zip(symbols, indexes, strict=True):
            if index > of.get(symbol, -1):
                of[symbol] = index
        self._of_all[event_type] = max(newest, *indexes)
