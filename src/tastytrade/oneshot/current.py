"""Current values: the last event of each symbol, asked for in parts that the feed has room for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, TypeVar

from tastytrade.dxfeed import Event, EventBatch, Kind, fields_of
from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.oneshot.feed import LIMIT_BYTES, Feed, is_up, silence, together
from tastytrade.oneshot.progress import Counter, Tell
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.subscription import Overflow, Subscription

E = TypeVar("E", bound=Event)

PART = 1_000
"""Symbols of one part."""
PARTS_AT_ONCE = 20
"""Parts in flight on one connection, whose limit is 25,000 subscriptions (measured by others)."""
PATIENCE = 3.0
"""Seconds for an answer once a server was asked; on a warm connection it takes 35 ms (measured by others)."""
_LOOK = 0.25
"""Seconds between two looks at whether the server has been asked."""

_NOTHING = (None, "", "\0")
"""Texts that mean "not set"; a character that is not set has come as NUL too."""


class _Part(NamedTuple):
    status: dict[str, Status]
    events: dict[str, Any]
    batches: list[EventBatch[Any]]


class _Limit(NamedTuple):
    """When to stop waiting: at a time of the loop, or so many seconds after the server was asked."""

    deadline: float | None
    patience: float


class _Question(NamedTuple):
    """One part of the symbols."""

    feed: Feed
    event_class: type[Event]
    symbols: list[str]
    limit: _Limit
    counter: Counter


async def current_values(
    feed: Feed,
    event_class: type[E],
    names: Sequence[str],
    *,
    timeout: float | None,
    room: asyncio.Semaphore,
    patience: float = PATIENCE,
    progress: Tell | None = None,
) -> Snapshot[E]:
    """The last event of each symbol.

    Returns within ``timeout`` seconds, whatever has come by then; without one, when the server has had
    ``patience`` seconds for each part of the symbols, or the feed has been down for as long.
    """
    limit = _Limit(None if timeout is None else asyncio.get_running_loop().time() + timeout, patience)
    found = {name: canonical_candle_symbol(name) for name in names}
    symbols = list(dict.fromkeys(found.values()))
    counter = Counter(len(symbols), progress)
    parts = await together(
        _part(_Question(feed, event_class, symbols[first : first + PART], limit, counter), room)
        for first in range(0, len(symbols), PART)
    )
    status = {symbol: one for part in parts for symbol, one in part.status.items()}
    events = {symbol: event for part in parts for symbol, event in part.events.items()}
    return Snapshot(
        event_class,
        {name: status[symbol] for name, symbol in found.items()},
        {name: [events[symbol]] for name, symbol in found.items() if symbol in events},
        [batch for part in parts for batch in part.batches],
    )


async def _part(question: _Question, room: asyncio.Semaphore) -> _Part:
    try:
        async with asyncio.timeout_at(question.limit.deadline):
            await room.acquire()
    except TimeoutError:
        return _Part(dict.fromkeys(question.symbols, Status.NOT_ASKED), {}, [])
    try:
        return await _ask(question)
    finally:
        room.release()


async def _ask(question: _Question) -> _Part:
    feed, counter = question.feed, question.counter
    awaited = set(question.symbols)
    part = _Part({}, {}, [])
    async with feed.subscribe(
        question.event_class, question.symbols, limit_bytes=LIMIT_BYTES, overflow=Overflow.FAIL
    ) as subscription:
        refusals = feed.refusals(subscription)
        turns = _turns(feed, subscription, question.limit)
        is_over = False
        while awaited and not is_over and (turn := next(turns)):
            is_over = subscription.is_closed  # then this reads what is left, or raises why
            async with aclosing(subscription.batches(duration=turn)) as batches:
                async for batch in batches:
                    before = len(awaited)
                    _take(batch.of_symbols(awaited), awaited, part)
                    counter.say(rows=len(batch), done=before - len(awaited))
                    if not awaited:
                        break
        part.status.update(silence(feed, subscription, awaited, refusals=refusals))
    counter.say(done=len(awaited))
    return part


def _turns(feed: Feed, subscription: Subscription[Any], limit: _Limit) -> Iterator[float]:
    """For how many seconds to listen next, again and again; 0 when it is enough."""
    now = asyncio.get_running_loop().time
    if limit.deadline is not None:
        while True:
            yield max(0.0, limit.deadline - now())
    up_at = now()
    while now() < up_at + limit.patience and (not is_up(feed) or feed.unsent(subscription)):
        up_at = now() if is_up(feed) else up_at
        yield min(_LOOK, limit.patience)
    asked_at = now()
    while is_up(feed):
        yield max(0.0, asked_at + limit.patience - now())
    yield 0.0


def _take(batch: EventBatch[Any], awaited: set[str], part: _Part) -> None:
    """The first event of each symbol; later ones of the same batch are newer and replace it."""
    if not len(batch):
        return
    for event in batch:
        if is_blank(event):
            part.status[event.eventSymbol] = Status.NO_DATA
            part.events.pop(event.eventSymbol, None)
        else:
            part.status[event.eventSymbol] = Status.OK
            part.events[event.eventSymbol] = event
    newest = {symbol: row for row, symbol in enumerate(batch.symbols)}
    shown = [newest[symbol] for symbol in newest if symbol in part.events]
    if shown:
        part.batches.append(batch.rows(shown))
    awaited.difference_update(newest)


def is_blank(event: Event) -> bool:
    """Whether a server said with this event that there is nothing: it has no number and no text."""
    for field in fields_of(type(event)):
        value = getattr(event, field.name)
        # nan is what is missing, and 0 where that is what stands for it (openInterest).
        if field.kind is Kind.DOUBLE and value == value and value != field.default:  # noqa: PLR0124
            return False
        if field.kind in {Kind.TEXT, Kind.ANY} and field.name != "eventSymbol" and value not in _NOTHING:
            return False
    return True
