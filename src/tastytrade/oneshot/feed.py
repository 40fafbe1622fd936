"""Feed: what a one-shot question needs of a source; and what its silence means."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterable
from typing import Any, Protocol, TypeVar

from tastytrade.connection import first_of
from tastytrade.oneshot.snapshot import Status
from tastytrade.source import StateChange
from tastytrade.subscription import Overflow, Subscription

T = TypeVar("T")

LIMIT_BYTES = 64 << 20
"""What may wait unread while an answer is put together; past it the question fails rather than lose rows."""


class Feed(Protocol):
    """A source that can be subscribed to: a Streamer."""

    @property
    def state(self) -> StateChange: ...

    def subscribe(
        self,
        event_types: Any,
        symbols: Iterable[str],
        *,
        from_time: int | None = None,
        source: str | None = None,
        limit_bytes: int = ...,
        overflow: Overflow = ...,
    ) -> Subscription[Any]: ...

    def unsent(self, subscription: Subscription[Any]) -> frozenset[str]:
        """The symbols of a subscription that the server has not been told of on this connection."""

    def refusals(self, subscription: Subscription[Any]) -> int:
        """How often the server said that there are too many subscriptions on the channels of one."""


def is_up(feed: Feed) -> bool:
    """Whether a server listens to it now."""
    return feed.state.state.is_up


def silence(
    feed: Feed, subscription: Subscription[Any], symbols: Collection[str], *, refusals: int
) -> dict[str, Status]:
    """Why nothing came for symbols (in their canonical spelling), as far as it can be known.

    ``refusals`` is what ``feed.refusals`` gave when the subscription was made.
    """
    asked = {*symbols} - feed.unsent(subscription) if is_up(feed) else set()
    if feed.refusals(subscription) != refusals:  # of which symbols, a server does not say
        return dict.fromkeys(symbols, Status.REFUSED)
    return {symbol: Status.SILENT if symbol in asked else Status.NOT_ASKED for symbol in symbols}


async def together(questions: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The answers in order; the first error ends the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(question) for question in questions]
    except BaseExceptionGroup as errors:
        raise first_of(errors) from None
    return [task.result() for task in tasks]
