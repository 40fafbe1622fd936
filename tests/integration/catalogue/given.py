"""A source of events that gives what a test puts into it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from tastytrade.dxfeed import EventBatch, Gap
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import FeedError
from tastytrade.ledger import Ledger
from tastytrade.source import EventTypes, Reader, State, StateChange

Record = EventBatch[Any] | Gap


class GivenReader:
    """The only reader; it holds ``most`` records, and then its source waits."""

    def __init__(self, entries: tuple[Entry, ...], most: int) -> None:
        self.entries = entries
        self.gaps: list[Gap] = []
        self._records: asyncio.Queue[Record | None] = asyncio.Queue(most)
        self.is_closed = False

    async def put(self, record: Record | None) -> None:
        await self._records.put(record)

    async def batches(self, *, duration: float | None = None) -> AsyncIterator[EventBatch[Any]]:
        async for record in self.records(duration=duration):
            if isinstance(record, EventBatch):
                yield record

    async def records(self, *, duration: float | None = None) -> AsyncIterator[Record]:
        del duration
        while not (self.is_closed and self._records.empty()):
            record = await self._records.get()
            if record is None:
                return
            yield record

    def close(self) -> None:
        self.is_closed = True
        if self._records.empty():
            self._records.put_nowait(None)


class Given:
    """An EventSource. ``give()`` waits while its reader does not read; ``given`` counts events."""

    origin = "live"
    feed_level: str | None = "simulated"

    def __init__(self, *, most: int = 1000) -> None:
        self.given = 0
        self._most = most
        self._restored = asyncio.Event()
        self._failure: FeedError | None = None
        self.reader: GivenReader | None = None

    @property
    def state(self) -> StateChange:
        return StateChange(State.LIVE, "", time.time_ns())

    @property
    def subscribe(self) -> Callable[..., Reader]:
        return self._subscribe

    def _subscribe(self, event_types: EventTypes, symbols: Iterable[str], **_options: Any) -> GivenReader:
        names = [getattr(one, "__name__", str(one)) for one in event_types]  # type: ignore[union-attr]
        wanted = list(symbols)
        entries = tuple(Entry(name, symbol) for name in names for symbol in wanted)
        self.reader = GivenReader(entries, self._most)
        return self.reader

    async def give(self, record: Record) -> None:
        assert self.reader is not None
        await self.reader.put(record)
        self.given += len(record) if isinstance(record, EventBatch) else 0

    async def end(self) -> None:
        assert self.reader is not None
        await self.reader.put(None)

    def restore(self) -> None:
        """From now on everything that is wanted is given."""
        self._restored.set()

    async def restored(self, *, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as sources have it
        async with asyncio.timeout(timeout):
            await self._restored.wait()
        return True

    def ledger(self) -> Ledger:
        return Ledger(received={}, readable={}, quarantined={}, delivered={}, queued=0)  # type: ignore[call-arg]
