"""Readers: who reads a replay, and what of each record is whose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tastytrade.books import Books
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxlink.compact import Decoded
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import ConfigurationError
from tastytrade.reading.newest import Symbol
from tastytrade.store import Store
from tastytrade.store.records import Record
from tastytrade.subscription import Subscription

ROW_BYTES = 120
"""What an event counts for where limits count text."""


class StoredFrame(Frame):
    """A batch from a store, as a subscription takes it."""

    __slots__ = ("_stored",)

    def __init__(self, batch: EventBatch[Any]) -> None:
        super().__init__((), {}, channel=0, epoch=batch.epoch, received_ns=batch.received_ns)
        self.size_bytes = len(batch) * ROW_BYTES
        self._stored = Decoded([batch], [])

    def decode(self) -> Decoded:
        """The batch."""
        return self._stored


class _Wish(Struct, frozen=True):
    """What a reader reads: event types, and symbols; of one who reads them all, those it has been told."""

    types: frozenset[str]
    symbols: dict[str, set[str]]
    is_all: bool

    def of(self, gap: Gap) -> Gap | None:
        """What of a gap concerns the reader; None for nothing."""
        types = tuple(name for name in gap.event_types if name in self.types)
        mine = {symbol for name in types for symbol in self.symbols.get(name, ())}
        some = tuple(symbol for symbol in gap.symbols if self.is_all or symbol in mine)
        if not types or (gap.symbols and not some):
            return None
        if (types, some) == (gap.event_types, gap.symbols):
            return gap
        return replace(gap, event_types=types, symbols=some)


class Readers:
    """``books`` is where everything is entered."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._wishes: dict[Subscription[Any], _Wish] = {}

    def __bool__(self) -> bool:
        return bool(self._wishes)

    def add(self, subscription: Subscription[Any], types: Iterable[str], *, is_all: bool) -> None:
        """One more. ``is_all``: of its types it reads every symbol, also those that it does not name."""
        symbols: dict[str, set[str]] = {}
        for entry in subscription.entries:
            symbols.setdefault(entry.type, set()).add(entry.symbol)
        self._wishes[subscription] = _Wish(frozenset(types), symbols, is_all)

    def leave(self, subscription: Subscription[Any]) -> None:
        """One reads no more."""
        self._wishes.pop(subscription, None)

    def everyone(self) -> dict[Subscription[Any], None]:
        """All of them, in the order they came."""
        return dict.fromkeys(self._wishes)

    @property
    def blocking(self) -> list[Subscription[Any]]:
        """Those who have to be waited for."""
        return [one for one in self._wishes if one.is_blocking]

    def expect(self, records: Iterable[Record]) -> None:
        """These come next: who reads every symbol is told of new ones."""
        for subscription, wish in self._wishes.items():
            if wish.is_all:
                added = list(_unknown(records, wish))
                if added:
                    subscription.change(add=added)

    def give(self, record: Record) -> None:
        """A batch, or a gap, to those whom it concerns."""
        if isinstance(record, Gap):
            for subscription, wish in tuple(self._wishes.items()):
                mine = wish.of(record)
                if mine is not None:
                    subscription.add_gap(mine)
            return
        frame = StoredFrame(record)
        self._books.enter(frame)
        name = record.event_class.__name__
        readers = [reader for reader, wish in self._wishes.items() if name in wish.types]
        if not readers:
            self._books.unclaimed(frame)
        frame.is_shared = len(readers) > 1
        for subscription in readers:
            subscription.put(frame)

    def end(self, failure: Exception | None) -> None:
        """Nothing more comes, for this reason."""
        for subscription in self.everyone():
            subscription.end(failure)
        self._wishes.clear()


def captured(store: Store, types: Iterable[str], source: str | None) -> list[Entry]:
    """Of some types, what somebody said was captured; what came besides is found when it comes.

    Raises ConfigurationError when there is nothing of them.
    """
    names = list(types)
    if not {cls.__name__ for cls in store.event_types}.intersection(names):
        raise ConfigurationError(f"{store.path} has no events of {', '.join(names)}")
    symbols = dict.fromkeys(symbol for session in store.manifest.sessions for symbol in session.symbols)
    return [Entry(name, symbol, source) for name in names for symbol in symbols]


def nothing_heals(subscription: Subscription[Any], gap: Gap, since: dict[Symbol, int]) -> None:
    """What history gave back was captured in its place: nothing else is known of a gap."""
    for symbol in since:
        subscription.give(gap, symbol, None, is_whole=False)


def _unknown(records: Iterable[Record], wish: _Wish) -> Iterable[Entry]:
    for record in records:
        name = "" if isinstance(record, Gap) else record.event_class.__name__
        if isinstance(record, Gap) or name not in wish.types:
            continue
        known = wish.symbols.setdefault(name, set())
        new = dict.fromkeys(symbol for symbol in record.symbols if symbol not in known)
        known.update(new)
        yield from (Entry(name, symbol) for symbol in new)
