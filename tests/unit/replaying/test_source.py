from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Quote, Trade, replay
from tastytrade.dxfeed import Candle, Order
from tastytrade.errors import ConfigurationError, StoreError, StreamClosed, SymbolError
from tastytrade.replaying import Replay, Speed
from tastytrade.source import State
from tastytrade.store import Store
from tests.integration.catalogue.recordings import BEGAN_NS, MS, at, day, events_of, keep, quotes, trades
from tests.integration.waiting import until

HOUR_NS = 3_600_000 * MS


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quotes of A and B, a hundred times, a millisecond apart, and a trade."""
    records = [quotes(BEGAN_NS + one * MS, "A", "B") for one in range(100)]
    return keep(tmp_path_factory.mktemp("kept") / "day", [*records, trades(BEGAN_NS + 100 * MS)])


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quote, and another one an hour later."""
    return keep(tmp_path_factory.mktemp("quiet") / "day", [quotes(BEGAN_NS), quotes(BEGAN_NS + HOUR_NS)])


async def numbers(reader: Any, **options: Any) -> list[int]:
    return [number for number, _ in events_of([one async for one in reader.records(**options)])]


async def test_it_is_an_event_source_that_says_what_it_is_of(path: Path) -> None:
    async with replay(path, speed=2) as source:
        assert source.origin == f"replay of {Store(path).manifest.id}"
        assert source.feed_level == "simulated"
        assert source.state.state is State.LIVE
        assert source.state.reason == "2 times the pace"
        assert await source.restored()
        assert repr(source) == f"<Replay of {path} at 2 times the pace, live>"


async def test_a_store_that_is_open_already_can_be_replayed(path: Path) -> None:
    async with replay(Store(path), speed="max") as source, source.subscribe(Quote) as reader:
        found = await numbers(reader)

    assert found == list(range(1, 201))


async def test_each_reader_chooses_types_and_symbols(path: Path) -> None:
    async with replay(path, speed="max") as source:
        some, other = source.subscribe(Quote, ["B"]), source.subscribe(["Trade", "Quote"], ["A"])
        found = await numbers(some), await numbers(other)

    assert found == (list(range(2, 201, 2)), [*range(1, 201, 2), 201])


async def test_who_comes_later_begins_where_the_replay_is(path: Path) -> None:
    async with replay(path, paused=True) as source, source.subscribe(Quote) as first:
        await source.step(40)
        async with source.subscribe(Quote) as second:
            await source.step(2)
            found = await numbers(first, duration=0.01), await numbers(second, duration=0.01)

    assert found == (list(range(1, 85)), [81, 82, 83, 84])


async def test_it_waits_for_its_first_reader(path: Path) -> None:
    async with replay(path, speed="max") as source:
        for _ in range(100):
            await asyncio.sleep(0)
        before = source.position
        async with source.subscribe(Quote) as reader:
            await numbers(reader)

        assert before == (0, 0)
        assert source.position == (201, BEGAN_NS + 100 * MS)


async def test_a_step_gives_so_many_records_and_says_how_many_there_were(path: Path) -> None:
    async with replay(path, paused=True) as source, source.subscribe(Quote) as reader:
        first, second, last = await source.step(), await source.step(3), await source.step(1000)
        found = await numbers(reader)

    assert (first, second, last) == (1, 3, 97)
    assert found == list(range(1, 201))
    assert source.state.reason == "everything was given"


async def test_one_that_is_paused_at_its_end_can_be_sent_back(quiet: Path) -> None:
    async with replay(quiet, paused=True) as source, source.subscribe(Quote) as reader:
        await source.step(2)
        first = await numbers(reader, duration=0.05)
        source.seek(n=2)
        again = await source.step()
        source.resume()
        rest = await numbers(reader)

    assert (first, again, rest) == ([1, 2], 1, [2])
    assert source.state.reason == "everything was given"


async def test_nobody_comes_too_late_for_a_range_with_nothing_in_it(path: Path) -> None:
    async with replay(path, start=BEGAN_NS + HOUR_NS) as source:
        for _ in range(100):
            await asyncio.sleep(0)
        async with source.subscribe(Quote) as reader:
            found = await numbers(reader)

    assert found == []


async def test_a_step_needs_a_pause_a_reader_and_a_number(path: Path) -> None:
    async with replay(path) as source:
        with pytest.raises(ConfigurationError, match="call pause"):
            await source.step()
        source.pause()
        with pytest.raises(ConfigurationError, match="subscribe before"):
            await source.step()
        with pytest.raises(ConfigurationError, match="of 1 or more"):
            await source.step(0)


async def test_a_step_ends_when_it_is_closed(path: Path) -> None:
    async with replay(path, paused=True) as source:
        reader = source.subscribe(Quote, limit_bytes=500)
        stepping = asyncio.ensure_future(source.step(1000))
        await until(lambda: reader.is_blocking)
        await source.aclose()

        assert 0 < await stepping < 1000


async def test_pausing_in_a_silence_does_not_end_it(quiet: Path) -> None:
    async with replay(quiet) as source, source.subscribe(Quote) as reader:
        async with aclosing(reader.batches()) as batches:
            await anext(batches)
        source.pause()
        paused = source.is_paused, source.state.reason
        source.resume()
        source.speed = 2
        found = await numbers(reader, duration=0.05)

        assert paused == (True, "paused")
        assert (source.is_paused, source.state.reason) == (False, "2 times the pace")
        assert found == []


async def test_a_speed_can_be_changed_in_the_middle_of_a_silence(quiet: Path) -> None:
    async with (
        replay(quiet) as source,
        source.subscribe(Quote) as reader,
        aclosing(reader.batches()) as batches,
    ):
        await anext(batches)
        source.speed = 3_600_000
        second = await anext(batches)

    assert second.numbers[0] == 2


@pytest.mark.parametrize("speed", [0, -1, "quick", float("nan")])
def test_a_speed_that_makes_no_sense_is_refused(path: Path, speed: Speed) -> None:
    with pytest.raises(ConfigurationError, match="speed is a positive number"):
        replay(path, speed=speed)


def test_a_speed_can_be_set_before_it_is_open(path: Path) -> None:
    source = replay(path)
    source.speed = "max"

    assert source.speed == "max"
    assert source.state.state is State.CLOSED


async def test_a_seek_is_to_a_moment_or_to_a_number(path: Path) -> None:
    async with replay(path, paused=True) as source:
        for arguments in ({}, {"to": BEGAN_NS, "n": 1}):
            with pytest.raises(ConfigurationError, match="one of the two"):
                source.seek(**arguments)
        with pytest.raises(ConfigurationError, match="no time zone"):
            source.seek(datetime(2026, 11, 20))  # noqa: DTZ001 - on purpose


def test_a_range_needs_time_zones(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no time zone"):
        replay(path, start=datetime(2026, 11, 20))  # noqa: DTZ001 - on purpose


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no store"):
        replay(tmp_path)


async def test_what_was_not_captured_is_refused_and_so_is_what_cannot_be_meant(path: Path) -> None:
    async with replay(path) as source:
        with pytest.raises(ConfigurationError, match="has no events of Greeks"):
            source.subscribe("Greeks")
        with pytest.raises(ConfigurationError, match="unknown event type"):
            source.subscribe("Quotes")
        with pytest.raises(SymbolError):
            source.subscribe(Quote, [])


async def test_what_is_asked_of_a_live_feed_can_be_asked_of_it(tmp_path: Path) -> None:
    orders = at(_batch([Order("A", source="NTV"), Order("A", source="DEX")]), 1)
    path = keep(tmp_path / "day", [orders, at(_batch([Candle("A{=d}")]), 1)])
    async with replay(path, speed="max") as source:
        book = source.subscribe(Order, ["A"], source="NTV")
        candles = source.subscribe(Candle, ["A{=d}"], from_time=0)
        found = [event async for event in book], [event async for event in candles]

    assert ([order.source for order in found[0]], len(found[1])) == (["NTV"], 1)


def _batch(events: list[Any]) -> Any:
    from tastytrade.dxfeed import EventBatch

    return EventBatch.from_events(events, received_ns=BEGAN_NS)


async def test_its_states_are_told_and_end_with_it(path: Path) -> None:
    source = replay(path, speed="max", paused=True)
    before = source.state
    async with source, source.subscribe(Quote) as reader:
        states = asyncio.ensure_future(_reasons(source))
        await asyncio.sleep(0)
        source.resume()
        await numbers(reader)
        source.pause()
        source.speed = 1
        source.resume()

    assert (before.state, before.reason) == (State.CLOSED, "not opened yet")
    assert await states == ["paused", "as fast as it is read", "everything was given"]
    assert source.state.state is State.CLOSED


async def _reasons(source: Replay) -> list[str]:
    return [change.reason async for change in source.states()]


async def test_closing_ends_its_readers_and_can_be_done_twice(path: Path) -> None:
    source = replay(path)
    await source.open()
    reader = source.subscribe(Quote)
    await source.aclose()
    await source.aclose()
    await source.wait_closed()
    await numbers(reader)

    assert (reader.is_closed, source.state.reason) == (True, "closed by us")


async def test_one_that_is_over_stays_over(path: Path) -> None:
    source = replay(path, speed="max")
    with pytest.raises(StreamClosed, match="not opened yet"):
        source.subscribe(Quote)
    async with source, source.subscribe(Quote) as reader:
        await numbers(reader)
        with pytest.raises(StreamClosed, match="everything was given"):
            source.subscribe(Quote)
        with pytest.raises(StreamClosed, match="begin another"):
            source.seek(n=1)
    with pytest.raises(ConfigurationError, match="begin another"):
        await source.open()


async def test_one_that_was_never_opened_can_be_closed(path: Path) -> None:
    source = replay(path)
    await source.aclose()

    assert source.state.state is State.CLOSED


class Breaking(Store):
    """A store with a bug."""

    def records(self, **_choice: Any) -> Iterator[Any]:
        yield from list(super().records())[:3]
        raise ZeroDivisionError("a bug")


async def test_a_bug_ends_it_for_everyone_and_is_told(path: Path) -> None:
    async with replay(Breaking(path), speed="max") as source, source.subscribe(Quote) as reader:
        with pytest.raises(ZeroDivisionError):
            await numbers(reader)
        with pytest.raises(ZeroDivisionError):
            await source.wait_closed()

    assert source.state.state is State.FAILED


async def test_its_stats_and_books_are_those_of_any_source(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day(60))
    async with replay(path, speed="max") as source:
        reader = source.subscribe([Quote, Trade], name="mine")
        await source.wait_closed()
        stats, books = reader.stats(), source.ledger()
        [event async for event in reader]

    assert (stats.name, stats.waiting_frames > 0) == ("mine", True)
    assert (books.balance, books.unclaimed > 0) == (0, True)
    assert reader.ledger().balance == 0
