"""The client under test: a program as a user writes one, that keeps what it got on disk. An own process.

    TT_API_URL=... TT_SECRET=... TT_REFRESH=... python -m tests.chaos.client PLAN_AS_JSON

Everything goes to the plan's log as it comes: rows and gaps in their order, states, a sample a second.
SIGTERM ends it properly, with status 0; SIGKILL may end it anywhere.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from tastytrade import Candle, EventBatch, Overflow, Quote, Session, Streamer, Subscription, TimeAndSale
from tastytrade.dxfeed.gap import Gap
from tastytrade.errors import FeedError, RequestError
from tastytrade.timeouts import Timeouts
from tests.chaos.counting_market import COLUMNS, candles_of, number_of
from tests.chaos.lines import (
    AnyLine,
    Ending,
    GapLine,
    Last,
    Plan,
    Rows,
    Sample,
    StateLine,
    Trouble,
    Wanted,
    coming,
    encode,
    histories,
    leaving,
    streamed,
)

STREAMED = ("Quote", "TimeAndSale")
HISTORICAL = ("TimeAndSale", "Candle")


class Log:
    """An append-only file; what was written is there after a kill."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, line: AnyLine) -> None:
        os.write(self._file, encode(line))


class Program:
    """What the plan says, on one open streamer."""

    def __init__(self, plan: Plan, log: Log, streamer: Streamer, stop: asyncio.Event) -> None:
        self.plan = plan
        self._log = log
        self._streamer = streamer
        self._stop = stop
        self._readers: dict[str, Subscription[Any]] = {}

    async def run(self) -> None:
        """Until told to stop."""
        plan, streamer = self.plan, self._streamer
        streams = streamer.subscribe(
            [Quote, TimeAndSale],
            streamed(plan),
            limit_bytes=plan.limit_bytes,
            overflow=Overflow.DROP_OLDEST,
        )
        sales = streamer.subscribe(
            TimeAndSale, histories(plan), from_time=plan.from_ms, overflow=Overflow.DROP_OLDEST
        )
        candles = streamer.subscribe(
            Candle,
            [candles_of(one) for one in histories(plan)],
            from_time=plan.from_ms,
            overflow=Overflow.DROP_OLDEST,
        )
        self._readers = {"streams": streams, "sales": sales, "candles": candles}
        async with asyncio.TaskGroup() as tasks:
            rest = [
                tasks.create_task(self._tell_states()),
                tasks.create_task(self._sample()),
                tasks.create_task(self._change_mind(streams)),
            ]
            for name, subscription in self._readers.items():
                tasks.create_task(self._read(name, subscription), name=name)
            await self._stop.wait()
            self._log.write(Ending(time.time_ns()))
            for subscription in self._readers.values():
                subscription.close()
            for task in rest:
                task.cancel()

    async def _read(self, name: str, subscription: Subscription[Any]) -> None:
        async for record in subscription.records():
            if isinstance(record, Gap):
                self._log.write(gap_line(name, record))
            else:
                self._log.write(rows_line(name, record))

    async def _change_mind(self, streams: Subscription[Any]) -> None:
        """Some symbols less, and others instead, whether there is a connection at that moment or not."""
        plan, streamer = self.plan, self._streamer
        await streamer.restored()
        self._log.write(Wanted(time.time_ns(), list(STREAMED), streamed(plan)))
        self._log.write(Wanted(time.time_ns(), ["TimeAndSale"], histories(plan)))
        self._log.write(Wanted(time.time_ns(), ["Candle"], [candles_of(one) for one in histories(plan)]))
        if not plan.leaving:
            return
        await asyncio.sleep(plan.change_at)
        self._log.write(Wanted(time.time_ns(), list(STREAMED), leaving(plan), gone=True))
        streamer.reduce(streams, [Quote, TimeAndSale], leaving(plan))
        streamer.extend(streams, [Quote, TimeAndSale], coming(plan))
        await streamer.restored()
        self._log.write(Wanted(time.time_ns(), list(STREAMED), coming(plan)))

    async def _tell_states(self) -> None:
        async for change in self._streamer.states():
            self._log.write(StateLine(time.time_ns(), change.state.value, change.reason, change.at_ns))

    async def _sample(self) -> None:
        while True:
            readers = self._readers.items()
            self._log.write(
                Sample(
                    time.time_ns(),
                    rss_bytes=resident_bytes(),
                    tasks=len(asyncio.all_tasks()),
                    handles=open_handles(),
                    balance=balance_of(self._streamer, *self._readers.values()),
                    waiting_bytes={name: one.waiting_bytes for name, one in readers},
                    limit_bytes={name: one.limit_bytes for name, one in readers},
                )
            )
            await asyncio.sleep(1.0)


def balance_of(streamer: Streamer, *readers: Subscription[Any]) -> int:
    """What the books do not account for, the streamer's and the readers'; 0 when they balance."""
    return abs(streamer.ledger().balance) + sum(abs(reader.ledger().balance) for reader in readers)


def rows_line(reader: str, batch: EventBatch[Any]) -> Rows:
    name = batch.event_class.__name__
    numbers, checksums = ([number_of(one) or 0 for one in batch.columns[column]] for column in COLUMNS[name])
    return Rows(
        time.time_ns(),
        reader=reader,
        event_type=name,
        epoch=batch.epoch,
        channel=batch.channel,
        received_ns=batch.received_ns,
        symbols=batch.symbols,
        numbers=numbers,
        checksums=checksums,
        flags=batch.columns.get("eventFlags", []),
        ingest=list(batch.numbers),
    )


def gap_line(reader: str, gap: Gap) -> GapLine:
    return GapLine(
        time.time_ns(),
        reader=reader,
        number=gap.number,
        reason=gap.reason.value,
        scope=gap.scope.value,
        event_types=list(gap.event_types),
        symbols=list(gap.symbols),
        from_ns=gap.from_ns,
        to_ns=gap.to_ns,
        detected_ns=gap.detected_ns,
        healed=gap.healed.value,
    )


def open_handles() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def start(plan: Plan, log: Log, stop: asyncio.Event) -> None:
    """Log in and stream until told to stop; what fails at the start is tried again."""
    timeouts = Timeouts(
        open=2.0,
        step=2.0,
        confirm=2.0,
        close=0.5,
        quiet_grace=plan.quiet_grace,
        backoff_base=0.2,
        backoff_cap=1.0,
        proven_healthy=5.0,
        busy=1.0,
        session_cool_down=2.0,
        rate=1.0,
    )
    while not stop.is_set():
        try:
            async with (
                Session.from_environment() as session,
                Streamer(session, timeouts=timeouts) as streamer,
            ):
                await Program(plan, log, streamer, stop).run()
            log.write(Last(time.time_ns(), balance_of(streamer), repr(streamer.ledger())))
        except (RequestError, FeedError) as error:
            log.write(Trouble(time.time_ns(), f"{type(error).__name__}: {error}"))
            await asyncio.sleep(0.2)


async def main(plan: Plan) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await start(plan, Log(Path(plan.log)), stop)


if __name__ == "__main__":
    # Everything the package says goes to standard error: secrets are looked for in it afterwards.
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    chosen = msgspec.json.decode(sys.argv[1], type=Plan)
    if chosen.planted is not None:
        from tests.chaos.planted import plant

        plant(chosen.planted)
    asyncio.run(main(chosen))
