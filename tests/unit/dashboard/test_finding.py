from __future__ import annotations

from tastytrade import Session, Streamer
from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.finding import Found, find
from tastytrade.dashboard.supply import Supply


async def test_the_service_is_asked(session: Session, streamer: Streamer) -> None:
    supply = Supply(streamer, player=None, runner=session, chains=Chains(session))

    assert Found("NVDA", "NVIDIA Corp") in await find(supply, " nvd ")


async def test_a_recording_has_its_own_symbols_those_that_begin_so_first(supply: Supply) -> None:
    assert [one.symbol for one in await find(supply, "sp")] == ["SPX", "SPY"]
    assert [one.symbol for one in await find(supply, "p")] == ["SPX", "SPY", "AAPL"]


async def test_nothing_is_found_of_nothing_and_where_nobody_can_be_asked(
    supply: Supply, streamer: Streamer
) -> None:
    nobody = Supply(streamer, player=None, runner=None, chains=Chains())

    assert [await find(supply, text) for text in ("", "  ", "\u202e")] == [[], [], []]
    assert await find(nobody, "SPX") == []
