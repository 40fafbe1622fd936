from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.player import Player
from tastytrade.dashboard.supply import Supply, changes
from tastytrade.dxfeed import EventBatch, Quote, TimeAndSale
from tastytrade.replaying import Replay, replay
from tests.integration.recorded_day import BEGAN_NS, GAP
from tests.integration.waiting import until
from tests.unit.dashboard.running import running


async def test_what_a_view_wants_may_become_something_else(player: Player, supply: Supply) -> None:
    await player.seek(BEGAN_NS + 3_000_000_000)
    async with supply.wanted([Quote], ["SPY"]) as wants:
        first = set(supply.values.table(Quote)["eventSymbol"])
        await wants.become(["AAPL", "SPX"])
        second = set(supply.values.table(Quote)["eventSymbol"])
    after = supply.values.table(Quote).height

    assert first == {"SPY"}
    assert second == {"SPY", "AAPL", "SPX"}
    assert after == 0


async def test_gaps_are_known_after_the_subscription_too(source: Replay, supply: Supply) -> None:
    for _ in range(2):
        subscription = supply.subscribe([Quote, TimeAndSale], ["SPY"], name="test")
        async with running(_drain(subscription)):
            if not supply.gaps:
                await source.step(10_000)
            await until(lambda: bool(supply.gaps))
        supply.close(subscription)
        supply.close(subscription)

    assert [(gap.reason, gap.from_ns) for gap in supply.gaps] == [(GAP.reason, GAP.from_ns)]


async def _drain(subscription: object) -> None:
    async for _ in subscription.records():  # type: ignore[attr-defined]  # a Subscription
        pass


async def test_of_a_replay_that_is_over_a_subscription_has_ended(day: Path) -> None:
    async with replay(day, speed="max") as source:
        async with source.subscribe(Quote) as subscription:
            await _drain(subscription)
        await source.wait_closed()
        player = Player(source)
        supply = Supply(source, player=player, runner=None, chains=Chains(None, player.store))
        ended = supply.subscribe(Quote, ["SPY"], name="test")
        async with supply.wanted([Quote], ["SPY"]):
            known = supply.values.table(Quote).height

    assert ended.is_closed
    assert known == 1


async def test_changes_are_told_at_once_and_then_when_something_has_come(supply: Supply) -> None:
    async with asyncio.timeout(5), aclosing(changes(supply, [Quote], every=0.001)) as looked:  # type: ignore[type-var]  # a generator
        await anext(looked)
        waiting = asyncio.ensure_future(anext(looked))
        await asyncio.sleep(0)
        was_waiting = not waiting.done()
        async with supply.wanted([Quote], ["SPY"]):
            has_come(supply)
            await waiting

    assert was_waiting


def has_come(supply: Supply) -> None:
    supply.values.fill(Quote, EventBatch.from_events([Quote("SPY", bidPrice=1.0)], received_ns=1))


async def test_a_replay_knows_its_own_time(player: Player, supply: Supply) -> None:
    await player.seek(BEGAN_NS + 1_000_000_000)

    assert supply.at_ns == supply.market_ns == BEGAN_NS + 1_000_000_000
