"""Captures that are killed, and what must be left of them: what was acknowledged, once, and a gap beside."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from tastytrade import EventBatch, Gap, Simulator, Store
from tastytrade.dxfeed.gap import GapReason
from tests.chaos.counting_market import COLUMNS, CountingMarket, Rhythm, checksum, number_of, symbols
from tests.integration.commands import environment

CAPTURING = "tests.integration.catalogue.capturing"
SYMBOLS = 60
DAY_NS = 86_400 * 10**9
MIDNIGHT_AFTER_NS = 2 * 10**9
"""A store's first midnight comes so long after its first capture began."""
LAG_MS = 300
"""A sale reaches us that long after it happened, at the latest."""


class Ended(Struct, frozen=True):
    """What a capture said last before it was killed, and the clock it had."""

    acknowledged: int
    shift_ns: int


class Findings(Struct):
    """What is wrong with a store; ``restarts`` and ``days`` say how much of it there was to look at."""

    lost: int = 0
    duplicate: int = 0
    unreadable: int = 0
    wrong: int = 0
    uncovered: int = 0
    open_gaps: int = 0
    misplaced_gaps: int = 0
    rows: int = 0
    restarts: int = 0
    days: int = 0
    notes: list[str] = []

    @property
    def faults(self) -> int:
        return (
            self.lost + self.duplicate + self.unreadable + self.wrong + self.uncovered
            + self.open_gaps + self.misplaced_gaps
        )  # fmt: skip


@asynccontextmanager
async def counting_simulator() -> AsyncIterator[tuple[Simulator, CountingMarket]]:
    """Some thousand events a second that prove themselves."""
    now_ms = time.time_ns() // 1_000_000
    market = CountingMarket(Rhythm(now_ms - 1_000, quote_ms=40, sale_ms=30))
    market.began_ms = now_ms
    async with Simulator(market=market) as simulator:
        market.began_ms = time.time_ns() // 1_000_000
        yield simulator, market


def shift_to_midnight() -> int:
    """A clock's lead with which a day ends soon."""
    now_ns = time.time_ns()
    return DAY_NS - now_ns % DAY_NS - MIDNIGHT_AFTER_NS


async def killed(
    simulator: Simulator, folder: Path, *, shift_ns: int, after: float, is_early: bool = False
) -> Ended:
    """Capture to a folder, in another process, and kill it so many seconds after it has begun to capture; or,
    early, to be."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", CAPTURING, str(folder), str(shift_ns), str(SYMBOLS),
        stdout=PIPE, env=environment(simulator.variables),
    )  # fmt: skip
    assert process.stdout is not None
    said = [] if is_early else [await process.stdout.readline()]
    try:
        async with asyncio.timeout(after):
            while line := await process.stdout.readline():
                said.append(line)
    except TimeoutError:
        pass
    process.kill()
    said += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    whole = [int(line) for line in said if line.endswith(b"\n")]
    assert whole or is_early, "the capture ended before it had begun"
    return Ended(whole[-1] if whole else 0, shift_ns)


def judge(folder: Path, market: CountingMarket, ended: Ended) -> Findings:
    """Look at everything in a store whose last capture was killed."""
    found = Findings(notes=[])
    if not (folder / "store.json").exists():
        found.lost = ended.acknowledged
        return found
    store = Store(folder)
    report = store.verify()
    found.unreadable = len(report.damage)
    found.notes += [str(one) for one in report.damage]
    records = list(store.records())
    numbers = Counter(n for record in records if isinstance(record, EventBatch) for n in record.numbers)
    gaps = [record for record in records if isinstance(record, Gap)]
    found.rows = report.rows
    found.duplicate = sum(numbers.values()) - len(numbers)
    if report.rows < ended.acknowledged or sum(numbers.values()) + len(gaps) != report.rows:
        found.lost += max(ended.acknowledged - report.rows, 1)
    sales = _judge_values(records, found)
    _judge_gaps(store, records, found)
    _judge_sales(sales, market, list({gap.number: gap for gap in gaps}.values()), found, ended)
    found.restarts = len(store.manifest.sessions) - 1
    found.days = len({piece.parent.name for piece in folder.glob("tables/*/day=*/*.parquet")})
    return found


def _judge_values(records: list[EventBatch[Any] | Gap], found: Findings) -> dict[str, set[int]]:
    """Whether each row is one the market made; gives the numbers of the sales by symbol."""
    sales: dict[str, set[int]] = {}
    for record in records:
        if isinstance(record, Gap):
            continue
        name = record.event_class.__name__
        number_column, checksum_column = (record.columns[column] for column in COLUMNS[name])
        for symbol, value, proof in zip(record.symbols, number_column, checksum_column, strict=True):
            number = number_of(value)
            if number is None or checksum(symbol, name, number) != proof:
                found.wrong += 1
                found.notes.append(f"{name} of {symbol}: {value} with {proof}")
            elif name == "TimeAndSale":
                sales.setdefault(symbol, set()).add(number)
    return sales


def _judge_gaps(store: Store, records: list[EventBatch[Any] | Gap], found: Findings) -> None:
    """A restart's gap begins with the last row before it, and has ended unless it is the last one."""
    sessions = store.manifest.sessions
    last_ns, opened = 0, set[int]()
    for record in records:
        if isinstance(record, EventBatch):
            last_ns = record.received_ns
        elif record.reason is GapReason.RESTART_CRASH and record.number not in opened:
            opened.add(record.number)
            if last_ns and record.from_ns != last_ns:
                found.misplaced_gaps += 1
                found.notes.append(f"a gap begins at {record.from_ns} and the last row came at {last_ns}")
    now = list({gap.number: gap for gap in records if isinstance(gap, Gap)}.values())
    still_open = [gap for gap in now if gap.is_open and gap.detected_ns < sessions[-1].started_ns]
    found.open_gaps = len(still_open)


def _judge_sales(
    sales: dict[str, set[int]],
    market: CountingMarket,
    gaps: list[Gap],
    found: Findings,
    ended: Ended,
) -> None:
    """Every sale between the first and the last of the store is there, or happened in a gap."""
    spans = [
        ((gap.from_ns - ended.shift_ns) // 10**6 - LAG_MS, _end_ms(gap, ended.shift_ns))
        for gap in gaps
        if "TimeAndSale" in gap.event_types
    ]
    for symbol in symbols(SYMBOLS):
        numbers = sales.get(symbol)
        if not numbers:
            continue
        for number in range(min(numbers), max(numbers)):
            if number in numbers:
                continue
            at_ms = market.rhythm.time_ms(symbol, "TimeAndSale", number)
            if not any(start <= at_ms <= end for start, end in spans):
                found.uncovered += 1
                found.notes.append(f"sale {number} of {symbol} is missing and in no gap")


def _end_ms(gap: Gap, shift_ns: int) -> int:
    return ((gap.to_ns - shift_ns) // 10**6 + 1) if gap.to_ns is not None else 1 << 62
