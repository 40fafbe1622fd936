from __future__ import annotations

import pytest

from tastytrade import Simulator, Streamer
from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.supply import Supply
from tastytrade.dxfeed import EventBatch, Quote, TimeAndSale, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.replaying import Replay
from tests.integration.recorded_day import BEGAN_NS
from tests.integration.waiting import until
from tests.unit.dashboard.running import running


@pytest.fixture
def live(streamer: Streamer) -> Supply:
    return Supply(streamer, player=None, runner=None, chains=Chains())


async def test_what_two_want_is_asked_for_once_and_given_up_by_the_last(
    simulator: Simulator, live: Supply
) -> None:
    values = live.values
    async with running(values.run()):
        values.want([Quote, Trade], ["SPX", "NVDA"])
        values.want([Quote], ["NVDA", "SPY"])
        await until(lambda: len(simulator.subscriptions()) == 5)
        values.let_go([Quote, Trade], ["SPX", "NVDA"])
        await until(lambda: simulator.subscriptions() == {("Quote", "NVDA"), ("Quote", "SPY")})
        values.let_go([Quote], ["NVDA", "SPY"])
        await until(lambda: simulator.subscriptions() == set())
        values.want([Quote], ["SPX"])
        await until(lambda: values.table(Quote).height == 1)

    assert values.table(Quote)["eventSymbol"].to_list() == ["SPX"]


async def test_a_replay_goes_on_without_a_loss_when_more_is_wanted(source: Replay, supply: Supply) -> None:
    values = supply.values
    async with running(values.run()):
        values.want([Quote], ["SPY"])
        await source.step(400)
        values.want([Quote], ["AAPL"])
        await source.step(400)
        await until(lambda: values.table(Quote).height == 2)
        await until(lambda: not any(reader.waiting_frames for reader in source.stats().readers))
    stats = source.ledger()

    assert [(reader.name, reader.balance) for reader in stats.readers] == [("dashboard values", 0)]
    assert {"SPY", "AAPL"} <= set(values.table(Quote)["eventSymbol"])


async def test_what_was_known_before_does_not_replace_what_has_come(supply: Supply) -> None:
    values = supply.values
    old = EventBatch.from_events(
        [Quote("SPY", bidPrice=1.0), Quote("AAPL", bidPrice=2.0)], received_ns=BEGAN_NS
    )
    values.fill(Quote, EventBatch.from_events([Quote("SPY", bidPrice=9.0)], received_ns=BEGAN_NS + 1))
    before = values.version([Quote])
    values.fill(Quote, old)

    assert dict(zip(*values.table(Quote).select("eventSymbol", "bidPrice"), strict=True)) == {
        "SPY": 9.0,
        "AAPL": 2.0,
    }
    assert values.version([Quote]) == before + 1


async def test_what_cannot_be_conflated_is_refused(supply: Supply) -> None:
    with pytest.raises(ConfigurationError, match="cannot be conflated"):
        supply.values.want([TimeAndSale], ["SPY"])
