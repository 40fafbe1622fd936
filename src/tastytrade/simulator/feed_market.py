"""FeedMarket: what a feed asks of a market, so that a simulator can serve one of somebody else's making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from tastytrade.dxfeed import Event, EventBatch, TimeAndSale


class FeedMarket(Protocol):
    """A pure function of time, as ``Market`` is: the same question has the same answer, whenever it is asked.

    Times are Unix milliseconds. Columns are named as dxFeed's fields; ``None`` stands for no events.
    """

    def time_at(self, elapsed_seconds: float) -> int:
        """The market's time so many seconds after the simulator began."""

    def knows(self, symbol: str) -> bool:
        """Whether there is such a symbol; of others nothing is ever said."""

    def snapshot(
        self, event_class: type[Event], symbols: Sequence[str], now_ms: int
    ) -> EventBatch[Any] | None:
        """The current event of each symbol that has this type, in the symbols' order."""

    def changed(
        self, event_class: type[Event], symbols: Sequence[str], previous_ms: int, now_ms: int
    ) -> list[str]:
        """The symbols whose event is another one than at ``previous_ms``: (previous, now]."""

    def prints(self, symbols: Sequence[str], previous_ms: int, now_ms: int) -> EventBatch[TimeAndSale] | None:
        """Every print of the symbols in (previous, now], in order of time."""

    def history(
        self, event_class: type[Event], symbol: str, from_ms: int, now_ms: int, limit: int = ...
    ) -> tuple[EventBatch[Any] | None, bool]:
        """Events from ``from_ms`` on in ascending order of index; whether ``limit`` cut off older ones."""


@runtime_checkable
class KeyedMarket(Protocol):
    """A market that says what identifies each row in a truth log, where it is not the row's ``index``."""

    def key(self, batch: EventBatch[Any]) -> Sequence[int | None]:
        """A number for each row of a batch it made, in the rows' order."""


@runtime_checkable
class SequencedMarket(Protocol):
    """A market that has events of every type one by one, in one order over all types and symbols.

    Streams, and what follows the snapshot of a history, are made of them. Its time stands still until
    somebody subscribes, and may be held back; it never goes back.
    """

    def begin(self, elapsed_seconds: float) -> None:
        """Somebody has subscribed: time may go."""

    def follow(self, event_class: type[Event]) -> None:
        """Somebody wants every event of this type from now on."""

    def happened(
        self, wanted: Mapping[type[Event], Mapping[str, int]], previous_ms: int, now_ms: int
    ) -> list[EventBatch[Any]] | None:
        """The events of (previous, now], in order; None when some of them are not known any more.

        ``wanted`` says of each type and symbol from when on: what was at that moment or before is left out.
        """

    def is_arriving(self, event_class: type[Event], symbol: str) -> bool:
        """Whether more of a history that was before now is about to come: a snapshot would cut it in two."""
