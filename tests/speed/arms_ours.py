"""Our ways to read, through the public API, as a user's program would."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from tastytrade import Event, EventType, Overflow, Streamer, Subscription, TableBuilder
from tests.speed.stopwatch import Order, Stopwatch, read_order

CONFLATED_FROM = 1000
"""Events that may wait for a slow reader before older ones of a symbol make way."""


@asynccontextmanager
async def subscribed(
    order: Order, overflow: Overflow = Overflow.BLOCK, limit_events: int | None = None
) -> AsyncIterator[Subscription[Event]]:
    """A subscription to what was ordered; nothing is dropped unless asked."""
    async with Streamer(url=order.url, token="speed") as streamer:
        (first, symbols), *others = order.subscriptions.items()
        async with streamer.subscribe(
            first, symbols, overflow=overflow, limit_events=limit_events
        ) as subscription:
            for event_type, symbols in others:
                streamer.extend(subscription, event_type, symbols)
            yield subscription


async def events(order: Order, watch: Stopwatch) -> NoReturn:
    """``async for event in subscription``."""
    count, first, last = 0, order.warm + 1, order.events
    async with subscribed(order) as subscription:
        async for _ in subscription:
            count += 1
            if count == first:
                watch.start()
            if count == last:
                break
        watch.stop(count)


async def batches(order: Order, watch: Stopwatch) -> NoReturn:
    """``async for batch in subscription.batches()``."""
    count = 0
    async with subscribed(order) as subscription:
        async for batch in subscription.batches():
            if not count:
                watch.start()
            count += len(batch)
            if count >= order.events:
                break
        watch.stop(count)


async def tables(order: Order, watch: Stopwatch) -> NoReturn:
    """polars tables of everything, a builder for each event type; all rows are kept."""
    builders = builders_of(order, last=order.events)
    async with subscribed(order) as subscription:
        count = await fill(builders, subscription, order, watch)
        made = [builder.table for builder in builders.values()]
        watch.extra["kept"] = sum(table.height for table in made)
        watch.extra["estimated_mb"] = sum(table.estimated_size() for table in made) / 1e6
        watch.stop(count)


async def latest(order: Order, watch: Stopwatch) -> NoReturn:
    """The newest row of each symbol, as a table in the end."""
    builders = builders_of(order, latest=True)
    async with subscribed(order) as subscription:
        count = await fill(builders, subscription, order, watch)
        watch.extra["kept"] = sum(builder.table.height for builder in builders.values())
        watch.stop(count)


async def fill(
    builders: dict[str, TableBuilder[Any]], subscription: Subscription[Event], order: Order, watch: Stopwatch
) -> int:
    """Append everything to the builders of its event types; how many rows."""
    count = 0
    async for batch in subscription.batches():
        if not count:
            watch.start()
        builders[batch.event_class.__name__].append(batch)
        count += len(batch)
        if count >= order.events:
            break
    return count


async def lag(order: Order, watch: Stopwatch) -> NoReturn:
    """``async for event``, and how old each event is by then."""
    count = 0
    async with subscribed(order) as subscription:
        async for event in subscription:
            count += 1
            if count == 1:
                watch.start()
            watch.saw(event.askSize)  # type: ignore[attr-defined]  # only Quotes are ordered
            if count == order.events:
                break
        watch.stop(count)


async def conflated(order: Order, watch: Stopwatch) -> NoReturn:
    """A reader with work to do, who wants the newest of each symbol as soon as there is more than fits."""
    await slow(order, watch, Overflow.CONFLATE, limit_events=CONFLATED_FROM)


async def conflated_late(order: Order, watch: Stopwatch) -> NoReturn:
    """The same with the limit that a subscription has by itself, 8 MiB of text."""
    await slow(order, watch, Overflow.CONFLATE)


async def blocking(order: Order, watch: Stopwatch) -> NoReturn:
    """A reader with work to do, who wants everything: the server has to wait."""
    await slow(order, watch, Overflow.BLOCK)


async def slow(
    order: Order, watch: Stopwatch, overflow: Overflow, *, limit_events: int | None = None
) -> NoReturn:
    """Reads with work to do for each event, for as long as was ordered."""
    count, end = 0, 0.0
    async with subscribed(order, overflow, limit_events) as subscription:
        async for event in subscription:
            count += 1
            if count == 1:
                watch.start()
                end = time.monotonic() + order.seconds
            watch.saw(event.askSize)  # type: ignore[attr-defined]  # only Quotes are ordered
            if time.monotonic() >= end:
                break
        watch.extra["conflated"] = subscription.ledger().conflated
        watch.stop(count)


async def check_events(order: Order, watch: Stopwatch) -> NoReturn:
    """What everything adds up to, column by column, as events. Takes long and is not timed."""
    columns: dict[str, dict[str, list[Any]]] = {}
    count = 0
    async with subscribed(order) as subscription:
        async for event in subscription:
            name = type(event).__name__
            of_type = columns.setdefault(name, {field: [] for field in order.columns[name]})
            for field, values in of_type.items():
                values.append(getattr(event, field))
            count += 1
            if count == order.events:
                break
        watch.say(checked(count, columns))


async def check_batches(order: Order, watch: Stopwatch) -> NoReturn:
    """The same as batches."""
    columns: dict[str, dict[str, list[Any]]] = {}
    count = 0
    async with subscribed(order) as subscription:
        async for batch in subscription.batches():
            of_type = columns.setdefault(batch.event_class.__name__, {})
            for field, values in batch.columns.items():
                of_type.setdefault(field, []).extend(values)
            count += len(batch)
            if count >= order.events:
                break
        watch.say(checked(count, columns))


def checked(count: int, columns: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
    """The count, and the sums of marks of every column."""
    from tests.speed.frames import sums_of

    found: Iterable[tuple[str, str, Iterable[Any]]] = (
        (event_type, field, values)
        for event_type, of_type in columns.items()
        for field, values in of_type.items()
    )
    return {"events": count, "sums": sums_of(found)}


def builders_of(order: Order, **how: Any) -> dict[str, TableBuilder[Any]]:
    """A builder for each event type that was ordered."""
    return {name: TableBuilder(EventType(name).event_class, **how) for name in order.subscriptions}


ARMS: dict[str, Callable[[Order, Stopwatch], Awaitable[NoReturn]]] = {
    arm.__name__: arm
    for arm in (
        events,
        batches,
        tables,
        latest,
        lag,
        conflated,
        conflated_late,
        blocking,
        check_events,
        check_batches,
    )
}


async def main() -> None:
    order = read_order()
    await ARMS[order.arm](order, Stopwatch(order))


if __name__ == "__main__":
    asyncio.run(main())
