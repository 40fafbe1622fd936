"""The wire log of a real feed, read again; and what is left of one whose writer was killed."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Overflow, Quote, Session, Simulator, Streamer
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.timeouts import Timeouts
from tastytrade.wire_log import WireLog, read_wire, wire_messages
from tastytrade.wire_log.file import files_of
from tests.integration.wire_log_writer import message

QUICK = Timeouts(backoff_base=0.05, backoff_cap=0.1)
LASTING = ["Quote", "Trade", "TradeETH", "Summary", "Profile", "Greeks"]
EVERYTHING = [*LASTING, "TimeAndSale", "Candle"]
COLUMNS = {"name": "switch", "dxlink": {"column_order": "reversed", "extra_columns": ["x"]}}
KILLS = 6

Seen = tuple[str, int, int, int, str]
"""Of an event: type, connection, time, ingest number, and everything it says."""


def seen_in(records: Iterable[EventBatch[Any] | Gap]) -> list[Seen]:
    return [
        (type(event).__name__, batch.epoch, batch.received_ns, number, repr(event))
        for batch in records
        if isinstance(batch, EventBatch)
        for number, event in zip(batch.numbers, batch, strict=True)
    ]


async def live_and_logged(
    simulator: Simulator, folder: Path, event_types: Iterable[str], *faults: dict[str, Any]
) -> tuple[list[Seen], list[Seen], list[Gap]]:
    """What a reader got and what the log has, of a moment before each fault and after the last; and the
    log's gaps."""
    symbols = ["SPX", "NVDA", "AAPL", "NVDA{=m}", simulator.listing.chain("SPX")[400].streamer_symbol]
    log = WireLog(folder)
    live: list[EventBatch[Any]] = []
    async with Session.from_environment(variables=simulator.variables) as session:
        streamer = Streamer(session, timeouts=QUICK)
        streamer.watch_wire(log.take)
        async with (
            streamer,
            streamer.subscribe(event_types, symbols, overflow=Overflow.BLOCK) as subscription,
        ):
            for fault in (*faults, None):
                live.extend([batch async for batch in subscription.batches(duration=0.4)])
                await asyncio.to_thread(log.flush)
                if fault is not None:
                    simulator.inject(fault)
        live.extend([batch async for batch in subscription.batches()])
    log.close()
    records = list(read_wire(folder))
    return seen_in(live), seen_in(records), [one for one in records if isinstance(one, Gap)]


@pytest.mark.parametrize(
    ("event_types", "faults"),
    [
        (EVERYTHING, ()),
        (
            EVERYTHING,
            ({"name": "format"}, {"name": "config"}, {"name": "format", "data_format": "COMPACT"}),
        ),
        (EVERYTHING, (COLUMNS, {"name": "config"})),
        (LASTING, ({"name": "abort"}, {"name": "close"})),
        (LASTING, (COLUMNS, {"name": "close_channel"}, {"name": "config", "fields": False})),
    ],
    ids=["as it is", "formats", "columns", "connections", "channels"],
)
async def test_a_reader_and_the_log_have_the_same_events(
    tmp_path: Path, event_types: Iterable[str], faults: tuple[dict[str, Any], ...]
) -> None:
    async with Simulator(seed=3, rate=3000) as simulator:
        live, logged, gaps = await live_and_logged(simulator, tmp_path, event_types, *faults)

    assert len(live) > 500
    assert len({name for name, *_ in live}) > 5
    assert logged[: len(live)] == live
    assert gaps == []


async def test_what_could_not_be_read_live_is_a_gap_in_the_log(tmp_path: Path) -> None:
    faults = [
        {"name": "spoil", "how": "short", "event_type": "Quote"},
        {"name": "say", "sample": "malformed"},
        {"name": "say", "text": '{"type":"FEED_DATA","channel":1,"data":["Quote",'},
    ]
    async with Simulator(seed=3, rate=3000) as simulator:
        live, logged, gaps = await live_and_logged(simulator, tmp_path, ["Quote"], *faults)

    assert logged[: len(live)] == live
    assert {gap.reason for gap in gaps} == {GapReason.DECODE_ERROR, GapReason.PROTOCOL_ERROR}


async def test_who_begins_to_watch_late_can_read_what_comes(
    tmp_path: Path, streamer: Streamer, simulator: Simulator
) -> None:
    log = WireLog(tmp_path)
    async with streamer.subscribe(Quote, ["SPX", "NVDA", "AAPL"]) as subscription:
        async for _ in subscription.batches(duration=0.3):
            pass
        leave = streamer.watch_wire(log.take)
        live = [batch async for batch in subscription.batches(duration=0.7)]
        leave()
        waiting = log.waiting_bytes
        async for _ in subscription.batches(duration=0.2):
            pass
    log.close()
    logged = [repr(event) for batch in read_wire(tmp_path) for event in batch]  # type: ignore[union-attr]  # no gaps

    assert log.waiting_bytes == 0 < waiting
    assert logged == [repr(event) for batch in live for event in batch]
    assert len(logged) > 0


async def test_no_secret_is_in_the_log(tmp_path: Path) -> None:
    async with Simulator() as simulator:
        log = WireLog(tmp_path)
        async with Session.from_environment(variables=simulator.variables) as session:
            token = (await session.quote_token()).token.reveal()
            streamer = Streamer(session)
            streamer.watch_wire(log.take)
            async with streamer, streamer.subscribe(Quote, ["SPX"]) as subscription:
                text = f"token {token} is not good"
                simulator.inject({"name": "error", "error": "UNKNOWN", "text": text, "channel": 1})
                async for _ in subscription.batches(duration=0.5):
                    pass
        log.close()
    content = b"".join(gzip.decompress(path.read_bytes()) for path in files_of(tmp_path))

    assert b'"hidden":"AUTH_STATE"' in content
    assert b'"hidden":"ERROR"' in content
    assert token.encode() not in content
    assert b"AUTHORIZED" not in content
    assert b"userId" not in content


def test_everything_flushed_outlives_a_kill_at_any_moment(tmp_path: Path) -> None:
    safe = 0
    for attempt in range(KILLS):
        folder = tmp_path / str(attempt)
        command = [sys.executable, "-m", "tests.integration.wire_log_writer", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(1 + 37 * attempt):
                process.stdout.readline()
            process.kill()
            said = process.stdout.read().split("\n")[:-1]
        safe = int(said[-1]) if said else 40 * (1 + 37 * attempt)
        found = [one.text for one in wire_messages(folder)]

        assert len(found) >= safe
        assert found == [message(number) for number in range(len(found))]

    assert len(files_of(folder)) > 2
