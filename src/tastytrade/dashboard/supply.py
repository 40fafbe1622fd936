"""Supply: what every view takes from: the source, the last values, chains, and in a replay the past."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.last_values import LastValues
from tastytrade.dashboard.past import Past
from tastytrade.dashboard.player import Player
from tastytrade.dxfeed import Event, EventBatch, Gap
from tastytrade.dxlink.frame import Frame
from tastytrade.interest import entries_of
from tastytrade.live_chain.market_clock import MarketClock
from tastytrade.rest.call import AsyncRunner
from tastytrade.source import EventSource, EventTypes
from tastytrade.subscription import Subscription

GAPS = 100
"""The newest so many are known."""


class Supply:
    """One source's, for as long as it is there; a replay that is sought elsewhere has another.

    player  the replay's, None of a live source
    runner  what asks REST; None where nobody can be asked
    """

    def __init__(
        self, source: EventSource, *, player: Player | None, runner: AsyncRunner | None, chains: Chains
    ) -> None:
        self.source = source
        self.runner = runner
        self.chains = chains
        self.player = player
        self.past = None if player is None else Past(player.store, lambda: player.until_ns)
        self.values = LastValues(self)
        self._clock = MarketClock(is_simulated=source.feed_level == "simulated")
        self._open: set[Subscription[Any]] = set()
        self._before: deque[Gap] = deque(maxlen=GAPS)
        """Gaps of subscriptions that are closed."""

    @property
    def gaps(self) -> list[Gap]:
        """From when to when something may be missing of what views have or had, in the order of time."""
        known = [*self._before, *(gap for one in self._open for gap in one.gaps)]
        # Readers of one channel have a gap each.
        different = {(gap.reason, gap.event_types, gap.from_ns): gap for gap in known}
        return sorted(different.values(), key=lambda gap: gap.from_ns)[-GAPS:]

    def subscribe(
        self, event_types: EventTypes, symbols: Iterable[str], *, name: str, **how: Any
    ) -> Subscription[Any]:
        """An own subscription, to be given back to ``close``; what goes wrong with it is told of.

        Of a replay that is over it is one that has ended: everything is in the past then.
        """
        if self.player is not None and self.player.is_over:
            return _ended(event_types, symbols)
        subscribe: Callable[..., Any] = self.source.subscribe
        subscription: Subscription[Any] = subscribe(event_types, symbols, name=f"dashboard {name}", **how)
        self._open.add(subscription)
        return subscription

    def close(self, subscription: Subscription[Any]) -> None:
        """End a subscription. May be called twice."""
        subscription.close()
        if subscription in self._open:
            self._open.remove(subscription)
            self._before.extend(subscription.gaps)

    @property
    def at_ns(self) -> int:
        """What time it is, or was: Unix nanoseconds."""
        return time.time_ns() if self.player is None else self.player.until_ns

    @property
    def market_ns(self) -> int:
        """What time it is, or was, in the market: a simulated one has a day of its own."""
        at_ns = self.at_ns
        return self._clock.moment(at_ns) or at_ns

    def hear(self, batch: EventBatch[Any]) -> None:
        """Events have come: they tell the time of a simulated market."""
        self._clock.hear(batch)

    @asynccontextmanager
    async def wanted(
        self, event_types: Iterable[type[Event]], symbols: Iterable[str]
    ) -> AsyncIterator[Wants]:
        """Let the last values be had, those of before too."""
        wants = Wants(self.values, self.past, event_types)
        try:
            await wants.become(symbols)
            yield wants
        finally:
            wants.let_go()


class Wants:
    """What one view has of the last values: some types of some symbols, which may become others."""

    def __init__(self, values: LastValues, past: Past | None, event_types: Iterable[type[Event]]) -> None:
        self._values = values
        self._past = past
        self._types = list(event_types)
        self._symbols: dict[str, None] = {}

    async def become(self, symbols: Iterable[str]) -> None:
        """Have these symbols and no others. Raises what the source's ``subscribe`` raises."""
        wanted = dict.fromkeys(symbols)
        came = [name for name in wanted if name not in self._symbols]
        went = [name for name in self._symbols if name not in wanted]
        if came:
            self._values.want(self._types, came)
        self._symbols = wanted
        if went:
            self._values.let_go(self._types, went)
        if self._past is not None and came:
            for cls in self._types:
                for batch in await self._past.latest(cls, came):
                    self._values.fill(cls, batch)

    def let_go(self) -> None:
        """Have nothing any more."""
        self._values.let_go(self._types, self._symbols)
        self._symbols = {}


def _ended(event_types: EventTypes, symbols: Iterable[str]) -> Subscription[Any]:
    subscription: Subscription[Any] = Subscription(
        entries_of(event_types, symbols), decode=Frame.decode, release=lambda _: None
    )
    subscription.close()
    return subscription


async def changes(supply: Supply, event_types: Iterable[type[Event]], *, every: float) -> AsyncIterator[None]:
    """At once, and then whenever some of these types have come, at most each so many seconds."""
    types = list(event_types)
    seen = -1
    while True:
        version = supply.values.version(types)
        if version != seen:
            seen = version
            yield
        await asyncio.sleep(every)
