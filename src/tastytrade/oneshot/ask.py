"""AskOnce: what any live source can be asked once: current values, histories, candles, chain tables.

Keeps the questions of one source within what its server allows at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

from tastytrade.dxfeed import Candle, Event, EventType, event_class
from tastytrade.dxfeed.symbol_list import one_or_several, symbol_list
from tastytrade.errors import ConfigurationError
from tastytrade.oneshot.chain import Narrowed, options_of, sides_of
from tastytrade.oneshot.current import PARTS_AT_ONCE, current_values
from tastytrade.oneshot.feed import Feed
from tastytrade.oneshot.history import SILENCE, Range, histories, range_of
from tastytrade.oneshot.progress import Tell
from tastytrade.oneshot.room import Room
from tastytrade.oneshot.snapshot import Snapshot
from tastytrade.oneshot.symbols import candle_symbol, history_class
from tastytrade.rest.call import AsyncRunner

if TYPE_CHECKING:
    from tastytrade.instruments import Option, OptionChain
    from tastytrade.tables import Table

E = TypeVar("E", bound=Event)


class AskOnce(Feed):
    """What descends from it and can be subscribed to can be asked. ``runner`` asks REST for chains."""

    def __init__(self, runner: AsyncRunner | None = None) -> None:
        self._runner = runner
        self._parts = asyncio.Semaphore(PARTS_AT_ONCE)
        self._histories = Room()

    @overload
    async def snapshot(
        self,
        event_type: type[E],
        symbols: Iterable[str],
        *,
        timeout: float | None = None,
        source: str | None = None,
        progress: Tell | None = None,
    ) -> Snapshot[E]: ...

    @overload
    async def snapshot(
        self,
        event_type: EventType | str,
        symbols: Iterable[str],
        *,
        timeout: float | None = None,
        source: str | None = None,
        progress: Tell | None = None,
    ) -> Snapshot[Event]: ...

    async def snapshot(
        self,
        event_type: type[Event] | EventType | str,
        symbols: Iterable[str],
        *,
        timeout: float | None = None,
        source: str | None = None,
        progress: Tell | None = None,
    ) -> Snapshot[Any]:
        """What is known now of some symbols, with a status each: last values, or the set of an indexed type.

        Returns when every symbol has answered, at the latest after ``timeout`` seconds. Unless told, that is
        when the server has had three seconds for each; asking takes a second for 2,500 of them.
        ``progress`` is called with (done, symbols, rows) as it goes on.
        """
        names = symbol_list(symbols)
        cls = event_class(event_type)
        if timeout is not None:
            _check_timeout(timeout)
        if cls.lasting:
            if source is not None:
                raise ConfigurationError(f"{cls.__name__} has no order sources; leave out source")
            return await current_values(
                self, cls, names, timeout=timeout, room=self._parts, progress=progress
            )
        if not cls.indexed or cls.time_series:
            raise ConfigurationError(
                f"{cls.__name__} is a stream without a current value; ask for its history(), or subscribe"
            )
        if source is None and "source" in cls.__struct_fields__:
            raise ConfigurationError(
                f"{cls.__name__} has a snapshot per order source: give source='NTV' or so"
            )
        wire = {name: name for name in names}
        limit = SILENCE if timeout is None else timeout
        return await histories(
            self,
            cls,
            wire,
            Range(),
            room=self._histories,
            source=source,
            timeout=limit,
            progress=progress,
        )

    @overload
    async def history(
        self,
        event_type: type[E],
        symbols: str | Iterable[str],
        *,
        start: datetime,
        end: datetime | None = None,
        timeout: float = SILENCE,
        progress: Tell | None = None,
    ) -> Snapshot[E]: ...

    @overload
    async def history(
        self,
        event_type: EventType | str,
        symbols: str | Iterable[str],
        *,
        start: datetime,
        end: datetime | None = None,
        timeout: float = SILENCE,
        progress: Tell | None = None,
    ) -> Snapshot[Event]: ...

    async def history(
        self,
        event_type: type[Event] | EventType | str,
        symbols: str | Iterable[str],
        *,
        start: datetime,
        end: datetime | None = None,
        timeout: float = SILENCE,
        progress: Tell | None = None,
    ) -> Snapshot[Any]:
        """The events of a time series from ``start`` to ``end``: whole, ascending, one an index.

        start, end  aware datetimes, both included; without ``end`` up to now
        timeout     seconds without a row after which a symbol is given up
        progress    called with (done, symbols, rows) as it goes on

        Raises Incomplete, with what came as ``partial``, when a symbol's history has no end in time.
        A history that the server cut has the status CUT.
        """
        names = one_or_several(symbols)
        cls = history_class(event_type, names)
        wire = {name: name for name in names}
        return await self._history(cls, wire, range_of(start, end), timeout, progress)

    async def candles(
        self,
        symbols: str | Iterable[str],
        interval: str,
        *,
        start: datetime,
        end: datetime | None = None,
        timeout: float = SILENCE,
        progress: Tell | None = None,
    ) -> Snapshot[Candle]:
        """Candles, as ``history`` gives them: ``await streamer.candles("SPY", "5m", start=..., end=...)``.

        interval  a number and s, m, h, d, w, mo or y, and further attributes of a candle symbol:
                  ``"5m,tho=true"`` for regular trading hours only, ``"2m,price=mark"`` for options
        """
        names = one_or_several(symbols)
        wire = {name: candle_symbol(name, interval) for name in names}
        return await self._history(Candle, wire, range_of(start, end), timeout, progress)

    async def chain_table(
        self,
        chain: str | OptionChain | Iterable[Option],
        *,
        timeout: float | None = None,
        progress: Tell | None = None,
        **narrowed: Unpack[Narrowed],
    ) -> Table:
        """Options as a polars table, a row a strike: calls left, puts right, with quotes, greeks, open
        interest and last trades, and how old each of them is.

        chain       an underlying's symbol, whose chain is then asked for; a chain; or some options
        expiration, dte, root      one expiration of it: by date, or days to expiration; of a symbol the
                                   nearest, unless told
        strikes, points, price     those around a price; without ``price`` around the underlying's own

        Raises ConfigurationError where there are no such options.
        """
        options = await options_of(self, self._runner, chain, narrowed)
        return await sides_of(self, options, timeout=timeout, progress=progress)

    async def _history(
        self, cls: type[E], wire: dict[str, str], within: Range, timeout: float, progress: Tell | None
    ) -> Snapshot[E]:
        _check_timeout(timeout)
        found = await histories(
            self, cls, wire, within, room=self._histories, timeout=timeout, progress=progress
        )
        return found.require()


def _check_timeout(timeout: object) -> None:
    if not isinstance(timeout, int | float) or not timeout > 0:  # nan is not above 0 either
        raise ConfigurationError(f"timeout must be a positive number of seconds, not {timeout!r}")
