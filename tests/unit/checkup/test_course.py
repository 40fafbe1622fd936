from __future__ import annotations

from pathlib import Path

from tastytrade import Simulator
from tastytrade.checkup.course import check_up
from tastytrade.checkup.finding import Outcome
from tests.unit.checkup.asking import subject_of

BARE = ["python", "packages", "extras", "folders", "disk", "feed", "round trip", "handshake", "events"]


async def test_what_needs_a_session_is_left_out_for_a_bare_address() -> None:
    async with subject_of(url="ws://127.0.0.1:9/") as subject:
        findings = [one async for one in check_up(subject)]

    assert [one.check for one in findings] == BARE
    assert [one.outcome for one in findings[-4:]] == [Outcome.FAILED, *[Outcome.SKIPPED] * 3]
    assert findings[-1].found == "needs handshake"


async def test_a_store_is_looked_at_where_one_is_named(tmp_path: Path) -> None:
    async with subject_of(url="ws://127.0.0.1:9/", store=tmp_path) as subject:
        findings = {one.check: one async for one in check_up(subject)}

    assert findings["store"].outcome is Outcome.FAILED


async def test_what_was_opened_is_closed_at_the_end(simulator: Simulator) -> None:
    async with subject_of(simulator, symbols=("SPY",)) as subject:
        findings = [one async for one in check_up(subject)]
        open_ones = simulator.connections

    assert findings[-1].check == "events"
    assert (open_ones, simulator.connections) == (1, 0)
