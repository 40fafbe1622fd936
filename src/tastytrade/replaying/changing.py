"""Changing: what lets the subscriptions of a replay have more symbols, and fewer, while it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tastytrade.interest import entries_of
from tastytrade.live_chain.recorded import FollowRecorded
from tastytrade.replaying.readers import Readers
from tastytrade.source import EventTypes
from tastytrade.subscription import Subscription


class Changing(FollowRecorded):
    """As a Streamer has them: ``extend`` and ``reduce``, and what is built on them."""

    _readers: Readers

    def extend(
        self,
        subscription: Subscription[Any],
        event_types: EventTypes,
        symbols: Any,
        *,
        from_time: datetime | int | None = None,
    ) -> None:
        """Let a subscription have more symbols, in what it has not read yet, too. Raises as ``subscribe``
        does."""
        subscription.change(add=entries_of(event_types, symbols))
        self._follow(subscription)

    def reduce(self, subscription: Subscription[Any], event_types: EventTypes, symbols: Any) -> None:
        """Let a subscription have some symbols no more; those it does not have do not matter."""
        subscription.change(remove=entries_of(event_types, symbols))
        self._follow(subscription)

    def _follow(self, subscription: Subscription[Any]) -> None:
        self._readers.add(subscription, {one.type for one in subscription.entries}, is_all=False)
