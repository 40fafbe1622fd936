"""Rows of a recording: events as tuples of all their fields, and what of them a stream has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import cache
from itertools import repeat
from typing import Any

from msgspec import Struct

from tastytrade.dxfeed import Event, EventBatch, EventFlags, field_names, fields_of
from tastytrade.dxfeed.index import SENTINEL_INDEX

Row = tuple[Any, ...]
"""The values of every field of an event class, in dxFeed's order: ``eventSymbol`` first."""

_REMOVE = int(EventFlags.REMOVE_EVENT)
_SNAPSHOT = int(EventFlags.SNAPSHOT_BEGIN | EventFlags.SNAPSHOT_END | EventFlags.SNAPSHOT_SNIP)


class Played(Struct, frozen=True, gc=False):
    """What was recorded at one moment (Unix milliseconds): ``rows`` as they came, ``facts`` as a stream has
    them, which are the same but for rows with flags."""

    moment_ms: int
    event_class: type[Event]
    rows: list[Row]
    facts: list[Row]


class Places(Struct, frozen=True):
    """Where in a row of an indexed type these fields stand."""

    flags: int
    index: int


def played(batch: EventBatch[Any], moment_ms: int) -> Played:
    """A batch as it is played at a moment."""
    columns: list[Iterable[Any]] = []
    event_class: type[Event] = batch.event_class
    for field in fields_of(event_class):
        default = field.default.value if isinstance(field.default, Enum) else field.default
        columns.append(batch.columns.get(field.name) or repeat(default))
    rows = list(zip(*columns, strict=False))
    return Played(moment_ms, event_class, rows, _facts(event_class, rows))


def batch_of_rows(event_class: type[Event], rows: Sequence[Row]) -> EventBatch[Any]:
    """The batch of some rows; at least one."""
    columns = map(list, zip(*rows, strict=True))
    return EventBatch(event_class, dict(zip(field_names(event_class), columns, strict=True)))


@cache
def places_of(event_class: type[Event]) -> Places | None:
    """Where flags and index of a type stand; None of one that is not indexed."""
    if not event_class.indexed:
        return None
    names = field_names(event_class)
    return Places(names.index("eventFlags"), names.index("index"))


def with_flags(row: Row, places: Places, flags: int) -> Row:
    """The row with other flags."""
    return (*row[: places.flags], flags, *row[places.flags + 1 :])


def _facts(event_class: type[Event], rows: list[Row]) -> list[Row]:
    """What a stream has of rows with flags.

    There are no snapshots and no transactions in it: of the flags only REMOVE_EVENT is left, and a row that
    says no more than that a snapshot ends, or is empty, is no event.
    """
    places = places_of(event_class)
    if places is None or not any(row[places.flags] for row in rows):
        return rows
    facts = []
    for row in rows:
        flags = row[places.flags]
        removes = flags & _REMOVE
        if not removes or not (flags & _SNAPSHOT or row[places.index] == SENTINEL_INDEX):
            facts.append(with_flags(row, places, removes) if flags else row)
    return facts
