"""Selection: which events of a frame are one reader's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.dxlink.compact import Decoded, Quarantined
from tastytrade.dxlink.contracts import contract_of
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Contract, Entry


class Selection:
    """The event types, symbols and order sources of some entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._symbols: dict[str, set[str]] = {}
        # A history and the newest value of a symbol are two things, and come on channels of their own.
        self._by_contract: dict[Contract, dict[str, set[str]]] = {}
        sources: dict[str, set[str | None]] = {}
        for entry in entries:
            self._symbols.setdefault(entry.type, set()).add(entry.symbol)
            own = self._by_contract.setdefault(contract_of(entry), {})
            own.setdefault(entry.type, set()).add(entry.symbol)
            sources.setdefault(entry.type, set()).add(entry.source)
        # Where every entry names an order source, events of others are somebody else's.
        self._sources = {
            name: {one for one in some if one} for name, some in sources.items() if None not in some
        }

    @property
    def types(self) -> tuple[str, ...]:
        """Names of the event types, in the order they were asked for."""
        return tuple(self._symbols)

    def has(self, symbol: tuple[str, str]) -> bool:
        """Whether a type and symbol are the reader's."""
        return symbol[1] in self._symbols.get(symbol[0], ())

    def of(self, decoded: Decoded, contract: Contract = Contract.AUTO) -> Iterator[EventBatch[Any]]:
        """The reader's events in a frame that came on a channel of this contract."""
        symbols = self._symbols if contract is Contract.AUTO else self._by_contract.get(contract, {})
        for batch in decoded.batches:
            name = batch.event_class.__name__
            wanted = symbols.get(name)
            if wanted is None or wanted.isdisjoint(batch.symbols):
                continue
            chosen = batch.of_symbols(wanted)
            if name in self._sources:
                chosen = _of_sources(chosen, self._sources[name])
            if len(chosen):
                yield chosen

    def concerned(self, bad: Quarantined) -> tuple[str, ...]:
        """The reader's types that rows which could not be read may have been of; empty when none."""
        if not bad.event_type:
            return self.types
        wanted = self._symbols.get(bad.event_type)
        if wanted is None:
            return ()
        symbol = bad.raw.get("eventSymbol") if isinstance(bad.raw, dict) else None
        return () if isinstance(symbol, str) and symbol and symbol not in wanted else (bad.event_type,)


def unreadable(frame: Frame, bad: Quarantined, event_types: tuple[str, ...], *, number: int) -> Gap:
    """The gap that rows leave which could not be read."""
    return Gap(
        number=number,
        reason=GapReason.DECODE_ERROR,
        scope=GapScope.TYPE,
        event_types=event_types,
        from_ns=frame.received_ns,
        to_ns=frame.received_ns,
        detected_ns=frame.received_ns,
        epoch_before=frame.epoch,
        epoch_after=frame.epoch,
        lost_count=bad.rows if bad.event_type else None,
    )


def _of_sources(batch: EventBatch[Any], sources: set[str]) -> EventBatch[Any]:
    """The events from some order sources; one that does not say where it is from counts as well."""
    column = batch.columns.get("source", ())
    if all(not source or source in sources for source in column):
        return batch
    return batch.rows(at for at, source in enumerate(column) if not source or source in sources)
