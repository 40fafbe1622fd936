from __future__ import annotations

import re
import time

from tastytrade import Session, Simulator
from tastytrade.checkup import feed
from tastytrade.checkup.finding import Outcome
from tastytrade.saved.cool_down import remember_cool_down
from tests.unit.checkup.asking import code_of, subject_of


async def test_a_feed_is_reached_pinged_and_opened(simulator: Simulator, session: Session) -> None:
    token = (await session.quote_token()).token
    async with subject_of(url=simulator.dxlink_url, token=token) as subject:
        findings = [await one(subject) for one in (feed.way, feed.round_trip, feed.handshake)]
        streamer = subject.streamer

    assert [one.outcome for one in findings] == [Outcome.OK] * 3
    assert re.fullmatch(r"p50 [\d.]+ ms, slowest [\d.]+ ms of 7 pings", findings[1].found)
    assert re.match(
        r"SETUP [\d.]+ ms, AUTH_STATE UNAUTHORIZED [\d.]+ ms, AUTH_STATE AUTHORIZED", findings[2].found
    )
    assert streamer is not None
    assert simulator.connections == 0


async def test_a_token_that_is_missing_is_said(simulator: Simulator) -> None:
    async with subject_of(url=simulator.dxlink_url) as subject:
        found = await feed.handshake(subject)

    assert code_of(found) == "feed_unauthorized"


async def test_a_feed_that_is_left_alone_is_not_touched(simulator: Simulator) -> None:
    remember_cool_down(simulator.dxlink_url, time.time() + 100, "too many")
    async with subject_of(url=simulator.dxlink_url) as subject:
        found = await feed.way(subject)

    assert code_of(found) == "sessions_cool_down"
