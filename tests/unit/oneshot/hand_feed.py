"""A feed played by hand: whoever subscribes is noted, and what the test says is what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from tastytrade.dxfeed import Event, field_names
from tastytrade.dxlink.frame import Frame
from tastytrade.interest import entries_of
from tastytrade.source import State, StateChange
from tastytrade.subscription import Overflow, Subscription


class HandFeed:
    """``asked`` are the symbols subscribed to, in order; ``answer`` is called with each subscription."""

    def __init__(self, answer: Callable[[HandFeed, Subscription[Any]], None] | None = None) -> None:
        self.state = StateChange(State.LIVE, "by hand", 0)
        self.asked: list[str] = []
        self.open: list[Subscription[Any]] = []
        self.most_open = 0
        self.not_sent: frozenset[str] = frozenset()
        self.refused = 0
        self._answer = answer

    def subscribe(
        self,
        event_types: Any,
        symbols: Iterable[str],
        *,
        from_time: int | None = None,
        source: str | None = None,
        limit_bytes: int = 1 << 20,
        overflow: Overflow = Overflow.FAIL,
    ) -> Subscription[Any]:
        subscription: Subscription[Any] = Subscription(
            entries_of(event_types, symbols, from_time=from_time, source=source),
            decode=Frame.decode,
            release=self.open.remove,
            limit_bytes=limit_bytes,
            overflow=overflow,
        )
        self.asked += [entry.symbol for entry in subscription.entries]
        self.open.append(subscription)
        self.most_open = max(self.most_open, len(self.open))
        if self._answer is not None:
            asyncio.get_running_loop().call_soon(self._answer, self, subscription)
        return subscription

    def refusals(self, subscription: Subscription[Any]) -> int:
        return self.refused

    def unsent(self, subscription: Subscription[Any]) -> frozenset[str]:
        return self.not_sent

    def send(self, *events: Event, epoch: int = 1, received_ns: int = 1_000) -> None:
        """One frame of events of one type, to every subscription."""
        name, names = type(events[0]).__name__, field_names(type(events[0]))
        values = [_wire(getattr(event, field)) for event in events for field in names]
        text = msgspec.json.encode({"type": "FEED_DATA", "channel": 1, "data": [name, values]})
        frame = Frame([text], {name: names}, channel=1, epoch=epoch, received_ns=received_ns)
        for subscription in tuple(self.open):
            subscription.put(frame)


def _wire(value: object) -> object:
    return "NaN" if isinstance(value, float) and value != value else value  # noqa: PLR0124
