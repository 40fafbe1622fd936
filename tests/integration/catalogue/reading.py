"""Feeds whose end is checked, and readers who read until they have what they wait for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from tastytrade import Streamer
from tastytrade.dxfeed import Event, EventBatch
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.source import State
from tastytrade.subscription import Subscription
from tastytrade.timeouts import Timeouts
from tests.integration.catalogue.feed_server import TOKEN, FeedServer

QUICK = Timeouts(
    open=2,
    step=0.5,
    confirm=0.5,
    close=0.2,
    quiet_grace=0.2,
    backoff_base=0.05,
    backoff_cap=0.1,
    proven_healthy=0.5,
    busy=0.2,
    session_cool_down=0.2,
    block=0.3,
    rate=0.2,
)

SETUP = '{"type":"SETUP","channel":0,"version":"0.1","keepaliveTimeout":60}'
AUTHORIZED = '{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED"}'

Records = list["EventBatch[Any] | Gap"]


def ready_protocol(plans: list[ChannelPlan] | None = None) -> ClientProtocol:
    """A client's protocol whose handshake is done, at time 0."""
    protocol = ClientProtocol(plans)
    protocol.start(token=None, now=0.0)
    for text in (SETUP, AUTHORIZED):
        protocol.receive(text.encode(), now=0.0)
    return protocol


def tasks_of_ours() -> set[str]:
    """Names of the tasks of the package that run, but for those of a simulator."""
    names = {task.get_name() for task in asyncio.all_tasks()}
    return {name for name in names if name.startswith("tastytrade") and "simulator" not in name}


@asynccontextmanager
async def feed(server: FeedServer, **options: Any) -> AsyncIterator[Streamer]:
    """A streamer on a server; afterwards its books balance, and no task of it is left."""
    options = {"timeouts": QUICK, "token": TOKEN, **options}
    async with checked(Streamer(url=server.url, **options)) as streamer:
        yield streamer


@asynccontextmanager
async def checked(streamer: Streamer) -> AsyncIterator[Streamer]:
    """The same for any streamer."""
    async with streamer:
        yield streamer
        assert streamer.ledger().balance == 0
    assert tasks_of_ours() == set()


async def records_until(subscription: Subscription[Any], is_enough: Callable[[Records], bool]) -> Records:
    """What a reader gets until that is enough; for five seconds at most."""
    found: Records = []
    async with asyncio.timeout(5), aclosing(subscription.records()) as records:
        async for record in records:
            found.append(record)
            if is_enough(found):
                break
    return found


async def events_until(subscription: Subscription[Any], count: int) -> list[Any]:
    """The next so many events at least."""
    return events_in(await records_until(subscription, lambda found: len(events_in(found)) >= count))


def events_in(records: Records) -> list[Any]:
    """The events of some records, in order."""
    return [event for record in records if isinstance(record, EventBatch) for event in record]


def is_over(gap: Gap) -> bool:
    return not gap.is_open


async def gap_closed(subscription: Subscription[Any]) -> Gap:
    """The first gap of a reader, as soon as it has ended; events are read on the way."""
    if not any(map(is_over, subscription.gaps)):
        await records_until(subscription, lambda _: any(map(is_over, subscription.gaps)))
    return next(filter(is_over, subscription.gaps))


async def state_of(streamer: Streamer, *states: State) -> State:
    """Wait until the feed is in one of some states."""
    async with asyncio.timeout(5), aclosing(streamer.states()) as changes:  # type: ignore[type-var]  # a generator
        async for change in changes:
            if change.state in states:
                return change.state
    raise AssertionError(f"the feed ended {streamer.state}")


def resident_bytes() -> int:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def values_of(events: list[Event], name: str) -> list[Any]:
    """One field of some events."""
    return [getattr(event, name) for event in events]
