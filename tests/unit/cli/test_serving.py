"""The line that says how serving a recording goes."""

from __future__ import annotations

from tastytrade.cli.serving import served_line
from tastytrade.simulator import Simulator
from tastytrade.simulator.recorded_market import RecordedMarket
from tests.unit.simulator.recording import ListRecording, play, quote, received

RECORDING = ListRecording([received(0, quote("SPX", 1)), received(60_000, quote("SPX", 2))])


def test_it_waits_then_says_the_recorded_time_then_that_it_is_over() -> None:
    with RecordedMarket(RECORDING, speed=10) as market:
        simulator = Simulator(market=market)
        waiting = served_line(simulator, market)
        market.begin(0.0)
        play(market, 2.5)
        halfway = served_line(simulator, market)
        play(market, 10.0, since=2.5)
        over = served_line(simulator, market)

    rest = " · 10x · 0 clients · 0 events sent"
    assert waiting == f"waits for a subscription at 2023-11-14 22:13:20 UTC{rest}"
    assert halfway == f"2023-11-14 22:13:39 UTC{rest}"
    assert over == f"over at 2023-11-14 22:14:54 UTC{rest}"
