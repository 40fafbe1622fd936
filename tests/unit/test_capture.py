"""Capture, with a source that gives what it is told to."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Capture, EventBatch, Quote, Store
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.errors import StoreError, StreamClosed
from tastytrade.store import Pace
from tests.integration.catalogue.given import Given
from tests.unit.store.made import SYMBOLS, gap, prices, quotes, writer


def capture(source: Given, path: Path, **options: Any) -> Capture:
    return Capture(source, path, [Quote], SYMBOLS, pace=Pace(commit_after=0.01), **options)


async def test_what_was_given_is_kept_with_the_gaps_in_their_places(tmp_path: Path) -> None:
    source = Given()
    async with capture(source, tmp_path) as captured:
        for record in (quotes(0), gap(1), quotes(10)):
            await source.give(record)
        await source.end()
        await captured.wait()
        last_n = await captured.committed()
        stats = await captured.stats()
    kinds = [type(record) for record in Store(tmp_path).records()]

    assert (last_n, stats.events, stats.gaps, stats.waiting_rows, stats.concern) == (21, 20, 1, 0, "")
    assert kinds == [EventBatch, Gap, EventBatch]
    assert Store(tmp_path).manifest.sessions[0].is_clean


async def test_what_has_arrived_at_the_end_is_kept(tmp_path: Path) -> None:
    source = Given()
    async with capture(source, tmp_path):
        for number in range(50):
            await source.give(quotes(10 * number))

    assert prices(tmp_path) == [float(number) for number in range(500)]


async def test_a_restart_ends_when_the_source_gives_everything_again(tmp_path: Path) -> None:
    source = Given()
    async with capture(source, tmp_path):
        await source.give(quotes(0, at_ns=time.time_ns()))
    async with capture(source, tmp_path) as captured:
        await captured.committed()
        before = Store(tmp_path).gaps()["to"].to_list()
        source.restore()
        async with asyncio.timeout(5):
            while (stats := await captured.stats()).gaps < 1:
                await captured.wait(0.01)
        await captured.committed()
        gaps = Store(tmp_path).gaps()

    assert (before, stats.gaps) == ([None], 1)
    assert gaps["reason"].to_list() == [GapReason.RESTART_CLEAN]
    assert gaps["to"].null_count() == 0


async def test_an_opening_that_was_cancelled_leaves_nothing_locked(tmp_path: Path) -> None:
    for turns in range(4):
        captured = capture(Given(), tmp_path / "store")
        opening = asyncio.create_task(captured.open())
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait([opening])
        if not opening.cancelled():
            await captured.aclose()
        await asyncio.to_thread(captured._commits.finish)

    writer(tmp_path / "store").close()


async def test_a_store_that_cannot_be_opened_leaves_nothing_open(tmp_path: Path) -> None:
    writer(tmp_path, feed_level="api").close()
    source = Given()
    captured = capture(source, tmp_path)
    with pytest.raises(StoreError, match="holds api market data"):
        await captured.open()

    assert source.reader is not None
    assert source.reader.is_closed
    with pytest.raises(StreamClosed):
        await captured.wait()


async def test_what_nobody_foresaw_is_told_and_not_waited_for(tmp_path: Path) -> None:
    source = Given()
    captured = capture(source, tmp_path)
    await captured.open()
    await source.give(EventBatch(Quote, {"eventSymbol": ["A"], "bidPrice": [object()]}))
    with pytest.raises(Exception, match="object") as raised:
        await captured.wait(5)
    await captured.aclose()

    assert not isinstance(raised.value, StoreError)
    writer(tmp_path).close()
