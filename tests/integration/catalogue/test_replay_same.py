"""Live and replayed events alike, of every type and value: R8 of the fault catalogue."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tastytrade import Candle, Capture, Quote, Session, Simulator, Streamer, TimeAndSale, Trade, replay
from tastytrade.dxfeed import EVENT_CLASSES, Event, EventBatch, Kind, fields_of
from tastytrade.dxfeed.gap import Gap
from tastytrade.source import Reader
from tastytrade.store import Store, StoreWriter, compact
from tastytrade.store.records import Record
from tests.integration.catalogue.recordings import (
    BEGAN_NS,
    MS,
    TYPES,
    day,
    events_of,
    exact,
    gap,
    keep,
    played,
    quotes,
)
from tests.integration.waiting import until

INT64 = (-(1 << 63), (1 << 63) - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(*INT64), st.floats(allow_nan=False, allow_infinity=False), TEXTS
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=4,
)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.DOUBLE: st.one_of(
        st.sampled_from([float("nan"), float("inf"), float("-inf"), -0.0, 0.0, 5e-324, 10**25, 450]),
        st.floats(),
        st.integers(-(2**53), 2**53),
    ),
    Kind.INTEGER: st.one_of(st.sampled_from([0, *INT64]), st.integers(*INT64)),
    Kind.BOOLEAN: st.booleans(),
    Kind.TEXT: st.one_of(st.sampled_from([None, "", "\0", "null", "NaN"]), TEXTS),
    Kind.NAME: st.one_of(st.sampled_from(["", "a name of tomorrow", "UNDEFINED"]), TEXTS),
    Kind.ANY: JSON,
}
SYMBOLS = st.one_of(st.sampled_from(["A", "../x", "CON", "a:b", "€", " "]), TEXTS.filter(bool))


@st.composite
def batches(draw: st.DrawFn, event_class: type[Event]) -> EventBatch[Event]:
    """Some rows of an event type; of a column that the wire did not carry there is nothing."""
    rows = draw(st.integers(1, 2))
    columns = {"eventSymbol": draw(st.lists(SYMBOLS, min_size=rows, max_size=rows))}
    for field in fields_of(event_class)[1:]:
        if draw(st.integers(0, 3)):
            names = [] if field.names is None else list(field.names.__members__)
            values = st.one_of(st.sampled_from(names), VALUES[field.kind]) if names else VALUES[field.kind]
            columns[field.name] = draw(st.lists(values, min_size=rows, max_size=rows))
    received_ns = draw(st.integers(0, 1 << 62))
    return EventBatch(event_class, columns, received_ns=received_ns, epoch=draw(st.integers(0, 3)))


# One batch of every type there is.
EVERY_TYPE = st.tuples(*map(batches, EVENT_CLASSES.values()))


def exactly(records: Any) -> list[Any]:
    """Events exactly, and their numbers; with what else is known of them."""
    return [(number, exact(event)) for number, event in events_of(records)]


@pytest.mark.timeout(90)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(written=EVERY_TYPE, is_moved=st.booleans())
def test_r8_every_event_of_every_type_comes_back_as_it_was(
    written: tuple[EventBatch[Event], ...], is_moved: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = keep(Path(folder) / "one", written, commit_every=9 if is_moved else 1000)
        found = asyncio.run(played(path, list(EVENT_CLASSES)))
        again = keep(Path(folder) / "two", found)
        hashes = {Store(path).content_hash(), Store(again).content_hash()}

    originals = [exact(event) for batch in written for event in batch]
    assert [exact(event) for _, event in events_of(found)] == originals
    assert [(one.received_ns, one.epoch) for one in found if isinstance(one, EventBatch) for _ in one] == [
        (one.received_ns, one.epoch) for one in written for _ in one
    ]
    assert len(hashes) == 1


class Overheard:
    """A source, and everything that its readers were given."""

    def __init__(self, source: Streamer) -> None:
        self._source = source
        self.given: list[Record] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def subscribe(self, *arguments: Any, **options: Any) -> Reader:
        return _OverheardReader(self._source.subscribe(*arguments, **options), self.given)


class _OverheardReader:
    def __init__(self, reader: Any, given: list[Record]) -> None:
        self._reader = reader
        self._given = given

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    async def records(self, **options: Any) -> AsyncIterator[Record]:
        async for record in self._reader.records(**options):
            self._given.append(record)
            yield record


async def copied(path: Path, copy: Path, types: Any, symbols: list[str]) -> Path:
    """Replay a store and capture that."""
    async with replay(path, speed="max") as source, Capture(source, copy, types, symbols) as capture:
        await capture.wait()
    return copy


LIVE_TYPES = ["Quote", "Trade", "TradeETH", "Summary", "Profile", "TimeAndSale", "Greeks", "Underlying"]


@pytest.mark.timeout(40)
async def test_r8_what_was_live_is_the_same_in_a_replay_and_in_the_capture_of_a_replay(
    tmp_path: Path,
) -> None:
    symbols = ["SPY", "SPX", "AAPL"]
    async with (
        Simulator(seed=7, rate=1000) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        live = Overheard(streamer)
        async with Capture(live, tmp_path / "live", LIVE_TYPES, symbols) as capture:
            await until(lambda: len(live.given) > 50)
            await simulator.drop_connections()
            await until(lambda: any(isinstance(one, Gap) and one.healed == "full" for one in live.given))
            seen = len(live.given)
            await until(lambda: len(live.given) > seen + 50)
            await capture.committed()
    found = await played(tmp_path / "live", LIVE_TYPES, symbols)
    again = await copied(tmp_path / "live", tmp_path / "again", LIVE_TYPES, symbols)

    assert [exact(event) for _, event in events_of(found)] == [
        exact(event) for _, event in events_of(live.given)
    ]
    assert told(found) == told(live.given)
    assert {type(event) for _, event in events_of(found)} > {Quote, Trade, TimeAndSale}
    assert Store(again).content_hash() == Store(tmp_path / "live").content_hash()
    assert Store(again).manifest.feed_level == "simulated"


def told(records: list[Record]) -> list[Gap]:
    """Every version of every gap; numbers are of whoever counts them."""
    numbers: dict[int, int] = {}
    gaps = [one for one in records if isinstance(one, Gap)]
    return [replace(one, number=numbers.setdefault(one.number, len(numbers))) for one in gaps]


@pytest.mark.timeout(30)
async def test_r8_a_history_is_the_same_in_a_replay_with_its_flags(tmp_path: Path) -> None:
    since = datetime.now(UTC) - timedelta(days=4)  # of which one at least is a trading day
    async with (
        Simulator(seed=7) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        live = Overheard(streamer)
        async with Capture(live, tmp_path / "live", Candle, ["SPY{=5m}"], from_time=since) as capture:
            await until(lambda: any(event.eventFlags & 8 for _, event in events_of(live.given)))  # type: ignore[attr-defined]  # candles
            await capture.committed()
    found = await played(tmp_path / "live", Candle)
    again = await copied(tmp_path / "live", tmp_path / "again", "Candle", ["SPY{=5m}"])

    assert len(events_of(found)) > 100
    assert [exact(event) for _, event in events_of(found)] == [
        exact(event) for _, event in events_of(live.given)
    ]
    assert Store(again).content_hash() == Store(tmp_path / "live").content_hash()


def keep_sessions(path: Path) -> Path:
    """A store that was written to three times: ended well, with a gap open, and once more."""
    later = BEGAN_NS + 1_000 * MS
    with_open: list[Record] = [quotes(later), gap(7, from_ns=later), quotes(later + MS, "B")]
    sessions: list[list[Record]] = [day(60), with_open, [quotes(later + 5 * MS, "A", "B", "C €")]]
    for records in sessions:
        with StoreWriter(
            path, feed_level="api", event_types=["Quote", "TimeAndSale"], symbols=["A", "B"]
        ) as writer:
            for record in records:
                writer.append(record)
            writer.commit()
            writer.move(everything=True)
    return path


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_r8_a_store_of_several_sessions_is_the_same_when_its_replay_is_captured(
    tmp_path: Path, is_compacted: bool
) -> None:
    path = keep_sessions(tmp_path / "day")
    if is_compacted:
        compact(path, keep=0)
    copy = await copied(path, tmp_path / "copy", TYPES, ["A", "B", "C €"])
    third = await copied(copy, tmp_path / "third", TYPES, ["A", "B", "C €"])

    assert len(Store(path).manifest.sessions) == 3
    assert {one["reason"] for one in Store(path).gaps().rows(named=True)} == {"disconnect", "restart_clean"}
    assert Store(copy).gaps().equals(Store(path).gaps())
    assert Store(third).content_hash() == Store(copy).content_hash() == Store(path).content_hash()
    assert exactly(Store(copy).records()) == exactly(Store(path).records())


async def test_r8_the_books_of_a_replay_balance(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    async with replay(path, speed="max") as source:
        some = source.subscribe([Quote, TimeAndSale], ["A"])
        everything = source.subscribe(TYPES)
        events = [event async for event in some]
        batches = [batch async for batch in everything.batches()]
        books, mine, all_of_it = source.ledger(), some.ledger(), everything.ledger()

    bounds = Store(path).bounds()
    assert bounds is not None
    rows = bounds.rows
    assert books.balance == mine.balance == all_of_it.balance == 0
    assert dict(books.received) == rows
    assert mine.delivered == len(events) == sum(event.eventSymbol == "A" for event in events)
    assert all_of_it.delivered == sum(map(len, batches)) == sum(rows.values())
    assert books.unclaimed == 0
