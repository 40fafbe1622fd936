from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.dashboard.player import Player
from tastytrade.dxfeed import Quote
from tastytrade.errors import ConfigurationError
from tastytrade.replaying import replay
from tastytrade.store import StoreWriter
from tests.integration.recorded_day import BEGAN_NS
from tests.integration.waiting import until

SECOND = 1_000_000_000


async def test_before_the_first_event_nothing_is_past(player: Player) -> None:
    assert player.until_ns == BEGAN_NS
    assert player.position() == {
        "at_ms": BEGAN_NS // 1_000_000 - 1,
        "n": 0,
        "speed": 1.0,
        "paused": True,
        "over": False,
    }


async def test_what_was_given_is_past(player: Player) -> None:
    player.replay.subscribe(Quote)
    await player.replay.step(3)
    number, at_ns = player.replay.position

    assert player.until_ns == at_ns + 1
    assert player.position()["n"] == number


async def test_a_moment_that_was_sought_is_where_it_stands_until_something_is_given(player: Player) -> None:
    subscription = player.replay.subscribe(Quote)
    await player.replay.step(3)
    await player.seek(BEGAN_NS + 5 * SECOND)
    sought = player.until_ns
    subscription.close()
    player.replay.subscribe(Quote)
    await player.replay.step(1)

    assert sought == BEGAN_NS + 5 * SECOND
    assert player.until_ns > sought


async def test_seeking_stays_within_the_recording(player: Player) -> None:
    await player.seek(0)
    first = player.until_ns
    await player.seek(BEGAN_NS * 2)

    assert (first, player.until_ns) == (BEGAN_NS, BEGAN_NS + 9_990_000_000)


async def test_a_replay_that_is_over_is_followed_by_another(day: Path) -> None:
    async with replay(day, speed="max") as source:
        player = Player(source)
        async with source.subscribe(Quote) as subscription:
            async for _ in subscription.batches():
                pass
        await until(lambda: player.is_over)
        player.pause()
        player.change_speed(25)
        await player.seek(BEGAN_NS + SECOND)
        is_other = player.replay is not source
        position = player.position()
        await player.aclose()

    assert is_other
    assert (position["over"], position["paused"], position["speed"]) == (False, True, 25)
    assert (player.replay.speed, player.replay.is_paused) == (25, True)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
async def test_a_speed_that_is_none_is_refused(player: Player, speed: float) -> None:
    with pytest.raises(ConfigurationError, match="speed is a positive number"):
        player.change_speed(speed)


async def test_a_page_is_told_how_far_it_goes_and_where_something_is_missing(player: Player) -> None:
    told = player.opening()
    first = BEGAN_NS // 1_000_000

    assert (told["first_ms"], told["last_ms"]) == (first, first + 9_990)
    assert told["gaps"] == [[first + 4_000, first + 5_000, "disconnect", ["Quote", "TimeAndSale"]]]


async def test_an_empty_store_cannot_be_played(tmp_path: Path) -> None:
    with StoreWriter(tmp_path / "empty", feed_level="api", source="test", event_types=(), symbols=()):
        pass
    source = replay(tmp_path / "empty")

    with pytest.raises(ConfigurationError, match="has no events yet"):
        Player(source)
