from __future__ import annotations

import pytest

from tastytrade.simulator.bars import Bar, merge
from tastytrade.simulator.tape import Tape, print_tape

START = 1_736_780_400_000
BAR = Bar(100, 107, 96, 103, 5_000, 60, 505_000, 800, 900)


@pytest.fixture
def tape() -> Tape:
    return print_tape(BAR, START, "key", at_once=False)


def test_prints_of_a_minute_make_its_bar(tape: Tape) -> None:
    made = tape.bar(0, 60)

    assert made is not None
    assert made.turnover == pytest.approx(BAR.turnover, rel=0.05)
    assert (made.open, made.high, made.low, made.close) == (BAR.open, BAR.high, BAR.low, BAR.close)
    assert (made.volume, made.count, made.sold, made.bought) == (5_000, 60, 800, 900)


def test_prints_come_in_order_within_the_minute(tape: Tape) -> None:
    assert tape.times == sorted(tape.times)
    assert tape.times[0] >= START
    assert tape.times[-1] < START + 60_000
    assert len(set(zip(tape.times, tape.sequences, strict=True))) == 60


def test_every_print_has_a_size(tape: Tape) -> None:
    assert min(tape.sizes) >= 1


def test_the_first_print_of_a_day_comes_as_it_opens() -> None:
    assert print_tape(BAR, START, "key", at_once=True).times[0] == START


def test_four_prints_are_enough_for_a_bar() -> None:
    bar = Bar(100, 107, 96, 103, 4, 4, 406, 0, 1)

    tape = print_tape(bar, START, "key", at_once=False)

    assert sorted(tape.ticks) == [96, 100, 103, 107]
    assert (tape.ticks[0], tape.ticks[-1]) == (100, 103)


def test_seconds_of_a_minute_make_its_bar(tape: Tape) -> None:
    seconds = tape.seconds(START, START + 60_000)

    merged = merge(bar for _, bar in seconds)
    assert merged is not None
    assert (merged.open, merged.high, merged.low, merged.close) == (BAR.open, BAR.high, BAR.low, BAR.close)
    assert (merged.volume, merged.count) == (BAR.volume, BAR.count)


def test_seconds_end_with_the_moment_asked_for(tape: Tape) -> None:
    until = tape.times[30]

    count = sum(bar.count for _, bar in tape.seconds(START, until))
    assert count == tape.number_until(until)


def test_no_prints_make_no_bar(tape: Tape) -> None:
    assert tape.bar(3, 3) is None
