"""Capture: a source onto the disk. What goes wrong there is in the catalogue; here is its plain life."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tastytrade import Capture, Quote, Session, Simulator, Store, Streamer, TimeAndSale, Trade, replay
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.errors import (
    ConfigurationError,
    StoreDamaged,
    StoreError,
    StoreOwned,
    StreamClosed,
    SymbolError,
)
from tastytrade.source import State
from tests.integration.catalogue.recordings import BEGAN_NS, MS, TYPES, day, events_of, keep, quotes
from tests.integration.waiting import until

SYMBOLS = ["SPY", "SPX"]


@pytest.fixture
async def streamer() -> AsyncIterator[Streamer]:
    """A feed on which much happens."""
    async with (
        Simulator(seed=7, rate=1_000) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as opened,
    ):
        yield opened


async def captured(capture: Capture, events: int) -> int:
    """Wait until so many events are safe; gives the number up to which everything is."""
    async with asyncio.timeout(5):
        while (await capture.stats()).events < events:  # noqa: ASYNC110 - a capture has no event for that
            await asyncio.sleep(0.01)
    return await capture.committed()


async def test_what_a_feed_gives_is_in_the_store_once_it_is_committed(
    streamer: Streamer, tmp_path: Path
) -> None:
    path = tmp_path / "day"
    async with Capture(streamer, path, [Quote, TimeAndSale], SYMBOLS) as capture:
        number = await captured(capture, 100)
        seen = events_of(Store(path).records())
        stats = await capture.stats()
        text = repr(capture)
    bounds = Store(path).bounds()
    [session] = Store(path).manifest.sessions

    assert [one for one, _ in seen][:number] == list(range(1, number + 1))
    assert stats.events >= 100
    assert (stats.gaps, stats.dropped, stats.concern) == (0, 0, "")
    assert 0 < stats.lag < 5
    assert stats.size_bytes > 0 < stats.free_bytes
    assert text.startswith(f"<Capture to {path}: ")
    assert bounds is not None
    assert bounds.last_n == sum(bounds.rows.values()) >= number
    assert (session.is_clean, session.last_n, session.source) == (True, bounds.last_n, "live")
    assert (session.event_types, session.symbols) == (("Quote", "TimeAndSale"), ("SPY", "SPX"))


async def test_it_captures_for_so_long_as_it_is_told(streamer: Streamer, tmp_path: Path) -> None:
    began = time.monotonic()
    async with Capture(streamer, tmp_path / "day", Quote, SYMBOLS) as capture:
        await capture.wait(0.3)
        took = time.monotonic() - began
        await capture.wait(0.01)

    assert took >= 0.3
    assert Store(tmp_path / "day").event_types == [Quote]


async def test_it_ends_with_its_source_and_has_everything(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day())
    async with (
        replay(path, speed="max") as source,
        Capture(source, tmp_path / "copy", TYPES, ["A", "B", "C €"]) as capture,
    ):
        await capture.wait()
        await capture.wait()
        stats = await capture.stats()

    assert stats.events == len(events_of(Store(path).records()))
    assert Store(tmp_path / "copy").content_hash() == Store(path).content_hash()


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A store whose last file is damaged."""
    path = keep(tmp_path / "damaged", [quotes(BEGAN_NS + one * MS) for one in range(600)])
    last = max(path.glob("tables/Quote/*/*.parquet"), key=lambda one: int(one.name.partition("-")[0]))
    last.write_bytes(last.read_bytes()[:-1])
    return path


async def test_what_ends_its_source_is_raised_by_who_waits_and_only_once(
    tmp_path: Path, damaged: Path
) -> None:
    async with replay(damaged, speed="max") as source:
        capture = Capture(source, tmp_path / "copy", Quote, ["A"])
        await capture.open()
        with pytest.raises(StoreDamaged):
            await capture.wait()
        await capture.aclose()

    assert Store(tmp_path / "copy").manifest.sessions[0].is_clean


async def test_what_ended_its_source_is_raised_at_the_end_when_nobody_waited(
    tmp_path: Path, damaged: Path
) -> None:
    async with replay(damaged, speed="max") as source:
        capture = Capture(source, tmp_path / "copy", Quote, ["A"])
        await capture.open()
        await until(lambda: source.state.state is State.FAILED)
        with pytest.raises(StoreDamaged):
            await capture.aclose()


async def test_it_can_be_closed_twice_and_is_over_then(streamer: Streamer, tmp_path: Path) -> None:
    capture = Capture(streamer, tmp_path / "day", Quote, SYMBOLS)
    with pytest.raises(StreamClosed, match="not open"):
        await capture.wait(1)
    await capture.aclose()
    await capture.open()
    await capture.aclose()
    await capture.aclose()
    with pytest.raises(StreamClosed, match="not open"):
        await capture.committed()
    with pytest.raises(StreamClosed, match="not open"):
        _ = capture.committed_n


async def test_a_folder_is_captured_to_once_at_a_time(streamer: Streamer, tmp_path: Path) -> None:
    async with Capture(streamer, tmp_path / "day", Quote, SYMBOLS):
        with pytest.raises(StoreOwned, match="process"):
            await Capture(streamer, tmp_path / "day", Trade, SYMBOLS).open()
        readers = len(streamer.ledger().readers)

    assert readers == 1


async def test_data_of_another_level_is_refused(streamer: Streamer, tmp_path: Path) -> None:
    path = keep(tmp_path / "real", day(30), feed_level="api")
    before = Store(path).content_hash()
    with pytest.raises(
        StoreError, match="holds api market data, and this is simulated: choose another folder"
    ):
        await Capture(streamer, path, Quote, SYMBOLS).open()

    assert Store(path).content_hash() == before
    assert streamer.ledger().readers == ()


async def test_what_was_missed_between_two_captures_is_a_gap(streamer: Streamer, tmp_path: Path) -> None:
    path = tmp_path / "day"
    for symbols in (SYMBOLS, ["SPY", "AAPL"]):
        async with Capture(streamer, path, Quote, symbols) as capture:
            await captured(capture, 20)
            await ended_gaps(capture, path)
    first, second = Store(path).manifest.sessions
    opened, ended = gaps_of(path)

    assert (opened.number, opened.is_open) == (ended.number, True)
    assert (ended.reason, ended.event_types, ended.symbols) == (GapReason.RESTART_CLEAN, ("Quote",), ("SPY",))
    assert ended.from_ns <= (first.ended_ns or 0) < second.started_ns < (ended.to_ns or 0)
    assert Store(path).gaps()["to"].null_count() == 0


async def ended_gaps(capture: Capture, path: Path) -> None:
    """Wait until no gap is open any more."""
    async with asyncio.timeout(5):
        while Store(path).gaps()["to"].null_count():
            await capture.committed()


def gaps_of(path: Path) -> list[Gap]:
    """Every version of every gap, as far as it is safe; the last counts."""
    return [one for one in Store(path).records() if isinstance(one, Gap)]


async def test_an_option_chain_is_kept_with_it(streamer: Streamer, tmp_path: Path) -> None:
    answer = {"data": {"items": [{"underlying-symbol": "BRK/B"}]}}
    async with Capture(streamer, tmp_path / "day", Quote, SYMBOLS) as capture:
        await capture.keep_chain("BRK/B", answer)

    assert Store(tmp_path / "day").chains() == ["BRK/B"]
    assert Store(tmp_path / "day").chain("BRK/B") == answer


async def test_what_cannot_be_meant_is_refused_before_anything_is_made(
    streamer: Streamer, tmp_path: Path
) -> None:
    path = tmp_path / "day"
    with pytest.raises(SymbolError):
        await Capture(streamer, path, Quote, []).open()
    with pytest.raises(ConfigurationError, match="unknown event type"):
        await Capture(streamer, path, "Quotes", SYMBOLS).open()

    assert not path.exists()


async def test_a_folder_that_cannot_be_one_is_refused_at_once(streamer: Streamer, tmp_path: Path) -> None:
    file, other = tmp_path / "file", tmp_path / "other"
    file.write_text("x")
    other.mkdir()
    (other / "letters.txt").write_text("x")
    for path in (file, other):
        with pytest.raises(StoreError, match=str(path)):
            await Capture(streamer, path, Quote, SYMBOLS).open()

    assert streamer.ledger().readers == ()


async def test_only_a_live_feed_has_messages_to_keep(tmp_path: Path) -> None:
    path = keep(tmp_path / "day", day(30))
    async with replay(path, speed="max") as source:
        with pytest.raises(StoreError, match="keeps the messages of a Streamer"):
            await Capture(source, tmp_path / "copy", Quote, ["A"], wire=True).open()


async def test_others_read_while_it_writes(streamer: Streamer, tmp_path: Path) -> None:
    path = tmp_path / "day"
    async with Capture(streamer, path, Quote, SYMBOLS) as capture:
        first = await captured(capture, 20)
        store = Store(path)
        rows = store.scan(Quote).collect().height
        await until(lambda: capture.committed_n > first)
        later = store.scan(Quote).collect().height

    assert later > rows >= first
