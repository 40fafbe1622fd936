from __future__ import annotations

import pytest

from tastytrade import Session, Simulator
from tastytrade.cli.wire_source import LIMIT_BYTES, Overhearing, Remembering, unopened_streamer
from tastytrade.errors import ConfigurationError, FeedUnauthorized
from tastytrade.rest.secret import Secret
from tastytrade.transport.wire import Arrival


async def test_what_was_said_comes_in_its_order_with_its_direction() -> None:
    overhearing = Overhearing()
    first, second = Arrival([b"{}"], 1, 2), Arrival([b"[]"], 2, 2)
    overhearing.sent(1, 0, first)
    overhearing.received(1, 0, second)

    assert await overhearing.next() == (True, 1, first)
    assert overhearing.rest() == [(False, 1, second)]


async def test_what_there_is_no_room_for_is_counted() -> None:
    overhearing = Overhearing()
    large = Arrival([b"{}"], 1, LIMIT_BYTES + 1)
    overhearing.received(1, 0, large)
    overhearing.received(1, 0, Arrival([b"1", b"2"], 2, 2))
    await overhearing.next()
    overhearing.received(1, 0, Arrival([b"3"], 3, 1))

    assert overhearing.left_out == 2
    assert [one[2].texts for one in overhearing.rest()] == [[b"3"]]


async def test_every_quote_token_is_remembered_once(session: Session) -> None:
    secrets: list[Secret] = []
    remembering = Remembering(session, secrets)
    first = await remembering.quote_token()
    await remembering.quote_token()
    second = await remembering.quote_token(renew=True)

    assert secrets == [first.token, second.token]


async def test_a_bare_address_takes_its_token_from_the_variable(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXLINK_TOKEN", "sim_no")
    secrets: list[Secret] = []
    with pytest.raises(FeedUnauthorized, match="takes the token from DXLINK_TOKEN"):
        async with unopened_streamer(
            secrets, url=simulator.dxlink_url, environment=None, simulator=False
        ) as streamer:
            await streamer.open()

    assert secrets == [Secret("sim_no")]


async def test_two_feeds_at_once_cannot_be_meant() -> None:
    with pytest.raises(ConfigurationError, match="exclude each other"):
        async with unopened_streamer([], url="ws://127.0.0.1:9", environment=None, simulator=True):
            pass
