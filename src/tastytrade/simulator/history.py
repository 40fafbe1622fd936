"""A history as DXLink sends it: the rows of a snapshot, newest first, with the flags that frame it.

Recorded shape: BEGIN on the first row; END on the last, which is the event exactly at ``fromTime`` or else
a synthetic row there (END and REMOVE, every number missing); 0x0E when there is nothing; SNIP on the last
row when a limit cut the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tastytrade.dxfeed import Event, EventBatch, EventFlags, fields_of, index_of
from tastytrade.dxfeed.flags import EMPTY_SNAPSHOT
from tastytrade.dxlink.messages import Entry

ROWS_PER_FRAME = 500


def snapshot_batches(
    event_class: type[Event], entry: Entry, rows: EventBatch[Any] | None, *, is_cut: bool
) -> Iterator[EventBatch[Any]]:
    """The batches of one snapshot, in sending order, from ``rows`` in ascending index order."""
    from_time = entry.from_time or 0
    if rows is None or not len(rows):
        yield _synthetic(event_class, entry.symbol, from_time, EMPTY_SNAPSHOT)
        return
    count = len(rows)
    columns = {name: column[::-1] for name, column in rows.columns.items()}
    flags = [0] * count
    flags[0] |= EventFlags.SNAPSHOT_BEGIN
    ends_itself = columns["time"][-1] == from_time
    if is_cut:
        flags[-1] |= EventFlags.SNAPSHOT_SNIP
    elif ends_itself:
        flags[-1] |= EventFlags.SNAPSHOT_END
    columns["eventFlags"] = [int(flag) for flag in flags]
    yield from EventBatch(event_class, columns).parts(ROWS_PER_FRAME)
    if not (is_cut or ends_itself):
        end = EventFlags.SNAPSHOT_END | EventFlags.REMOVE_EVENT
        yield _synthetic(event_class, entry.symbol, from_time, end)


def _synthetic(event_class: type[Event], symbol: str, time_ms: int, flags: EventFlags) -> EventBatch[Any]:
    values = {field.name: field.default for field in fields_of(event_class)}
    values |= {"eventSymbol": symbol, "eventFlags": int(flags), "time": time_ms, "index": index_of(time_ms)}
    return EventBatch(event_class, {name: [value] for name, value in values.items()})
