"""Records as they come: events to where data goes; to stderr when some of them may be missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import typer

from tastytrade.cli.event_writer import EventWriter, open_writer
from tastytrade.cli.notes import note
from tastytrade.cli.output import Target
from tastytrade.dxfeed import Event, EventBatch, Gap
from tastytrade.subscription import Subscription


async def put_records(
    subscription: Subscription[Any],
    target: Target,
    classes: list[type[Event]],
    *,
    duration: float | None,
    what: str,
) -> None:
    """Put them out until they end, their time is over, or nobody reads them any more.

    When it is interrupted, what had come by then is put out, and how much it was is said.
    """
    began = time.monotonic()
    with open_writer(target, classes, what=what) as writer:
        try:
            await _put(subscription.records(duration=duration), writer)
        except asyncio.CancelledError:
            subscription.close()
            await _put(subscription.records(), writer)
            note(f"interrupted after {time.monotonic() - began:.1f} s: {writer.events:,} events")
            raise


async def _put(records: AsyncIterator[EventBatch[Any] | Gap], writer: EventWriter) -> None:
    async for record in records:
        if isinstance(record, Gap):
            if not record.is_open:
                typer.echo(f"tastytrade: {record}", err=True)
        elif not writer.write(record):
            return
