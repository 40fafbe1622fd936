from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tastytrade.simulator.bars import Bar, filled, join, merge, running, shares, split
from tastytrade.simulator.draws import normals

FIRST = Bar(10, 14, 9, 12, 100, 5, 1150, 20, 30)
SECOND = Bar(12, 13, 7, 8, 50, 3, 500, 10, 10)


@st.composite
def day_bars(draw: st.DrawFn) -> Bar:
    low = draw(st.integers(1, 500_000))
    high = low + draw(st.integers(0, 20_000))
    opened, close = draw(st.integers(low, high)), draw(st.integers(low, high))
    count = draw(st.integers(4_000, 100_000))
    volume = count * draw(st.integers(20, 2_000))
    turnover = round(volume * (opened + high + low + close) / 4)
    return Bar(opened, high, low, close, volume, count, turnover, volume // 7, volume // 6)


def test_a_merge_opens_with_the_first_and_closes_with_the_last() -> None:
    assert merge([FIRST, SECOND]) == Bar(10, 14, 7, 8, 150, 8, 1650, 30, 40)


def test_nothing_merges_into_nothing() -> None:
    assert merge([]) is None
    assert join(None, None) is None
    assert join(None, FIRST) is FIRST


def test_what_runs_begins_with_nothing_and_ends_with_the_whole() -> None:
    assert running([FIRST, SECOND]) == [None, FIRST, merge([FIRST, SECOND])]


def test_shares_sum_to_the_total_and_keep_their_minimum() -> None:
    divided = shares(100, [1.0, 0.0, 5.0, 1.0], minimum=3)

    assert sum(divided) == 100
    assert min(divided) == 3
    assert divided[2] == max(divided)


@settings(max_examples=60, deadline=None)
@given(day_bars(), st.sampled_from([13, 24]), st.integers(0, 1000))
def test_parts_of_a_bar_merge_into_exactly_that_bar(bar: Bar, number: int, seed: int) -> None:
    weights = [1.0 + 0.5 * (i % 3) for i in range(number)]
    wicks = [abs(z) for z in normals(f"{seed}|wicks", 2 * number)]

    parts = split(bar, normals(str(seed), number), weights=weights, wicks=wicks, minutes=30)

    assert merge(parts) == bar
    assert all(before.close == after.open for before, after in pairwise(parts))
    assert all(part.low <= min(part.open, part.close) for part in parts)
    assert all(part.high >= max(part.open, part.close) for part in parts)
    assert all(part.volume >= part.count >= 120 for part in parts)


@settings(max_examples=40, deadline=None)
@given(day_bars(), st.integers(0, 1000))
def test_the_average_price_of_a_part_lies_within_it_but_for_rounding(bar: Bar, seed: int) -> None:
    wicks = [abs(z) for z in normals(f"{seed}|wicks", 26)]

    parts = split(bar, normals(str(seed), 13), weights=[1.0] * 13, wicks=wicks, minutes=30)

    for part in parts:
        assert part.low - 0.5 <= part.turnover / part.volume <= part.high + 0.5


def test_bars_of_given_prices_divide_what_the_whole_traded() -> None:
    whole = Bar(10, 14, 7, 8, 600, 30, 6_300, 200, 150)

    parts = filled(whole, [10, 12, 8], [14, 13], [9, 7], weights=[3.0, 1.0], minutes=1)

    assert merge(parts) == whole
    assert [(bar.open, bar.high, bar.low, bar.close) for bar in parts] == [(10, 14, 9, 12), (12, 13, 7, 8)]
    assert all(part.volume > part.count for part in parts)
