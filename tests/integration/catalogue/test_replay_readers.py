"""Readers that are slow or raise, damage under a replay, and where a replay may go: R4, R5 and R7."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Capture, Overflow, Quote, TableBuilder, replay
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.errors import SlowReader, StoreDamaged, StoreError
from tastytrade.source import State
from tastytrade.store import Store, compact
from tastytrade.store.records import Record
from tastytrade.subscription import Subscription
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
from tests.integration.waiting import until

# R4: a reader that is slow or raises.


async def test_r4_a_slow_reader_holds_it_up_and_loses_nothing(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    async with replay(path, speed="max") as source:
        slow = source.subscribe(TYPES, limit_bytes=1_000)
        quick = source.subscribe(TYPES)
        await until(lambda: slow.is_blocking)
        held_at = source.position
        most = 0
        found: list[Record] = []
        async for record in slow.records():
            most = max(most, slow.waiting_bytes)
            found.append(record)
            await asyncio.sleep(0)
        others = [record async for record in quick.records()]
        books = source.ledger()

    assert 0 < held_at[0] < 100
    assert digest(found) == digest(others) == digest(Store(path).records())
    assert most <= 1_000 + 3 * 120
    assert books.balance == 0
    assert (found[-1].received_ns, slow.gaps) == (source.position[1], quick.gaps)  # type: ignore[union-attr]  # a batch


async def test_r4_recorded_time_stands_still_while_a_reader_is_waited_for(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", [quotes(BEGAN_NS + number * 20 * MS) for number in range(20)])
    async with replay(path) as source, source.subscribe(Quote, limit_bytes=240) as reader:
        await until(lambda: reader.is_blocking)
        loop = asyncio.get_running_loop()
        held_until = loop.time() + 0.3
        await until(lambda: loop.time() >= held_until)
        begun_again = loop.time()
        count = sum([len(batch) async for batch in reader.batches()])
        took = loop.time() - begun_again

    assert count == 20
    assert took >= 16 * 0.020


@pytest.mark.timeout(20)
async def test_r4_the_state_says_who_is_waited_for(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    async with replay(path, speed="max") as source, aclosing(source.states()) as states:  # type: ignore[type-var]  # a generator
        reader = source.subscribe(Quote, limit_bytes=500, name="mine")
        reasons: list[str] = []
        async for change in states:
            reasons.append(change.reason)
            if "waits" in change.reason:
                break
        count = sum([len(batch) async for batch in reader.batches()])

    assert reasons[-1] == "waits for the reader 'mine'"
    assert source.state.reason == "everything was given"
    assert count == sum(type(event) is Quote for _, event in events_of(Store(path).records()))


async def test_r4_a_reader_that_raises_ends_only_itself(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())

    async def fails(source: Any) -> None:
        async with source.subscribe(Quote, limit_bytes=1_000) as reader:
            async for _event in reader.events():
                raise ZeroDivisionError

    async with replay(path, speed="max") as source:
        other = source.subscribe(TYPES)
        with pytest.raises(ZeroDivisionError):
            await fails(source)
        found = [record async for record in other.records()]

    assert digest(found) == digest(Store(path).records())


async def test_r4_prints_are_not_conflated(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    async with replay(path) as source:
        with pytest.raises(ValueError, match="TimeAndSale cannot be conflated"):
            source.subscribe(TYPES, overflow=Overflow.CONFLATE)


async def test_r4_last_values_are_conflated_when_told_so(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", [quotes(BEGAN_NS, "A", "B", price=float(one)) for one in range(200)])
    async with replay(path, speed="max") as source:
        reader = source.subscribe(Quote, limit_bytes=1_000, overflow=Overflow.CONFLATE)
        await source.wait_closed()
        found = [event async for event in reader]
        books = reader.ledger()

    assert len(found) < 20
    assert found[-2].bidPrice == found[-1].bidPrice == 199.0
    assert books.conflated == 400 - len(found)
    assert books.balance == 0


async def test_r4_the_oldest_go_with_a_gap_that_is_no_gap_of_the_store(tmp_path: Path) -> None:
    records: list[Record] = [quotes(BEGAN_NS + one * MS) for one in range(200)]
    records.insert(1, gap(1, to_ns=BEGAN_NS + MS, epoch_after=1))
    path = keep(tmp_path / "day", records)
    async with replay(path, speed="max") as source:
        reader = source.subscribe(Quote, limit_bytes=1_200, overflow=Overflow.DROP_OLDEST)
        await source.wait_closed()
        found = [record async for record in reader.records()]

    [stored, lost] = sorted(reader.gaps, key=lambda one: one.number)
    assert (stored.number, stored.reason) == (1, GapReason.DISCONNECT)
    assert lost.reason is GapReason.OVERFLOW
    assert lost.number > 1_000_000
    assert lost.lost_count == 200 - len(events_of(found)) > 0
    assert {stored, lost} <= {record for record in found if isinstance(record, Gap)}
    assert reader.ledger().balance == 0


async def test_r4_a_reader_that_is_to_fail_fails_alone(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    async with replay(path, speed="max") as source:
        strict = source.subscribe(Quote, limit_bytes=1_200, overflow=Overflow.FAIL)
        other = source.subscribe(TYPES)
        await until(lambda: strict.is_closed)
        with pytest.raises(SlowReader):
            [event async for event in strict]
        found = [record async for record in other.records()]

    assert digest(found) == digest(Store(path).records())


# R5: a file that is cut off meanwhile.


def files_of(path: Path) -> list[Path]:
    """The files of the quotes, in their order."""
    return sorted(path.glob("tables/Quote/*/*.parquet"), key=lambda one: int(one.name.partition("-")[0]))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


async def read(reader: Subscription[Any], into: list[Record]) -> None:
    """Read to the end; what comes before an error stays."""
    async for record in reader.records():
        into.append(record)  # noqa: PERF401 - as above


@pytest.mark.parametrize("damage", [flip, cut, Path.unlink])
async def test_r5_everything_before_a_damaged_file_is_given_and_then_its_place_is_told(
    tmp_path: Path, damage: Any
) -> None:
    path = keep(tmp_path / "day", [quotes(BEGAN_NS + one * MS) for one in range(1_300)])
    damaged = files_of(path)[4]
    damage(damaged)
    found: list[Record] = []
    async with replay(path, speed="max") as source, source.subscribe(Quote) as reader:
        with pytest.raises(StoreDamaged) as raised:
            await read(reader, found)
        with pytest.raises(StoreDamaged):
            await source.wait_closed()

    assert [number for number, _ in events_of(found)] == list(range(1, 601))
    assert str(damaged) in str(raised.value)
    assert "601 to 750" in str(raised.value)
    assert source.state.state is State.FAILED


async def test_r5_a_file_that_is_damaged_while_it_plays_ends_it_with_its_place(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", [quotes(BEGAN_NS + one * MS) for one in range(1_300)])
    async with replay(path, speed="max", paused=True) as source, source.subscribe(Quote) as reader:
        await source.step(10)
        for file in files_of(path):
            cut(file)
        source.seek(n=700)
        source.resume()
        with pytest.raises(StoreDamaged, match="numbers 601 to 750"):
            [event async for event in reader]


async def test_r5_what_is_left_can_be_replayed(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", [quotes(BEGAN_NS + one * MS) for one in range(600)])
    flip(files_of(path)[1])
    async with (
        replay(Store(path, skip_damaged=True), speed="max") as source,
        source.subscribe(Quote) as reader,
    ):
        found = [record async for record in reader.records()]

    assert [number for number, _ in events_of(found)] == [*range(1, 151), *range(301, 601)]


# R7: writing to where it comes from.


async def test_r7_what_is_replayed_is_not_captured_into_its_own_store(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    before = Store(path).content_hash()
    (tmp_path / "link").symlink_to(path)
    async with replay(path, speed="max") as source:
        for same in (path, tmp_path / "link"):
            with pytest.raises(StoreError, match="is what is being replayed"):
                await Capture(source, same, TYPES, ["A"]).open()

    assert Store(path).content_hash() == before
    assert len(Store(path).manifest.sessions) == 1


async def test_r7_a_captured_replay_says_what_it_is_of_and_stays_simulated(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    copy = tmp_path / "copy"
    async with (
        replay(path, speed="max") as source,
        Capture(source, copy, TYPES, ["A", "B", "C €"]) as capture,
    ):
        await capture.wait()
    async with replay(copy, speed="max") as again:
        level, origin = again.feed_level, again.origin

    manifest = Store(copy).manifest
    assert manifest.feed_level == level == "simulated"
    assert manifest.sessions[0].source == f"replay of {Store(path).manifest.id}"
    assert origin == f"replay of {manifest.id}"
    assert Store(copy).content_hash() == Store(path).content_hash()


async def test_r7_simulated_data_does_not_join_real_data(tmp_path: Path) -> None:
    simulated = keep(tmp_path / "simulated", day(30))
    real = keep(tmp_path / "real", day(30), feed_level="api")
    async with replay(simulated, speed="max") as source:
        with pytest.raises(StoreError, match="holds api market data, and this is simulated"):
            await Capture(source, real, TYPES, ["A"]).open()


async def test_r7_replaying_leaves_a_store_as_it_is(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", [*day(60), prints(BEGAN_NS + 70 * MS)])
    compact(path, keep=0)
    before = {one: one.read_bytes() for one in path.rglob("*.parquet")}
    builder = TableBuilder(Quote)
    for record in await played(path):
        if isinstance(record, Gap) or record.event_class is Quote:
            builder.append(record)

    assert {one: one.read_bytes() for one in path.rglob("*.parquet")} == before
    assert builder.table.height == Store(path).scan(Quote).collect().height
    assert builder.gaps["number"].to_list() == Store(path).gaps()["number"].to_list()
