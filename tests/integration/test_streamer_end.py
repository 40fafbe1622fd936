"""How a feed ends, what it leaves behind, and how it begins again."""

from __future__ import annotations

import asyncio

import pytest

from tastytrade import Quote, Session, Simulator, Streamer
from tastytrade.errors import StreamClosed
from tests.integration.admission import Leaves
from tests.integration.waiting import until


async def test_a_streamer_that_is_opened_again_wants_nothing_for_readers_of_before(
    session: Session,
) -> None:
    streamer = Streamer(session)
    async with streamer:
        before = streamer.subscribe(Quote, ["SPX", "SPY"])
    async with streamer:
        streamer.subscribe(Quote, ["NVDA"])
        await until(lambda: streamer.progress == (1, 1))
        before.close()

        assert streamer.progress == (1, 1)


async def test_what_has_ended_takes_no_more_symbols(session: Session) -> None:
    async with Streamer(session) as streamer:
        closed, open_still = streamer.subscribe(Quote, ["SPX"]), streamer.subscribe(Quote, ["SPX"])
        closed.close()
        with pytest.raises(StreamClosed, match="this subscription is closed; subscribe anew"):
            streamer.extend(closed, Quote, ["SPY"])

    with pytest.raises(StreamClosed, match="this streamer is not open"):
        streamer.extend(open_still, Quote, ["SPY"])
    assert streamer.progress[1] == 0


async def test_closing_that_is_cancelled_ends_the_readers_all_the_same(session: Session) -> None:
    streamer = Streamer(session)
    await streamer.open()
    subscription = streamer.subscribe(Quote, ["SPX"])
    closing = asyncio.create_task(streamer.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])

    async with asyncio.timeout(5):
        assert [event async for event in subscription] == []
        await streamer.wait_closed()


async def test_a_feed_whose_session_is_closed_ends_instead_of_trying_for_ever(
    simulator: Simulator, session: Session
) -> None:
    admission = Leaves(session)
    async with Streamer(admission) as streamer:
        subscription = streamer.subscribe(Quote, ["SPX"])
        admission.is_closed = True
        await simulator.drop_connections()

        with pytest.raises(StreamClosed, match="by hand"):
            async for _ in subscription:
                pass


async def test_an_error_of_whoever_watches_the_messages_is_raised_as_it_is(session: Session) -> None:
    def watch(_message: object) -> None:
        raise LookupError("by hand")

    with pytest.raises(LookupError, match="by hand"):
        await Streamer(session, on_message=watch).open()
