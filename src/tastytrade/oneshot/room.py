"""Room: how many histories are asked for at a time on one channel, and whose rows are arriving there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 16
"""Histories asked for at a time on a channel: one client counted about 20 until servers said no."""


class Room:
    """Places for histories, in the order they were asked for, which is the order servers answer them in."""

    def __init__(self, places: int = AT_ONCE) -> None:
        self._places = asyncio.Semaphore(places)
        self._entered = 0
        self._rows: dict[int, int] = {}

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """A place, when there is one."""
        async with self._places:
            self._entered += 1
            place = Place(self._entered, self._rows)
            try:
                yield place
            finally:
                place.leave()


class Place:
    """One history's place."""

    def __init__(self, number: int, rows: dict[int, int]) -> None:
        self._number = number
        self._rows = rows
        rows[number] = 0

    def arrived(self, rows: int) -> None:
        """Note rows of its snapshot."""
        self._rows[self._number] += rows

    @property
    def rows_before(self) -> int:
        """Rows so far of histories asked for before it: while this changes, it is not its turn yet."""
        return sum(rows for number, rows in self._rows.items() if number < self._number)

    def leave(self) -> None:
        del self._rows[self._number]
