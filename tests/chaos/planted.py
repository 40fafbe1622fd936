"""Bugs for the client under test, by name: what the oracle must find. Only that process ever imports this.

Each replaces one function of the package, or of the program, by one that does its work wrong.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

from msgspec import structs

from tastytrade import EventBatch, Session, Subscription
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxlink.liveness import Liveness
from tastytrade.dxlink.wanted import WantedSet
from tastytrade.reading.backlog import Backlog
from tastytrade.transport.websocket import WebSocketDoor
from tastytrade.transport.wire import Take

log = logging.getLogger(__name__)

Records = AsyncGenerator[Any, None]


def _through(change: Callable[[Any], list[Any]]) -> None:
    """Let every record of every reader go through a function that gives what is read instead."""
    records = Subscription.records

    async def changed(self: Subscription[Any], **limits: Any) -> Records:
        async for record in records(self, **limits):
            for one in change(record):
                yield one

    Subscription.records = changed  # type: ignore[method-assign]


def partial_resubscribe() -> None:
    """After a loss a tenth of what is wanted is forgotten."""
    forget_sent = WantedSet.forget_sent
    seen: set[int] = set()

    def forgetful(self: WantedSet) -> None:
        forget_sent(self)
        if id(self) in seen and self.desired:
            for key in list(self._to_add)[::10]:
                del self._to_add[key]
                self.sent[key] = self.desired[key]
        if self.desired:
            seen.add(id(self))

    WantedSet.forget_sent = forgetful  # type: ignore[method-assign]


def resurrected_symbol() -> None:
    """What was given up comes back after a loss."""
    forget_sent, unwant = WantedSet.forget_sent, WantedSet.unwant
    given_up: dict[int, dict[Any, Any]] = {}

    def remembering(self: WantedSet, key: Any) -> None:
        if key in self.desired:
            given_up.setdefault(id(self), {})[key] = self.desired[key]
        unwant(self, key)

    def reviving(self: WantedSet) -> None:
        self.desired.update(given_up.get(id(self), {}))
        forget_sent(self)

    WantedSet.unwant = remembering  # type: ignore[method-assign]
    WantedSet.forget_sent = reviving  # type: ignore[method-assign]


def duplicate_row() -> None:
    """One batch in ten is given twice."""
    count = 0

    def twice(record: Any) -> list[Any]:
        nonlocal count
        count += isinstance(record, EventBatch)
        return [record, record] if isinstance(record, EventBatch) and count % 10 == 0 else [record]

    _through(twice)


def dropped_rows() -> None:
    """One row in a thousand is lost."""
    count = 0

    def without(record: Any) -> list[Any]:
        nonlocal count
        if isinstance(record, Gap):
            return [record]
        kept = [at for at in range(len(record)) if (count + at) % 1000 != 999]
        count += len(record)
        return [record.rows(kept)] if len(kept) < len(record) else [record]

    _through(without)


def gap_from_detection() -> None:
    """Gaps begin when the loss was noticed."""
    _through(lambda one: [structs.replace(one, from_ns=one.detected_ns)] if isinstance(one, Gap) else [one])


def endless_gap() -> None:
    """The first gap never ends."""

    def open_for_ever(record: Any) -> list[Any]:
        if not isinstance(record, Gap):
            return [record]
        return [structs.replace(record, to_ns=None)] if record.is_open else []

    _through(open_for_ever)


def swapped_columns() -> None:
    """Bid and ask sizes are mixed up."""

    def swapped(record: Any) -> list[Any]:
        if isinstance(record, EventBatch) and "askSize" in record.columns:
            columns = dict(record.columns)
            columns["bidSize"], columns["askSize"] = columns["askSize"], columns["bidSize"]
            record.columns = columns
        return [record]

    _through(swapped)


def sending_is_life() -> None:
    """What we send counts as a sign of life of the server."""

    def sent(self: Liveness, now: float) -> None:
        self.__dict__["sent_at"] = now
        self.heard_at = max(self.__dict__.get("heard_at", now), now)

    Liveness.sent_at = property(lambda self: self.__dict__["sent_at"], sent)  # type: ignore[assignment]


def stale_token() -> None:
    """The first quote token is used for ever."""
    quote_token = Session.quote_token
    first: list[Any] = []

    async def stale(self: Session, *, renew: bool = False) -> Any:
        if not first:
            first.append(await quote_token(self, renew=renew))
        return first[0]

    Session.quote_token = stale  # type: ignore[method-assign]


def swallowed_cancel() -> None:
    """Reading from the socket goes on when it is cancelled."""
    deliver = WebSocketDoor.deliver

    async def stubborn(self: WebSocketDoor, take: Take) -> None:
        while True:
            try:
                return await deliver(self, take)
            except asyncio.CancelledError:
                log.debug("not now")

    WebSocketDoor.deliver = stubborn  # type: ignore[method-assign]


def unbounded_queue() -> None:
    """A reader that sleeps, and a queue whose limit means nothing."""
    Backlog.is_full = property(lambda _self: False)  # type: ignore[assignment,method-assign]
    records = Subscription.records

    async def asleep(self: Subscription[Any], **limits: Any) -> Records:
        async for record in records(self, **limits):
            yield record
            await asyncio.sleep(1.0)

    Subscription.records = asleep  # type: ignore[method-assign]


def secret_in_a_log() -> None:
    """One debug line too many."""
    quote_token = Session.quote_token

    async def talkative(self: Session, *, renew: bool = False) -> Any:
        token = await quote_token(self, renew=renew)
        log.debug("admitted by %s", token.token.reveal())
        return token

    Session.quote_token = talkative  # type: ignore[method-assign]


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        partial_resubscribe,
        resurrected_symbol,
        duplicate_row,
        dropped_rows,
        gap_from_detection,
        endless_gap,
        swapped_columns,
        sending_is_life,
        stale_token,
        swallowed_cancel,
        unbounded_queue,
        secret_in_a_log,
    )
}


def plant(name: str) -> None:
    """Give this process a bug."""
    BUGS[name]()
