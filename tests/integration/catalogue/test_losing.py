"""How a connection that was up is lost (C9 to C12, C14, C15, C23), and what has been read by then."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from pathlib import Path

import pytest

from tastytrade import Session
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConnectionLost
from tastytrade.source import State
from tests.chaos.counting_market import CountingMarket, Rhythm, checksum, symbols
from tests.integration.catalogue.observed import (
    FAST,
    Observed,
    Through,
    observed,
    port_of,
    proxy_to,
    simulated,
    turn,
)
from tests.integration.watched_simulator import WatchedSimulator

NAMES = symbols(20)
"""Of a market whose events certify themselves, so that one that was mixed up is noticed."""
SECOND = ServerOptions(keepalive_timeout=1)
QUIET_S = 1 + FAST.quiet_grace
"""Silence after which a server with those options counts as stalled."""


def certified() -> CountingMarket:
    """Twenty symbols with a quote every 20 ms each."""
    return CountingMarket(Rhythm(origin_ms=0, quote_ms=20))


def written(truth: Path, connection: int) -> list[tuple[str, int]]:
    """Symbol and number of every quote that a server wrote on one of its connections, in order."""
    lines = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    data = [line for line in lines if line["kind"] == "data" and line["connection"] == connection]
    return [(symbol, number) for line in data if line["written"] for symbol, number in line["rows"]]


def got(one: Observed, epoch: int) -> list[tuple[str, int]]:
    """The same as a reader got them, whole."""
    quotes = one.quotes(epoch)
    assert all(quote.askSize == checksum(quote.eventSymbol, "Quote", int(quote.bidSize)) for quote in quotes)
    return [(quote.eventSymbol, int(quote.bidSize)) for quote in quotes]


async def test_c9_a_reset_amid_a_frame_costs_that_frame_alone(tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    options = {"rate": None, "market": certified(), "truth": truth}
    async with simulated(**options) as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        async with observed(Through(session, proxy.port), NAMES) as one:
            await proxy.do({"do": "half"})
            await one.live_again()
            ledger = one.streamer.ledger()

        one.check_gap(GapReason.DISCONNECT)
    before, all_before = got(one, 1), written(truth, 1)
    assert before == all_before[: len(before)]
    assert len(all_before) > len(before) > 0
    assert (sum(ledger.quarantined.values()), ledger.malformed) == (0, 0)


async def silent(mode: str) -> None:
    """Let a proxy eat what comes, and check when that is noticed and what is made of it."""
    async with (
        simulated(dxlink_options=SECOND) as (simulator, session),
        proxy_to(simulator.dxlink_url) as proxy,
    ):
        async with observed(Through(session, proxy.port)) as one:
            await turn(proxy, mode)
            await one.until(lambda: one.is_in(State.STALLED, State.BACKOFF))
            await turn(proxy, "pass")
            await one.live_again()

        one.check_gap(GapReason.STALL)
    (stalled,) = [change for change in one.states if change.state is State.STALLED]
    silent_s = (stalled.at_ns - one.gap().from_ns) / 1e9
    assert QUIET_S <= silent_s < QUIET_S + 0.5
    assert "nothing arrived from the DXLink server for 1 s" in stalled.reason
    assert (one.pauses[0].at_ns - stalled.at_ns) / 1e9 < FAST.close + 0.3


async def test_c10_a_connection_that_is_dead_is_given_up_in_time() -> None:
    await silent("blackhole")


async def test_c11_what_we_send_ourselves_is_no_sign_of_life() -> None:
    await silent("deaf")


async def test_c12_symbols_without_an_event_are_named_and_the_connection_stays() -> None:
    """Keepalives come, and no data: the connection is alive, and only the server knows why it is silent."""
    async with simulated(dxlink_options=SECOND) as (simulator, session), observed(session) as one:
        simulator.inject({"name": "mute", "data_only": True, "on_step": "FEED_SUBSCRIPTION"})
        one.streamer.extend(one.subscription, "Quote", ["AAPL", "SPY"])
        assert await one.streamer.restored(timeout=2)
        silent = one.streamer.unanswered()
        async with one.streamer.subscribe("Quote", ["AAPL"]) as later:
            came = [batch async for batch in later.batches(duration=QUIET_S + 0.2)]

        assert came == []
        assert one.is_in(State.LIVE)
        assert silent == one.streamer.unanswered() == {"Quote": ["AAPL", "SPY"]}
        assert one.subscription.gaps == []
        assert simulator.connections == 1


async def test_c14_after_most_close_codes_it_connects_again_and_nothing_that_came_is_lost(
    tmp_path: Path,
) -> None:
    codes = [1000, 1001, 1011, 1012, 4001]
    truth = tmp_path / "truth"
    async with simulated(rate=None, market=certified(), truth=truth) as (simulator, session):
        for number, code in enumerate(codes, 1):
            simulator.inject({"name": "close", "code": code, "on_frame": 2, "connection": number})
        async with observed(session, NAMES) as one:
            await one.live_again(epoch=6)

    gaps = [record for record in one.records if isinstance(record, Gap) and not record.is_open]
    assert [(gap.reason, gap.epoch_before, gap.epoch_after) for gap in gaps] == [
        (GapReason.DISCONNECT, number, number + 1) for number in range(1, 6)
    ]
    assert [got(one, number) for number in range(1, 6)] == [written(truth, number) for number in range(1, 6)]
    assert [f"({code})" in pause.reason for code, pause in zip(codes, one.pauses, strict=True)] == [True] * 5
    assert all((pause.retry_at_ns or 0) - pause.at_ns < 0.11e9 for pause in one.pauses)
    assert simulator.requests["GET /api-quote-tokens"] == 1


@pytest.mark.parametrize(
    ("code", "what"), [(None, "again"), (1008, "renew"), (1009, "smaller"), (1013, "busy")]
)
async def test_c14_a_close_code_decides_what_follows(tmp_path: Path, code: int | None, what: str) -> None:
    """None is 1006, which no close frame has: a reset, by which what was on its way is lost."""
    truth = tmp_path / "truth"
    fault = {"name": "abort"} if code is None else {"name": "close", "code": code}
    async with (
        WatchedSimulator(market=certified(), truth=truth) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
    ):
        simulator.inject({**fault, "on_frame": 2})
        async with observed(session, symbols(300)) as one:
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    (pause,) = one.pauses
    before, all_before = got(one, 1), written(truth, 1)
    assert before == (all_before if code else all_before[: len(before)])
    assert f"({code})" in pause.reason or code is None
    length_s = ((pause.retry_at_ns or 0) - pause.at_ns) / 1e9
    assert (length_s >= FAST.busy - 0.01) == (what == "busy")
    assert simulator.requests["GET /api-quote-tokens"] == (2 if what == "renew" else 1)
    sent = [message["add"] for message in simulator.heard if message["type"] == "FEED_SUBSCRIPTION"]
    assert (len(sent[0]) > max(map(len, sent[1:]))) == (what == "smaller")


async def test_c14_a_policy_violation_after_a_new_token_is_final() -> None:
    async with simulated() as (simulator, session), observed(session) as one:
        simulator.inject({"name": "close", "code": 1008, "on_step": "AUTH"})
        simulator.inject({"name": "close", "code": 1008})
        await one.until(lambda: one.is_in(State.FAILED))

    assert isinstance(one.failure, ConnectionLost)
    assert one.failure.code == 1008
    assert simulator.requests["GET /api-quote-tokens"] == 2


async def test_c14_a_policy_violation_again_and_again_is_no_storm() -> None:
    async with simulated() as (simulator, session), observed(session) as one:
        simulator.inject({"name": "close", "code": 1008, "on_frame": 3, "times": None})
        simulator.inject({"name": "close", "code": 1008})
        await one.until(lambda: one.is_in(State.FAILED) or len(one.pauses) >= 10)

    assert simulator.requests["GET /api-quote-tokens"] <= 2


async def test_c15_a_close_that_is_not_answered_ends_in_time() -> None:
    loop = asyncio.get_running_loop()
    async with simulated() as (simulator, session), observed(session) as one:
        simulator.inject({"name": "ignore_close"})
        began = loop.time()
        await one.streamer.aclose()
        took = loop.time() - began

    assert FAST.close <= took < FAST.close + 0.3
    assert one.is_in(State.CLOSED)


async def test_c23_text_that_cannot_be_read_is_a_gap_from_then_on() -> None:
    async with simulated(dxlink_options=SECOND) as (simulator, session), observed(session) as one:
        said_ns = time.time_ns()
        simulator.inject({"name": "say", "frame": "octets", "hex": "8102fffe"})
        await one.until(lambda: bool(one.subscription.gaps) and not one.subscription.gaps[0].is_open)
        (gap,) = one.subscription.gaps

        assert one.streamer.ledger().malformed == 1
        assert gap.reason is GapReason.PROTOCOL_ERROR
        assert gap.from_ns <= said_ns


async def test_c23_text_that_cannot_be_read_costs_no_connection() -> None:
    """One message less is less than a connection less: what follows it is whole. Many would be too many."""
    async with simulated() as (simulator, session), observed(session) as one:
        simulator.inject({"name": "say", "frame": "octets", "hex": "8102fffe"})
        await one.until(lambda: one.streamer.ledger().malformed == 1)
        seen = len(one.batches)
        await one.until(lambda: len(one.batches) > seen)

        assert one.is_in(State.LIVE)
        assert one.pauses == []


async def test_c23_a_frame_that_breaks_the_protocol_costs_the_connection() -> None:
    async with simulated() as (simulator, session):
        async with observed(session) as one:
            simulator.inject({"name": "say", "frame": "octets", "hex": "f100"})
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)


class Flipping:
    """A relay to a server that changes one bit in some of what carries data."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.is_flipping = False
        self.flipped = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(reader, far_writer))
                tasks.create_task(self._carry(far_reader, writer))
        except* OSError:
            pass

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := bytearray(await reader.read(65536)):
            if self.is_flipping and b"FEED_DATA" in data and b"FEED_CONFIG" not in data:
                data[random.randrange(len(data))] ^= 1 << random.randrange(8)
                self.flipped += 1
            writer.write(data)
            await writer.drain()
        writer.close()


async def test_c23_bits_that_are_flipped_never_end_the_feed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    options = {"rate": None, "market": certified(), "dxlink_options": SECOND}
    async with simulated(**options) as (simulator, session):
        relay = Flipping(port_of(simulator.dxlink_url))
        server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, observed(Through(session, port), NAMES) as one:
            relay.is_flipping = True
            await one.until(lambda: relay.flipped >= 12)
            relay.is_flipping = False
            seen = len(one.batches)
            await one.until(lambda: len(one.batches) >= seen + 5 and one.is_in(State.LIVE))
            wanted = {symbol for _, symbol in simulator.subscriptions()}

    assert wanted == set(NAMES)
    assert one.failure is None
    assert not any(gap.is_open for gap in one.subscription.gaps)
