"""Current values: the last event of each symbol, asked for in parts that the feed has room for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, TypeVar

from tastytrade.dxfeed import Event, EventBatch, Kind, fields_of
from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.oneshot.feed import LIMIT_BYTES, Feed, silence, together
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.subscription import Overflow

E = TypeVar("E", bound=Event)

PART = 1_000
"""Symbols of one part."""
PARTS_AT_ONCE = 20
"""Parts in flight on one connection, whose limit is 25,000 subscriptions (measured by others)."""
PATIENCE = 3.0
"""Seconds for the last answer; current values come within 35 ms on a warm connection (measured by others)."""
ENTRIES_A_SECOND = 2_500.0
"""How fast subscribing is paced (``dxlink.client.PACE``), and unsubscribing as well."""

_NOTHING = (None, "", "\0")
"""Texts that mean "not set"; a character that is not set has come as NUL too."""


class _Part(NamedTuple):
    status: dict[str, Status]
    events: dict[str, Any]
    batches: list[EventBatch[Any]]


def usual_timeout(symbols: int) -> float:
    """Seconds that so many symbols may need: the pace of asking and giving up, and patience for answers."""
    rounds = -(-symbols // (PART * PARTS_AT_ONCE))
    return rounds * PATIENCE + 2 * symbols / ENTRIES_A_SECOND


async def current_values(
    feed: Feed, event_class: type[E], names: Sequence[str], *, timeout: float, room: asyncio.Semaphore
) -> Snapshot[E]:
    """The last event of each symbol. Returns within ``timeout`` seconds, whatever has come by then."""
    deadline = asyncio.get_running_loop().time() + timeout
    spelled: dict[str, list[str]] = {}
    for name in names:
        spelled.setdefault(canonical_candle_symbol(name), []).append(name)
    symbols = list(spelled)
    parts = await together(
        _part(feed, event_class, symbols[first : first + PART], deadline=deadline, room=room)
        for first in range(0, len(symbols), PART)
    )
    status = {symbol: one for part in parts for symbol, one in part.status.items()}
    events = {symbol: event for part in parts for symbol, event in part.events.items()}
    found = {name: canonical_candle_symbol(name) for name in names}
    return Snapshot(
        event_class,
        {name: status[symbol] for name, symbol in found.items()},
        {name: [events[symbol]] for name, symbol in found.items() if symbol in events},
        [batch for part in parts for batch in part.batches],
    )


async def _part(
    feed: Feed, event_class: type[E], symbols: list[str], *, deadline: float, room: asyncio.Semaphore
) -> _Part:
    try:
        async with asyncio.timeout_at(deadline):
            await room.acquire()
    except TimeoutError:
        return _Part(dict.fromkeys(symbols, Status.NOT_ASKED), {}, [])
    try:
        return await _ask(feed, event_class, symbols, deadline)
    finally:
        room.release()


async def _ask(feed: Feed, event_class: type[E], symbols: list[str], deadline: float) -> _Part:
    now = asyncio.get_running_loop().time
    awaited = set(symbols)
    part = _Part({}, {}, [])
    subscription = feed.subscribe(event_class, symbols, limit_bytes=LIMIT_BYTES, overflow=Overflow.FAIL)
    async with subscription, aclosing(subscription.batches(duration=deadline - now())) as batches:
        async for batch in batches:
            _take(batch.of_symbols(awaited), awaited, part)
            if not awaited:
                break
        part.status.update({symbol: silence(feed, subscription, symbol) for symbol in awaited})
    return part


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
