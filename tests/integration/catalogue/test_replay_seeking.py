"""Beginning anywhere, at any time and number, while it plays or is paused: R6 of the fault catalogue."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tastytrade import Quote, replay
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap
from tastytrade.replaying import Replay
from tastytrade.store import Store
from tastytrade.store.records import Record
from tests.integration.catalogue.recordings import (
    BEGAN_NS,
    MS,
    TYPES,
    day,
    digest,
    events_of,
    gap,
    keep,
    played,
    prints,
    quotes,
)

HOUR_NS = 3_600_000 * MS
NEW_YORK = ZoneInfo("America/New_York")


class Stepped:
    """A paused replay, and a reader that is given one record after the other."""

    def __init__(self, source: Replay, records: AsyncIterator[Record]) -> None:
        self.source = source
        self._records = records

    async def next(self) -> Record | None:
        """The next record; None at the end."""
        return await anext(self._records) if await self.source.step() else None

    async def next_batch(self) -> EventBatch[Any] | None:
        """The next batch."""
        while True:
            record = await self.next()
            if not isinstance(record, Gap):
                return record


@asynccontextmanager
async def stepped(path: Path, **options: Any) -> AsyncIterator[Stepped]:
    async with (
        replay(path, paused=True, **options) as source,
        source.subscribe(TYPES) as reader,
        aclosing(reader.records()) as records,
    ):
        yield Stepped(source, records)


# What is kept: how long after the record before each came (the clock may go back), and what it is.
KEPT = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 3 * MS), st.sampled_from([-HOUR_NS, HOUR_NS, 0])),
        st.sampled_from(["quotes", "quotes", "prints", "opens", "ends"]),
    ),
    min_size=1,
    max_size=25,
)


def records_of(kept: list[tuple[int, str]]) -> list[Record]:
    """Records as they were received one after the other; a gap at a time, which opens and ends."""
    now, number = BEGAN_NS, 0
    records: list[Record] = [quotes(now, "A")]
    begun: Gap | None = None
    for after_ns, what in kept:
        now += after_ns
        if what == "opens" and begun is None:
            number += 1
            begun = gap(number, from_ns=now, detected_ns=now)
            records.append(begun)
        elif what == "ends" and begun is not None:
            records.append(gap(number, from_ns=begun.from_ns, detected_ns=now, to_ns=now + MS, epoch_after=1))
            begun = None
        else:
            records.append(prints(now, "A", "B", index=number) if what == "prints" else quotes(now, "A"))
    return records


@pytest.mark.timeout(60)
@settings(max_examples=25, deadline=None)
@given(kept=KEPT, places=st.lists(st.integers(0, 30), min_size=1, max_size=5))
def test_r6_a_replay_goes_on_with_exactly_the_first_event_from_a_number_or_a_time_on(
    kept: list[tuple[int, str]], places: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = keep(Path(folder) / "day", records_of(kept), commit_every=7)
        asyncio.run(seeks(path, places))


async def seeks(path: Path, places: list[int]) -> None:
    everything = list(Store(path).records())
    rows = [
        (number, batch.received_ns)
        for batch in everything
        if not isinstance(batch, Gap)
        for number in batch.numbers
    ]
    async with stepped(path) as reader:
        for place in places:
            number, at_ns = rows[place % len(rows)]
            reader.source.seek(n=number)
            by_number = await reader.next_batch()
            reader.source.seek(at_ns)
            by_time = await reader.next_batch()

            assert by_number is not None
            assert (by_number.numbers[0], by_number.received_ns) == (number, at_ns)
            assert by_time is not None
            assert by_time.numbers[0] == next(one for one, received in rows if received >= at_ns)
            assert reader.source.position == (by_time.numbers[-1], by_time.received_ns)


@pytest.mark.timeout(60)
@settings(max_examples=15, deadline=None)
@given(kept=KEPT, first=st.integers(-2, 30), length=st.integers(1, 30))
def test_r6_a_range_has_exactly_what_was_received_in_it_and_the_gaps_that_reach_into_it(
    kept: list[tuple[int, str]], first: int, length: int
) -> None:
    start = BEGAN_NS + first * MS
    end = start + length * MS
    with tempfile.TemporaryDirectory() as folder:
        path = keep(Path(folder) / "day", records_of(kept), commit_every=7)
        everything = list(Store(path).records())
        found = asyncio.run(played(path, start=start, end=end))

    inside = [one for one in everything if not isinstance(one, Gap) and start <= one.received_ns < end]
    assert events_of(found) == events_of(inside)
    told = [one for one in found if isinstance(one, Gap)]
    assert len({(one.number, one.to_ns) for one in told}) == len(told)
    assert {one.number for one in told} <= {one.number for one in everything if isinstance(one, Gap)}


async def test_r6_across_the_night_when_the_hour_is_twice_a_range_is_one_of_real_time(tmp_path: Path) -> None:
    # 2026-11-01, 01:30 in New York is 05:30 and, an hour later, 06:30 UTC.
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    second = first.replace(fold=1)
    began = datetime(2026, 11, 1, 4, tzinfo=UTC)
    began_ns = int(began.timestamp()) * 1_000_000_000
    path = keep(tmp_path / "night", [quotes(began_ns + one * HOUR_NS // 4) for one in range(16)])
    from_first = await played(path, start=first)
    between = await played(path, start=first, end=second)
    async with stepped(path) as reader:
        reader.source.seek(second)
        found = await reader.next_batch()

    assert from_first[0].received_ns == began_ns + HOUR_NS * 3 // 2  # type: ignore[union-attr]  # a batch
    assert len(events_of(between)) == 4
    assert found is not None
    assert found.received_ns == began_ns + HOUR_NS * 5 // 2


async def test_r6_a_clock_that_was_put_back_delays_nothing_and_hurries_nothing(tmp_path: Path) -> None:
    # Half an hour back, after the first three; what follows is as far apart as before.
    times = [0, 20, 40, -1_800_000, -1_799_980, -1_799_960, -1_799_940]
    path = keep(tmp_path / "day", [quotes(BEGAN_NS + one * MS) for one in times])
    loop = asyncio.get_running_loop()
    began = loop.time()
    found = await played(path, speed=1)
    took = loop.time() - began

    assert [(one.received_ns - BEGAN_NS) // MS for one in found if not isinstance(one, Gap)] == times
    assert 0.1 <= took < 60


async def test_r6_a_seek_while_it_is_paused_gives_nothing_until_it_goes_on(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    async with replay(path, speed="max", paused=True) as source, source.subscribe(TYPES) as reader:
        source.seek(n=300)
        before = [record async for record in reader.records(duration=0.05)]
        source.resume()
        found = [record async for record in reader.records()]

    assert before == []
    assert digest(found) == digest(Store(path).records(from_n=300))


async def test_r6_a_seek_in_a_long_silence_does_not_wait_for_its_end(tmp_path: Path) -> None:
    path = keep(
        tmp_path / "day", [quotes(BEGAN_NS), quotes(BEGAN_NS + HOUR_NS), quotes(BEGAN_NS + 2 * HOUR_NS)]
    )
    async with (
        replay(path) as source,
        source.subscribe(Quote) as reader,
        aclosing(reader.batches()) as batches,
    ):
        first = await anext(batches)
        source.seek(BEGAN_NS + HOUR_NS + 1)
        last = await anext(batches)

    assert (first.numbers[0], last.numbers[0]) == (1, 3)


async def test_r6_what_lies_behind_the_end_ends_it(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day(30))
    async with replay(path, paused=True) as source, source.subscribe(TYPES) as reader:
        source.seek(datetime.fromtimestamp(BEGAN_NS // 10**9, UTC) + timedelta(days=1))
        given = await source.step()
        found = [record async for record in reader.records()]

    assert given == 0
    assert [record for record in found if not isinstance(record, Gap)] == []
    assert source.state.reason == "everything was given"


async def test_r6_it_can_be_sent_back_again_and_again(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    everything = list(Store(path).records())
    async with stepped(path) as reader:
        runs = []
        for _ in range(3):
            reader.source.seek(n=1)
            runs.append(digest([one for _ in range(20) if (one := await reader.next())]))

    assert set(runs) == {digest(everything[:20])}
