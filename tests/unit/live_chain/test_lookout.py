from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tastytrade.errors import FeedStalled
from tastytrade.live_chain.change import ChainState, Standing
from tastytrade.live_chain.lookout import Lookout
from tests.unit.live_chain.test_change import standing, symbols


class Chain:
    """What is looked at."""

    def __init__(self, now: Standing) -> None:
        self.now = now
        self.lookout = Lookout(lambda: self.now)

    def changes(self, *, per_second: float = 1000) -> Any:
        return self.lookout.changes((), (), per_second=per_second)


async def test_where_there_is_a_window_the_first_change_comes_at_once() -> None:
    change = await anext(Chain(standing(5900)).changes())

    assert change.came == (5900,)


async def test_where_there_is_none_it_comes_with_what_happens_first() -> None:
    chain = Chain(standing())
    changes = chain.changes()
    first = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    is_early = first.done()
    chain.now = standing(5900)
    chain.lookout.note(symbols=symbols(5900))

    assert not is_early
    assert (await first).symbols == tuple(symbols(5900))
    await changes.aclose()


async def test_the_end_comes_at_once_however_slow_the_pace() -> None:
    chain = Chain(standing(5900))
    changes = chain.changes(per_second=0.001)
    await anext(changes)
    last = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    chain.now = standing(5900, state=ChainState.CLOSED)
    chain.lookout.end(None)

    async with asyncio.timeout(3):
        assert (await last).state is ChainState.CLOSED
        with pytest.raises(StopAsyncIteration):
            await anext(changes)


async def test_whoever_comes_after_the_end_is_told_how_it_ended() -> None:
    chain = Chain(standing(5900, state=ChainState.FAILED))
    chain.lookout.end(FeedStalled("nothing came"))
    changes = chain.changes()
    change = await anext(changes)

    assert change.state is ChainState.FAILED
    with pytest.raises(FeedStalled):
        await anext(changes)
