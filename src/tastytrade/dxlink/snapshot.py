"""IndexedEvents: what is known of one symbol of an indexed type, from rows with ``eventFlags``.

Rows of a transaction show together, those of a snapshot when it is complete: its END (or SNIP) has come
after a BEGIN, and nothing of it is pending. Source: dxFeed's IndexedEvent and EventFlags, in our own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import repeat
from typing import Any, Generic, Protocol, TypeVar

from msgspec.structs import replace

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxfeed.event import Event
from tastytrade.dxfeed.flags import EventFlags
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.dxlink.wanted import Key
from tastytrade.errors import ProtocolError

LIMIT = 2_000_000
"""Rows of one symbol that may wait for their end; 8,000 candles have been seen at most."""

_TX_PENDING = int(EventFlags.TX_PENDING)
_REMOVE = int(EventFlags.REMOVE_EVENT)
_BEGIN = int(EventFlags.SNAPSHOT_BEGIN)
_SNIP = int(EventFlags.SNAPSHOT_SNIP)
_END_OR_SNIP = int(EventFlags.SNAPSHOT_END) | _SNIP


def ended_histories(batches: Iterable[EventBatch[Any]]) -> Iterator[Key]:
    """The histories of which some rows are the end."""
    for batch in batches:
        flags = batch.columns.get("eventFlags")
        if flags is None:
            continue
        name, sources = batch.event_class.__name__, batch.columns.get("source") or repeat(None)
        for symbol, flag, source in zip(batch.symbols, flags, sources, strict=False):
            if flag & _END_OR_SNIP:
                yield name, symbol, source or ""


class Indexed(Protocol):
    """The fields every indexed event has."""

    @property
    def index(self) -> int: ...
    @property
    def eventFlags(self) -> int: ...  # noqa: N802 - dxFeed's name


class Change(Enum):
    """What a row brought to light."""

    SNAPSHOT = "a new complete snapshot"
    UPDATE = "an incremental change"


E = TypeVar("E", bound=Event)


class IndexedEvents(Generic[E]):
    """The state of one (type, symbol, source).

    events      index -> event, without flags; removed rows are not in it
    is_cut      the last snapshot ended with SNIP: older events exist and will not come
    last_index  index of the row that ended the last snapshot; None before the first
    """

    def __init__(self, *, limit: int = LIMIT) -> None:
        self.events: dict[int, E] = {}
        self.is_cut = False
        self.last_index: int | None = None
        self._limit = limit
        self._pending: list[E] = []
        self._arriving = False
        self._end: Indexed | None = None

    @property
    def is_complete(self) -> bool:
        """Whether a whole snapshot has been seen; an empty one counts."""
        return self.last_index is not None

    @property
    def is_arriving(self) -> bool:
        """Whether rows wait for the end of their snapshot or transaction."""
        return bool(self._pending)

    def restart(self) -> None:
        """The connection is another one: what was half sent will be sent anew."""
        self._pending = []
        self._arriving = False
        self._end = None

    def apply(self, event: E) -> Change | None:
        """Take the next row; what it brought to light, None when that has to wait for more.

        Rows before a BEGIN are updates, never history. Raises ProtocolError past the limit of waiting rows.
        """
        row: Any = event  # an indexed event has index and eventFlags; Event itself does not
        flags: int = row.eventFlags
        if flags & _BEGIN:
            self._pending = []
            self._arriving, self._end = True, None
        if self._arriving and flags & _END_OR_SNIP:
            self._arriving, self._end = False, row
        self._pending.append(event)
        if self._arriving or flags & _TX_PENDING:
            if len(self._pending) > self._limit:
                raise ProtocolError(
                    f"{event.eventSymbol}: more than {self._limit:,} rows of a snapshot without an end"
                )
            return None
        return self._publish()

    def _publish(self) -> Change:
        pending, self._pending = self._pending, []
        end, self._end = self._end, None
        if end is not None:
            self.events = {}
            self.is_cut = bool(end.eventFlags & _SNIP)
            self.last_index = end.index
        row: Any
        for row in pending:
            if row.eventFlags & _REMOVE or row.index == SENTINEL_INDEX:
                self.events.pop(row.index, None)
            else:
                self.events[row.index] = replace(row, eventFlags=0) if row.eventFlags else row
        return Change.UPDATE if end is None else Change.SNAPSHOT
