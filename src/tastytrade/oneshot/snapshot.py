"""Snapshot: what a feed answered when it was asked once, with a status for every symbol asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.errors import Incomplete

if TYPE_CHECKING:
    from tastytrade.tables import Table

E = TypeVar("E", bound=Event)


class Status(StrEnum):
    """How one symbol was answered. DXLink gives no reason for silence, so none is made up."""

    OK = "ok"
    CUT = "cut"
    """Events came, but the history the server has begins later than asked for."""
    NO_DATA = "no data"
    """The server said so: an empty snapshot, or an event with nothing in it."""
    SILENT = "not entitled or unknown"
    """The server was asked and said nothing in time: it does not know the symbol, does not grant it, or has
    no event of this type for it."""
    REFUSED = "too many subscriptions"
    """It stayed silent, and the server said meanwhile that it refuses some subscriptions, not which."""
    INCOMPLETE = "incomplete"
    """The time was over in the middle of a snapshot; what had come is not shown."""
    NOT_ASKED = "not asked"
    """The time was over before the server could be asked, or the feed was down then."""

    @property
    def is_answer(self) -> bool:
        """Whether it says something about the symbol, rather than about our not knowing."""
        return self in {Status.OK, Status.CUT, Status.NO_DATA}


class Snapshot(Generic[E]):
    """The events that were asked for, once. Iterating gives them by symbol in the order asked.

    event_class  what the events are
    status       symbol -> how it was answered, spelled and ordered as asked
    ``snapshot["SPX"]`` is the list of a symbol's events: one for Quote and the like, ascending by index for
    histories, empty where the status says why.
    """

    def __init__(
        self,
        event_class: type[E],
        status: Mapping[str, Status],
        events: Mapping[str, list[E]],
        batches: list[EventBatch[E]],
    ) -> None:
        self.event_class = event_class
        self.status = status
        self._events = events
        self._batches = batches

    @property
    def events(self) -> list[E]:
        """Every event, by symbol in the order asked."""
        return [event for symbol in self.status for event in self._events.get(symbol, ())]

    @property
    def missing(self) -> list[str]:
        """The symbols about which nothing is known; ``status`` says why."""
        return [symbol for symbol, status in self.status.items() if not status.is_answer]

    @property
    def table(self) -> Table:
        """The events as a polars table; ``timestamp`` is when each was received."""
        from tastytrade.tables import TableBuilder

        builder = TableBuilder(self.event_class, last=max(1, sum(map(len, self._batches))))
        for batch in self._batches:
            builder.append(batch)
        return builder.table

    def __iter__(self) -> Iterator[E]:
        return iter(self.events)

    def __len__(self) -> int:
        return sum(map(len, self._events.values()))

    def __contains__(self, asked: object) -> bool:
        """Whether a symbol was asked for, or an event came."""
        return asked in self.status if isinstance(asked, str) else asked in self.events

    def __getitem__(self, symbol: str) -> list[E]:
        """A symbol's events. Raises KeyError for one that was not asked for, as it is spelled here."""
        if symbol not in self.status:
            raise KeyError(f"{symbol} was not asked for")
        return list(self._events.get(symbol, ()))

    def __repr__(self) -> str:
        counts = {status: list(self.status.values()).count(status) for status in Status}
        shown = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        return f"<Snapshot of {len(self)} {self.event_class.__name__}: {shown}>"

    def require(self) -> Snapshot[E]:
        """Itself when every symbol was answered. Raises Incomplete, which holds it, when one was not."""
        if self.missing:
            raise Incomplete(_sentence(self), partial=self)
        return self


def _sentence(snapshot: Snapshot[E]) -> str:
    name, missing = snapshot.event_class.__name__, snapshot.missing
    shown = "; ".join(f"{symbol}: {snapshot.status[symbol]}" for symbol in missing[:5])
    more = f" and {len(missing) - 5:,} more" if len(missing) > 5 else ""
    return (
        f"no {name} for {len(missing):,} of {len(snapshot.status):,} symbols ({shown}{more}); check their"
        " spelling, or ask again with a longer timeout; what did come is in this error's `partial`"
    )
