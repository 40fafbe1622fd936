from __future__ import annotations

from tastytrade.simulator.sizes import ROUND, flicker, sizes_around

NOW = 1_736_780_400_000


def test_sizes_are_whole_and_at_least_one() -> None:
    sizes = [size for moment in range(500) for size in flicker(7, NOW + 20 * moment, 1)]

    assert min(sizes) == 1.0
    assert all(size.is_integer() for size in sizes)


def test_sizes_stand_for_a_moment_and_then_change() -> None:
    assert flicker(7, NOW, 500) == flicker(7, NOW + 19, 500)
    assert flicker(7, NOW, 500) != flicker(7, NOW + 20, 500)


def test_larger_markets_have_larger_sizes() -> None:
    small = sum(flicker(7, NOW + 20 * moment, 10)[0] for moment in range(200))
    large = sum(flicker(7, NOW + 20 * moment, 1000)[0] for moment in range(200))

    assert large > 50 * small


def test_another_salt_is_at_another_place() -> None:
    assert flicker(7, NOW, 500) == flicker(6, NOW + 20, 500)
    assert flicker(7, NOW, 500) == flicker(7 + ROUND, NOW, 500)
    assert flicker(7, NOW, 500) != flicker(8, NOW, 500)


def test_bid_and_ask_sizes_go_their_own_ways() -> None:
    sizes = sizes_around(500)

    assert len(sizes) == ROUND
    assert sum(bid == ask for bid, ask in sizes) < ROUND / 10
