"""EventBatch: the events of one type that one FEED_DATA brought, kept by column.

A COMPACT array is already columnar (column i of n is ``values[i::n]``), so a batch is made without
work per event, a table takes its columns as they are, and events exist only for those who iterate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import compress, repeat
from typing import Any, Generic, TypeVar

from tastytrade.dxfeed.event import Event
from tastytrade.dxfeed.names import Name
from tastytrade.dxfeed.registry import fields_of

E = TypeVar("E", bound=Event)


class _Members(dict[str, Any]):
    """The members of an enumeration by their names; a name that is none of them stands for itself."""

    def __missing__(self, name: str) -> str:
        return name


@cache
def _members(names: type[Name]) -> _Members:
    return _Members(names.__members__)


class EventBatch(Generic[E]):
    """``len(batch)`` events of one class, by column. Iterating gives frozen events.

    columns      field name -> values, all of one length; fields the wire did not carry are absent
    received_ns  when the frame was read at the socket: Unix nanoseconds, UTC
    epoch        number of the authenticated connection it came on, counted from 1
    channel      DXLink channel number
    numbers      ingest number of each event: they rise over everything that one source received
    """

    __slots__ = ("_length", "channel", "columns", "epoch", "event_class", "numbers", "received_ns")

    def __init__(
        self,
        event_class: type[E],
        columns: Mapping[str, list[Any]],
        *,
        received_ns: int = 0,
        epoch: int = 0,
        channel: int = 0,
        numbers: Sequence[int] | None = None,
    ) -> None:
        self.event_class = event_class
        self.columns = columns
        self.received_ns = received_ns
        self.epoch = epoch
        self.channel = channel
        self._length = len(next(iter(columns.values()))) if columns else 0
        self.numbers = range(self._length) if numbers is None else numbers

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"<EventBatch of {self._length} {self.event_class.__name__}>"

    def __iter__(self) -> Iterator[E]:
        if not self._length:
            return iter(())
        columns: list[Iterable[Any]] = []
        for field in fields_of(self.event_class):
            column = self.columns.get(field.name)
            if column is None:
                columns.append(repeat(field.default))
            elif field.names is not None:
                columns.append(map(_members(field.names).__getitem__, column))
            else:
                columns.append(column)
        return map(self.event_class, *columns)

    @property
    def symbols(self) -> list[str]:
        """The ``eventSymbol`` of each event."""
        return self.columns["eventSymbol"]

    def of_symbols(self, wanted: set[str] | frozenset[str]) -> EventBatch[E]:
        """The events whose symbol is in ``wanted``; the batch itself when that is all of them."""
        if wanted.issuperset(self.symbols):
            return self
        chosen = [symbol in wanted for symbol in self.symbols]
        columns = {name: list(compress(column, chosen)) for name, column in self.columns.items()}
        return self._with(columns, list(compress(self.numbers, chosen)))

    def rows(self, places: Iterable[int]) -> EventBatch[E]:
        """The events at some places, in that order."""
        chosen = list(places)
        columns = {name: [column[at] for at in chosen] for name, column in self.columns.items()}
        return self._with(columns, [self.numbers[at] for at in chosen])

    def parts(self, rows: int) -> Iterator[EventBatch[E]]:
        """The batch in pieces of at most so many events, in order."""
        if self._length <= rows:
            yield self
            return
        for start in range(0, self._length, rows):
            columns = {name: column[start : start + rows] for name, column in self.columns.items()}
            yield self._with(columns, self.numbers[start : start + rows])

    def with_columns(self, **columns: list[Any]) -> EventBatch[E]:
        """The same events with some columns replaced."""
        return self._with({**self.columns, **columns}, self.numbers)

    def _with(self, columns: Mapping[str, list[Any]], numbers: Sequence[int]) -> EventBatch[E]:
        """Other columns that came at the same time and place."""
        return EventBatch(
            self.event_class,
            columns,
            received_ns=self.received_ns,
            epoch=self.epoch,
            channel=self.channel,
            numbers=numbers,
        )

    @classmethod
    def from_events(cls, events: list[E], *, received_ns: int = 0) -> EventBatch[E]:
        """The batch of some events of one class; at least one."""
        event_class = type(events[0])
        names = [field.name for field in fields_of(event_class)]
        return cls(
            event_class,
            {name: [getattr(event, name) for event in events] for name in names},
            received_ns=received_ns,
        )
