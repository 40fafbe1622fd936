"""How a feed comes back (C16 to C20): when it tries, and what the server has been told by then."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import Counter

import msgspec
from msgspec.structs import replace

from tastytrade import Quote, Session, Trade
from tastytrade.aftermath import Aftermath
from tastytrade.dxfeed.gap import GapReason
from tastytrade.errors import ConnectionLost
from tastytrade.source import State
from tastytrade.timeouts import Timeouts
from tests.integration.catalogue.observed import FAST, Through, observed, proxy_to, simulated, turn
from tests.integration.catalogue.reading import resident_bytes
from tests.integration.watched_simulator import WatchedSimulator

CLIENTS = 100


def many(count: int) -> list[str]:
    """Symbols that nobody knows: they cost subscriptions, and bring nothing."""
    return [f"ZZ{number:05d}" for number in range(count)]


async def test_c16_pauses_grow_to_the_cap_while_a_server_accepts_and_hangs_up() -> None:
    limits = replace(FAST, backoff_base=0.01, backoff_cap=0.08)
    async with simulated() as (simulator, session):
        async with observed(session, timeouts=limits) as one:
            simulator.inject({"name": "abort", "on_step": "SETUP", "after_s": 0.02, "times": 14})
            await simulator.drop_connections()
            await one.live_again(epoch=16)

        assert {gap.reason for gap in one.subscription.gaps} == {GapReason.DISCONNECT}
    lengths = [((pause.retry_at_ns or 0) - pause.at_ns) / 1e9 for pause in one.pauses]
    assert [pause.attempt for pause in one.pauses] == list(range(1, 16))
    assert all(length <= min(0.08, 0.01 * 2**place) + 0.001 for place, length in enumerate(lengths))
    assert sum(lengths[5:]) / 10 > 0.02


def test_c16_a_hundred_clients_do_not_come_back_as_a_herd() -> None:
    """Half an hour of virtual time after a server dropped them all and lets none of them stay."""
    attempts: list[float] = []
    clients = [Aftermath(Timeouts(), can_renew=True) for _ in range(CLIENTS)]
    dropped = [(0.0, number) for number in range(CLIENTS)]
    while dropped:
        now, number = heapq.heappop(dropped)
        verdict = clients[number].judge(ConnectionLost("dropped", code=1012), was_ready=True)
        at = now + verdict.pause
        if at < 1800:
            attempts.append(at)
            heapq.heappush(dropped, (at + 0.1, number))

    # In the first second each comes once, spread over all of it; later no ten seconds have twice their share.
    tenths = Counter(int(at * 10) for at in attempts if at < 1)
    later = Counter(int(at // 10) for at in attempts if at >= 120)
    assert max(tenths.values()) < 0.4 * CLIENTS
    assert max(later.values()) <= 2 * sum(later.values()) / 168
    assert sum(later.values()) / 168 < CLIENTS * 10 / 25


async def test_c17_a_night_of_attempts_leaves_nothing_behind() -> None:
    """Half an hour of them is 65 at the usual pauses; here are 400 at very short ones."""
    limits = replace(FAST, backoff_base=0.0001, backoff_cap=0.0005)
    async with simulated() as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        async with observed(Through(session, proxy.port), timeouts=limits) as one:
            usual = len(asyncio.all_tasks())
            await turn(proxy, "refuse")
            await one.until(lambda: len(one.pauses) >= 50)
            before = resident_bytes()
            await one.until(lambda: len(one.pauses) >= 400)
            grown, tasks = resident_bytes() - before, len(asyncio.all_tasks())
            await turn(proxy, "pass")
            back_ns = one.states[-1].at_ns
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert abs(grown) < 5_000_000
    assert tasks <= usual
    live = next(change for change in one.states if change.state is State.LIVE and change.at_ns > back_ns)
    assert (live.at_ns - back_ns) / 1e9 < 0.5


async def test_c18_what_changes_while_there_is_no_connection_is_what_comes_back() -> None:
    async with simulated() as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        async with observed(Through(session, proxy.port), ["SPX", "NVDA", "SPY"]) as one:
            streamer = one.streamer
            given_up = streamer.subscribe(Trade, ["SPX"])
            await streamer.restored(timeout=2)
            await turn(proxy, "refuse")
            await one.until(lambda: len(one.pauses) >= 2)
            streamer.extend(one.subscription, Quote, ["AAPL"])
            streamer.reduce(one.subscription, Quote, ["SPY"])
            given_up.close()
            new = streamer.subscribe(Trade, ["NVDA"])
            unsent = streamer.unsent(new)
            was_restored = await streamer.restored(timeout=0.05)
            await turn(proxy, "pass")
            assert await streamer.restored(timeout=2)
            subscribed = simulator.subscriptions()
            await one.live_again()

        (gap,) = one.subscription.gaps
    assert (gap.reason, gap.is_open) == (GapReason.DISCONNECT, False)
    assert unsent == frozenset({"NVDA"})
    assert not was_restored
    assert subscribed == {("Quote", "SPX"), ("Quote", "NVDA"), ("Quote", "AAPL"), ("Trade", "NVDA")}


async def test_c19_thousands_of_subscriptions_come_back_in_messages_that_servers_take() -> None:
    """5,000 here; 50,000 are a measurement. Messages of 500 go out 0.2 s apart, and servers want that."""
    names = ["SPX", *many(4999)]
    async with (
        WatchedSimulator(seed=7, rate=400) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        observed(session) as one,
    ):
        streamer = one.streamer
        streamer.subscribe(Quote, names)
        assert await streamer.restored(timeout=6)
        seen = len(one.states)
        simulator.inject({"name": "restart", "seconds": 0.05})
        await one.until(lambda: len(one.pauses) > 0)
        simulator.heard.clear()
        began = asyncio.get_running_loop().time()
        assert await streamer.restored(timeout=6)
        took = asyncio.get_running_loop().time() - began
        await one.live_again()

        assert simulator.subscriptions() == {("Quote", name) for name in [*names, "NVDA"]}
    messages = [message for message in simulator.heard if message["type"] == "FEED_SUBSCRIPTION"]
    progress = [change.sent for change in one.states[seen:] if change.state is State.RESTORING]
    assert max(len(msgspec.json.encode(message)) for message in messages) <= 32 * 1024
    assert [message.get("reset", False) for message in messages] == [True] + [False] * (len(messages) - 1)
    assert len(set(progress)) >= 5
    assert progress == sorted(progress)
    assert took < 2 + 5000 / 10_000


async def test_c20_losses_amid_a_restore_leave_no_part_of_a_set() -> None:
    names = ["SPX", *many(1199)]
    async with simulated() as (simulator, session):
        async with observed(session, names) as one:
            lives = len([change for change in one.states if change.state is State.LIVE])
            for number, nth in enumerate((random.choice((1, 2)), 2, 3), 2):
                simulator.inject(
                    {"name": "abort", "on_step": "FEED_SUBSCRIPTION", "nth": nth, "connection": number}
                )
            await simulator.drop_connections()
            await one.live_again(epoch=5)
            subscribed = simulator.subscriptions()
            done = len(simulator.faults.done)

        (gap,) = one.subscription.gaps
    assert done == 3
    assert subscribed == {("Quote", name) for name in names}
    later = [change for change in one.states if change.state is State.LIVE][lives:]
    assert [(change.sent, change.wanted) for change in later] == [(1200, 1200)]
    assert (gap.epoch_before, gap.epoch_after) == (1, 5)
    assert gap.reason is GapReason.DISCONNECT
    assert gap.to_ns is not None
