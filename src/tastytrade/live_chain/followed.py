"""Followed: what a live chain needs of a source, and what it subscribes there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from tastytrade.dxfeed import Event, Greeks, Quote, Summary, Trade
from tastytrade.instruments.chain import OptionChain
from tastytrade.subscription import Subscription

TYPES: tuple[type[Event], ...] = (Quote, Greeks, Summary, Trade)
"""What is subscribed of each option."""


class Followed(Protocol):
    """A source whose subscriptions can be changed: a Streamer, a Replay.

    has_everything  what it has is here already, so that narrowing a subscription saves nothing: a Replay
    """

    @property
    def origin(self) -> str: ...

    @property
    def feed_level(self) -> str | None: ...

    @property
    def has_everything(self) -> bool: ...

    def subscribe(
        self, event_types: Any, symbols: Iterable[str], *, name: str = ...
    ) -> Subscription[Any]: ...

    def extend(self, subscription: Subscription[Any], event_types: Any, symbols: Iterable[str]) -> None: ...

    def reduce(self, subscription: Subscription[Any], event_types: Any, symbols: Iterable[str]) -> None: ...

    async def option_chain(self, underlying: str) -> OptionChain:
        """The chain of an underlying."""
