"""LastValues: the newest event of each type and symbol that somebody looks at, asked of the source once.

One subscription for all, which grows and shrinks; what two views want is wanted once. Reading it costs the
source what one conflating reader costs, and it never waits for anybody who looks.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.source import EventSource, EventTypes
from tastytrade.subscription import Overflow, Subscription
from tastytrade.tables import Table, TableBuilder

LIMIT_BYTES = 16 << 20

Wanted = tuple[type[Event], str]


@runtime_checkable
class Extending(Protocol):
    """A source whose subscriptions can have more symbols, and fewer."""

    def extend(
        self, subscription: Subscription[Any], event_types: EventTypes, symbols: Iterable[str]
    ) -> None: ...

    def reduce(
        self, subscription: Subscription[Any], event_types: EventTypes, symbols: Iterable[str]
    ) -> None: ...


class Subscribing(Protocol):
    """Gives subscriptions to a source, and takes them back."""

    @property
    def source(self) -> EventSource: ...

    def subscribe(
        self, event_types: EventTypes, symbols: Iterable[str], *, name: str, **how: Any
    ) -> Subscription[Any]: ...

    def close(self, subscription: Subscription[Any]) -> None: ...

    def hear(self, batch: EventBatch[Any]) -> None: ...


class LastValues:
    """``run()`` reads while views ``want`` and ``let_go``."""

    def __init__(self, supply: Subscribing) -> None:
        self._supply = supply
        self._wanted: Counter[Wanted] = Counter()
        self._subscription: Subscription[Any] | None = None
        self._begun = asyncio.Event()
        self._builders: dict[type[Event], TableBuilder[Any]] = {}
        self._versions: dict[type[Event], int] = {}

    def want(self, event_types: Iterable[type[Event]], symbols: Iterable[str]) -> None:
        """Have these from now on. Raises what the source's ``subscribe`` raises; then nothing has changed."""
        types, names = list(event_types), list(dict.fromkeys(symbols))
        for cls in types:
            new = [name for name in names if not self._wanted[cls, name]]
            if new:
                self._subscribe(cls, new)
            self._wanted.update((cls, name) for name in names)

    def let_go(self, event_types: Iterable[type[Event]], symbols: Iterable[str]) -> None:
        """Have these no more, unless somebody else wants them."""
        names = list(dict.fromkeys(symbols))
        for cls in event_types:
            self._wanted.subtract((cls, name) for name in names)
            unwanted = [name for name in names if self._wanted[cls, name] <= 0]
            for name in unwanted:
                del self._wanted[cls, name]
            source = self._supply.source
            if unwanted and isinstance(source, Extending) and self._subscription is not None:
                source.reduce(self._subscription, cls, unwanted)
        if not self._wanted and self._subscription is not None:
            self._supply.close(self._subscription)
            self._subscription = None
            self._builders.clear()

    def version(self, event_types: Iterable[type[Event]]) -> int:
        """Counts what came of some types."""
        return sum(self._versions.get(cls, 0) for cls in event_types)

    def table(self, event_class: type[Event]) -> Table:
        """One row a symbol, its newest, in a table that does not change any more."""
        return self._builder(event_class).table

    def fill(self, event_class: type[Event], batch: EventBatch[Any]) -> None:
        """What was known before: rows of symbols of which nothing has come yet."""
        known = set(self.table(event_class)["eventSymbol"])
        older = batch.of_symbols({name for name in batch.symbols if name not in known})
        if len(older):
            self._take(older)

    async def run(self) -> None:
        """Read until the source ends. Raises what it ends with."""
        while True:
            subscription = self._subscription
            if subscription is None:
                self._begun.clear()
                await self._begun.wait()
                continue
            async for batch in subscription.batches():
                self._supply.hear(batch)
                self._take(batch)
            if subscription is self._subscription:
                return

    def _take(self, batch: EventBatch[Any]) -> None:
        cls = batch.event_class
        self._builder(cls).append(batch)
        self._versions[cls] = self._versions.get(cls, 0) + 1

    def _builder(self, event_class: type[Event]) -> TableBuilder[Any]:
        builder = self._builders.get(event_class)
        if builder is None:
            builder = self._builders[event_class] = TableBuilder(event_class, latest=True)
        return builder

    def _subscribe(self, cls: type[Event], symbols: list[str]) -> None:
        before, source = self._subscription, self._supply.source
        if before is not None and not before.is_closed and isinstance(source, Extending):
            source.extend(before, cls, symbols)
            return
        types = dict.fromkeys([cls, *(one for one, _ in self._wanted)])
        names = dict.fromkeys([*symbols, *(name for _, name in self._wanted)])
        # A replay gives nothing between these lines: what the one before has not read is read first.
        self._subscription = self._supply.subscribe(
            types, names, overflow=Overflow.CONFLATE, limit_bytes=LIMIT_BYTES, name="values"
        )
        if before is not None:
            self._supply.close(before)
        self._begun.set()
