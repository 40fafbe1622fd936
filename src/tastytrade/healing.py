"""Healing: after a gap, prints that were missed are asked for from history, where the server has one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from tastytrade.dxfeed import EventBatch, event_class
from tastytrade.dxfeed.gap import Gap
from tastytrade.oneshot.ask import AskOnce
from tastytrade.oneshot.history import Range, histories
from tastytrade.oneshot.room import Room
from tastytrade.oneshot.snapshot import Status
from tastytrade.reading.newest import Symbol
from tastytrade.subscription import Subscription

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Symbols whose history is asked for together; the next ones when the reader has read these. Half of what a
server takes: whoever asks for a history meanwhile must not wait."""
_WHOLE = {Status.OK, Status.NO_DATA}

_Missing = dict[Symbol, tuple[int, list[Gap]]]
"""Symbols of which something is missing: since when (Unix ms), and the gaps it is missing from."""


class Healing:
    """``number`` gives the ingest numbers of what is put in, for a number of rows.

    A reader's gaps are healed together: a symbol is asked for once, since the first of them.
    """

    def __init__(self, feed: AskOnce, number: Callable[[int], range]) -> None:
        self._feed = feed
        self._number = number
        self._room = Room(AT_ONCE)
        self._without: set[str] = set()
        """Event types of which this server has no history: none of the first symbols was answered."""
        self._missing: dict[Subscription[Any], _Missing] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def heal(self, subscription: Subscription[Any], gap: Gap, since: dict[Symbol, int]) -> None:
        """Ask for what a reader has missed, of each symbol since when (Unix ms), and give it to it."""
        missing = self._missing.get(subscription)
        is_new = missing is None
        if missing is None:
            missing = self._missing[subscription] = {}
        for symbol, start_ms in since.items():
            start, gaps = missing.get(symbol, (start_ms, []))
            missing[symbol] = (min(start, start_ms), [*gaps, gap])
        if is_new:
            task = asyncio.get_running_loop().create_task(
                self._heal(subscription, missing), name="tastytrade-heal"
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Give up what has not come yet."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _heal(self, subscription: Subscription[Any], missing: _Missing) -> None:
        try:
            while missing and not subscription.is_closed:
                some = [(symbol, *missing.pop(symbol)) for symbol in list(missing)[:AT_ONCE]]
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(self._ask(subscription, *one)) for one in some]
                if all(task.result() is Status.SILENT for task in tasks):
                    self._without |= {name for (name, _), *_ in some}
                await subscription.drained()
        finally:
            del self._missing[subscription]

    async def _ask(
        self, subscription: Subscription[Any], symbol: Symbol, start_ms: int, gaps: list[Gap]
    ) -> Status:
        """Ask for one symbol; what came of it."""
        name, wire = symbol
        rows, status = None, Status.SILENT
        if name not in self._without and subscription.wants(symbol):
            try:
                found = await histories(
                    self._feed, event_class(name), {wire: wire}, Range(start_ms), room=self._room
                )
            except Exception as error:  # noqa: BLE001 - the feed's end, of which every reader is told
                status = Status.NOT_ASKED
                log.debug("gaps in %s of %s stay open: %s", name, wire, error)
            else:
                status = found.status[wire]
                if events := found[wire]:
                    rows = EventBatch.from_events(events, received_ns=time.time_ns())
                    rows.numbers = self._number(len(rows))
        for gap in gaps:
            subscription.give(gap, symbol, rows, is_whole=status in _WHOLE)
        return status
