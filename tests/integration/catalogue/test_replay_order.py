"""The same sequence each time, gaps in their places, at any speed: R1 to R3 of the fault catalogue."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Quote, replay
from tastytrade.dxfeed.gap import Gap
from tastytrade.replaying import Speed
from tastytrade.store import Store, compact
from tastytrade.store.records import Record
from tests.integration.catalogue.recordings import (
    BEGAN_NS,
    MS,
    TYPES,
    day,
    digest,
    facts,
    gap,
    keep,
    played,
    prints,
    quotes,
)

# R1: the same twice.

REPLAYS = """
import asyncio, sys
from pathlib import Path
from tastytrade.replaying import source
from tastytrade.store import records
from tests.integration.catalogue.recordings import BEGAN_NS, MS, digest, events_of, exact, played
from tastytrade.dxfeed.gap import Gap

path, source.AHEAD, records.WINDOW = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for options in ({}, {"start": BEGAN_NS + 40 * MS, "end": BEGAN_NS + 250 * MS}):
    found = asyncio.run(played(path, **options))
    print(digest(found))
    print([(number, exact(event)) for number, event in events_of(found)])
    print([record for record in found if isinstance(record, Gap)])
"""


def replays(path: Path, seed: str, ahead: int, window: int) -> list[str]:
    """What a process prints that replays a store twice: a digest, events and gaps, of all and of a range."""
    done = subprocess.run(
        [sys.executable, "-c", REPLAYS, str(path), str(ahead), str(window)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.timeout(40)
def test_r1_a_range_is_the_same_in_every_process_however_it_is_read(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    usual = replays(path, "0", 500, 50_000)
    others = [replays(path, "4711", 500, 50_000), replays(path, "random", 3, 50_000)]
    in_pieces = replays(path, "1", 7, 64)

    assert all(other == usual for other in others)
    assert len(usual) == 6
    # Windows of 64 numbers may cut a batch in two: events and gaps are the same.
    assert [line for at, line in enumerate(in_pieces) if at % 3] == [
        line for at, line in enumerate(usual) if at % 3
    ]


async def test_r1_moving_and_compacting_change_nothing(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    ranges: list[dict[str, Any]] = [{}, {"start": BEGAN_NS + 40 * MS, "end": BEGAN_NS + 250 * MS}]
    before = [digest(await played(path, **options)) for options in ranges]
    files = len(list(path.glob("tables/Quote/*/*.parquet")))
    done = compact(path, keep=0)
    after = [digest(await played(path, **options)) for options in ranges]

    assert files > 1
    assert done.files_after < done.files_before
    assert after == before
    assert before[0] != before[1]


async def test_r1_a_replay_gives_what_was_written(tmp_path: Path) -> None:
    written = day()
    path = keep(tmp_path / "day", written)
    found = await played(path)

    rows = [record for record in found if not isinstance(record, Gap)]
    assert [number for record in rows for number in record.numbers] == sorted(
        number for record in rows for number in record.numbers
    )
    assert [_without_numbers(record) for record in found] == [_without_numbers(one) for one in written]


def _without_numbers(record: Record) -> Any:
    found = facts(record)
    return found if isinstance(record, Gap) else (*found[:3], *found[4:])


# R2: gaps in what is replayed.


async def test_r2_a_gap_stands_between_the_events_that_it_was_told_between(tmp_path: Path) -> None:
    opened = gap(3, from_ns=BEGAN_NS)
    ended = gap(3, from_ns=BEGAN_NS, to_ns=BEGAN_NS + 5 * MS, epoch_after=2)
    first, second, third = quotes(BEGAN_NS), prints(BEGAN_NS + 6 * MS, epoch=2), quotes(BEGAN_NS + 7 * MS)
    written: list[Record] = [first, opened, ended, second, third]
    path = keep(tmp_path / "day", written)
    found = await played(path)

    assert [type(record) for record in found] == [type(first), Gap, Gap, type(first), type(first)]
    assert [record.to_ns for record in found if isinstance(record, Gap)] == [None, ended.to_ns]
    assert [record.number for record in found if isinstance(record, Gap)] == [1, 1]


async def test_r2_gaps_that_reach_into_a_range_come_first_and_one_that_is_open_stays_open(
    tmp_path: Path,
) -> None:
    over = gap(1, to_ns=BEGAN_NS + 1 * MS)
    reaching = gap(2, from_ns=BEGAN_NS + 2 * MS)
    its_end = gap(2, from_ns=BEGAN_NS + 2 * MS, to_ns=BEGAN_NS + 7 * MS, epoch_after=2)
    inside = gap(3, from_ns=BEGAN_NS + 8 * MS)
    its_late_end = gap(3, from_ns=BEGAN_NS + 8 * MS, to_ns=BEGAN_NS + 20 * MS)
    records: list[Record] = [
        quotes(BEGAN_NS),
        over,
        quotes(BEGAN_NS + 2 * MS),
        reaching,
        quotes(BEGAN_NS + 6 * MS),
        its_end,
        quotes(BEGAN_NS + 8 * MS),
        inside,
        quotes(BEGAN_NS + 20 * MS),
        its_late_end,
    ]
    path = keep(tmp_path / "day", records)
    found = await played(path, start=BEGAN_NS + 5 * MS, end=BEGAN_NS + 10 * MS)

    shown = [
        (record.number, record.is_open) if isinstance(record, Gap) else record.received_ns - BEGAN_NS
        for record in found
    ]
    assert shown == [(2, True), 6 * MS, (2, False), 8 * MS, (3, True)]


async def test_r2_a_reader_is_told_of_its_own_gaps_alone(tmp_path: Path) -> None:
    of_a = gap(1, symbols=("A", "B"), event_types=("Quote",))
    of_trades = gap(2, event_types=("Trade",))
    path = keep(tmp_path / "day", [quotes(BEGAN_NS, "A", "B"), of_a, of_trades, quotes(BEGAN_NS + MS, "B")])
    mine = [one for one in await played(path, Quote, ["B"]) if isinstance(one, Gap)]
    others = [one for one in await played(path, "Quote", ["C"]) if isinstance(one, Gap)]

    assert [(one.number, one.symbols) for one in mine] == [(1, ("B",))]
    assert others == []


async def test_r2_who_reads_everything_has_every_gap_also_of_symbols_without_events(tmp_path: Path) -> None:
    silent = gap(1, symbols=("SILENT",), event_types=("Quote",))
    path = keep(tmp_path / "day", [quotes(BEGAN_NS), silent])
    found = await played(path, Quote)

    assert [record.symbols for record in found if isinstance(record, Gap)] == [("SILENT",)]


# R3: speeds.


@pytest.mark.parametrize("speed", [1, 10, "max"])
async def test_r3_the_order_is_the_same_at_any_speed(tmp_path: Path, speed: Speed) -> None:
    path = keep(tmp_path / "day", day())
    loop = asyncio.get_running_loop()
    began = loop.time()
    found = await played(path, speed=speed)
    took = loop.time() - began

    assert digest(found) == digest(Store(path).records())
    assert speed == "max" or took >= 0.299 / speed


@pytest.mark.timeout(30)
async def test_r3_what_was_received_is_given_when_it_is_due(tmp_path: Path) -> None:
    # The loop's own lateness is measured beside it, in the same run: a busy machine is late with both.
    times = [BEGAN_NS + number * 2 * MS for number in range(600)]
    path = keep(tmp_path / "day", [quotes(now, "A", "B") for now in times])
    loop = asyncio.get_running_loop()
    late: list[float] = []
    timers: list[float] = []
    async with replay(path) as source, source.subscribe(Quote) as reader:
        began: float | None = None
        async for batch in reader.batches():
            if began is None:
                began = loop.time()
                for at_ns in times[1:]:
                    due = began + (at_ns - BEGAN_NS) / 1e9 + 0.001
                    loop.call_at(due, _note, timers, loop.time, due)
            late.append(abs(loop.time() - began - (batch.received_ns - BEGAN_NS) / 1e9))

    assert len(late) == len(times)
    assert percentile(late, 99) <= 0.005 + 3 * percentile(timers, 99)


def _note(into: list[float], now: Callable[[], float], due: float) -> None:
    into.append(now() - due)


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


async def test_r3_types_and_symbols_are_chosen_without_a_change_of_order(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    chosen = await played(path, ["Trade", "TimeAndSale"], ["B"])
    of_store = [
        one.of_symbols({"B"})
        for one in Store(path).records()
        if not isinstance(one, Gap) and one.event_class is not Quote
    ]

    assert [facts(one) for one in chosen if not isinstance(one, Gap)] == [facts(one) for one in of_store]
    assert {one.event_class for one in chosen if not isinstance(one, Gap)} == {TYPES[1], TYPES[2]}
