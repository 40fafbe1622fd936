"""WebService: the second door. Asks dxFeed's REST service what a feed would be asked once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from tastytrade.admission import Admission
from tastytrade.dxfeed import Candle, Event, EventBatch, EventType, event_class
from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.dxfeed.symbol_list import one_or_several, symbol_list
from tastytrade.errors import CredentialsRejected
from tastytrade.oneshot.current import is_blank
from tastytrade.oneshot.feed import together
from tastytrade.oneshot.history import Range, range_of
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.oneshot.symbols import candle_symbol, history_class
from tastytrade.rest.answer import read
from tastytrade.rest.secret import Secret
from tastytrade.transport.http import HttpDoor
from tastytrade.webservice import WebEvents, events_base, events_call

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)

AT_A_TIME = 100
"""Symbols of one request, whose line would otherwise grow longer than servers take."""
REQUESTS_AT_ONCE = 4


class WebService:
    """``snapshot``, ``history`` and ``candles`` over HTTP, at an address such as https://host/webservice.

    A service that wants to know who asks is shown the quote token of ``admission``.
    """

    def __init__(self, url: str, admission: Admission | None = None) -> None:
        self._door = HttpDoor(events_base(url))
        self._admission = admission
        self._wants_token = False
        self._room = asyncio.Semaphore(REQUESTS_AT_ONCE)

    async def aclose(self) -> None:
        await self._door.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def snapshot(
        self, event_type: type[Event] | EventType | str, symbols: Iterable[str]
    ) -> Snapshot[Any]:
        """The current event of each symbol. Raises RequestError."""
        names = symbol_list(symbols)
        return await self._ask(event_class(event_type), {name: name for name in names}, Range())

    async def history(
        self,
        event_type: type[Event] | EventType | str,
        symbols: str | Iterable[str],
        *,
        start: datetime,
        end: datetime | None = None,
    ) -> Snapshot[Any]:
        """The events of a time series, as the service has them: it does not say where it cuts.

        Raises RequestError, or Incomplete when a symbol has no answer.
        """
        names = one_or_several(symbols)
        cls = history_class(event_type, names)
        found = await self._ask(cls, {name: name for name in names}, range_of(start, end))
        return found.require()

    async def candles(
        self,
        symbols: str | Iterable[str],
        interval: str,
        *,
        start: datetime,
        end: datetime | None = None,
    ) -> Snapshot[Candle]:
        """Candles, as ``history`` gives them."""
        names = one_or_several(symbols)
        wire = {name: candle_symbol(name, interval) for name in names}
        found: Snapshot[Candle] = await self._ask(Candle, wire, range_of(start, end))
        return found.require()

    async def _ask(self, cls: type[E], wire: Mapping[str, str], within: Range) -> Snapshot[E]:
        symbols = list(dict.fromkeys(canonical_candle_symbol(symbol) for symbol in wire.values()))
        answers = await together(
            self._part(cls, symbols[first : first + AT_A_TIME], within)
            for first in range(0, len(symbols), AT_A_TIME)
        )
        received_ns = time.time_ns()
        found: dict[str, list[Any]] = {
            canonical_candle_symbol(symbol): events
            for answer in answers
            for symbol, events in answer.by_symbol.items()
        }
        status: dict[str, Status] = {}
        rows: dict[str, list[E]] = {}
        for name, symbol in wire.items():
            events = found.get(canonical_candle_symbol(symbol))
            if events is None:
                status[name] = Status.SILENT
                continue
            rows[name] = _chosen(cls, events, within)
            status[name] = Status.OK if rows[name] else Status.NO_DATA
        batches = [EventBatch.from_events(some, received_ns=received_ns) for some in rows.values() if some]
        return Snapshot(cls, status, rows, batches)

    async def _part(self, cls: type[Event], symbols: list[str], within: Range) -> WebEvents:
        async with self._room:
            admission = self._admission
            if admission is None:
                return await self._send(cls, symbols, within, None)
            if not self._wants_token:
                try:
                    return await self._send(cls, symbols, within, None)
                except CredentialsRejected:
                    self._wants_token = True
            return await self._send(cls, symbols, within, (await admission.quote_token()).token)

    async def _send(
        self, cls: type[Event], symbols: list[str], within: Range, token: Secret | None
    ) -> WebEvents:
        call = events_call(cls, symbols, start_ms=within.start_ms, end_ms=within.end_ms, token=token)
        found = read(call, await self._door.send(call))
        for bad in found.quarantined:
            log.warning("%d %s left out: %s", bad.rows, bad.event_type, bad.reason)
        return found


def _chosen(cls: type[Event], events: list[Any], within: Range) -> list[Any]:
    """The events that say something; of a time series those within the range, ascending."""
    said = [event for event in events if not is_blank(event)]
    if not cls.time_series:
        return said
    within_range = (event for event in said if within.holds(event.time))
    return sorted(within_range, key=lambda event: (event.time, event.index))
