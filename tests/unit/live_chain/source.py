"""A source that is fed by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tastytrade.books import Books
from tastytrade.dxfeed import Event, EventBatch
from tastytrade.dxlink.compact import Decoded
from tastytrade.dxlink.frame import Frame
from tastytrade.errors import TastytradeError
from tastytrade.instruments.chain import OptionChain
from tastytrade.interest import entries_of
from tastytrade.live_chain.follow import FollowMoney
from tastytrade.subscription import Subscription


class HandFrame(Frame):
    """Events as a frame."""

    def __init__(self, event: Event, *, at_ns: int) -> None:
        super().__init__((), {}, channel=0, epoch=1, received_ns=at_ns)
        self._events = Decoded([EventBatch.from_events([event], received_ns=at_ns)], [])

    def decode(self) -> Decoded:
        return self._events


class HandSource(FollowMoney):
    """``chains`` are what it answers, in turn: a chain, or an error; the last for ever."""

    feed_level = "api"

    def __init__(self, *chains: OptionChain | TastytradeError, origin: str = "live") -> None:
        self.origin = origin
        self.chains = list(chains)
        self.subscription: Subscription[Any] | None = None
        self.has_left = False

    async def option_chain(self, underlying: str) -> OptionChain:
        found = self.chains.pop(0) if len(self.chains) > 1 else self.chains[0]
        if isinstance(found, TastytradeError):
            raise found
        return found

    def subscribe(self, event_types: Any, symbols: Iterable[str], *, name: str = "") -> Subscription[Any]:
        self.subscription = Subscription(
            entries_of(event_types, symbols), decode=Books().decode, release=self._release, name=name
        )
        return self.subscription

    def extend(self, subscription: Subscription[Any], event_types: Any, symbols: Iterable[str]) -> None:
        subscription.change(add=entries_of(event_types, symbols))

    def reduce(self, subscription: Subscription[Any], event_types: Any, symbols: Iterable[str]) -> None:
        subscription.change(remove=entries_of(event_types, symbols))

    def give(self, *events: Event, at_ns: int) -> None:
        """Let some events be received."""
        assert self.subscription is not None
        for event in events:
            self.subscription.put(HandFrame(event, at_ns=at_ns))

    @property
    def wanted(self) -> set[str]:
        """The symbols of the subscription."""
        assert self.subscription is not None
        return {entry.symbol for entry in self.subscription.entries}

    def _release(self, _subscription: Subscription[Any]) -> None:
        self.has_left = True
