from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastytrade.errors import ConfigurationError
from tastytrade.replaying.clock import PUT_BACK_NS, PlayClock, checked_speed

SECOND = 1_000_000_000


def test_the_first_is_due_at_once_and_the_others_so_much_later_as_they_were_received() -> None:
    clock = PlayClock(1)

    assert clock.due(100 * SECOND, 7.0) == 7.0
    assert clock.due(103 * SECOND, 7.5) == 10.0
    assert clock.due(104 * SECOND, 12.0) == 11.0  # who is late catches up


def test_ten_times_the_pace_takes_a_tenth_of_the_time() -> None:
    clock = PlayClock(10)
    clock.due(0, 0.0)

    assert clock.due(5 * SECOND, 0.0) == 0.5


def test_as_fast_as_it_is_read_everything_is_due() -> None:
    clock = PlayClock("max")

    assert clock.due(0, 3.0) == 3.0
    assert clock.due(500 * SECOND, 3.0) == 3.0


def test_another_speed_counts_from_the_moment_it_is_and_not_from_the_next_event() -> None:
    clock = PlayClock(1)
    clock.due(0, 0.0)
    clock.due(60 * SECOND, 0.0)
    clock.change(4, 20.0)

    assert clock.due(60 * SECOND, 20.0) == 30.0


def test_from_as_fast_as_it_is_read_it_slows_down_at_what_was_given_last() -> None:
    clock = PlayClock("max")
    clock.due(40 * SECOND, 1.0)
    clock.change(2, 5.0)

    assert clock.due(44 * SECOND, 5.0) == 7.0


def test_it_stands_still_while_it_is_held() -> None:
    clock = PlayClock(1)
    clock.due(0, 0.0)
    clock.hold(2.0)
    clock.hold(50.0)

    assert clock.due(5 * SECOND, 100.0) == 103.0


def test_what_is_given_out_of_turn_is_where_it_goes_on_from() -> None:
    clock = PlayClock(1)
    clock.due(0, 0.0)
    clock.hold(0.0)
    clock.jump(90 * SECOND)

    assert clock.due(91 * SECOND, 10.0) == 11.0


def test_anew_it_begins_with_whatever_comes() -> None:
    clock = PlayClock(1)
    clock.due(0, 0.0)
    clock.restart()

    assert clock.due(900 * SECOND, 4.0) == 4.0


def test_a_clock_that_was_put_back_is_followed_and_what_is_a_little_out_of_order_is_not() -> None:
    clock = PlayClock(1)
    clock.due(3600 * SECOND, 0.0)
    before = clock.due(3600 * SECOND - PUT_BACK_NS // 2, 0.0)
    back = clock.due(0, 1.0)

    assert before < 0
    assert back == 1.0
    assert clock.due(2 * SECOND, 1.0) == 3.0


@given(
    st.lists(st.tuples(st.integers(0, 10 * SECOND), st.sampled_from([0.5, 1, 8]), st.booleans()), min_size=1)
)
def test_however_it_is_held_and_changed_recorded_time_neither_jumps_nor_goes_back(
    steps: list[tuple[int, float, bool]],
) -> None:
    clock, now, received_ns = PlayClock(1), 0.0, 0
    clock.due(0, 0.0)
    for after_ns, speed, is_held in steps:
        received_ns += after_ns
        clock.change(speed, now)
        if is_held:
            clock.hold(now)
            now += 1000.0
        due = clock.due(received_ns, now)

        assert due - now == pytest.approx(after_ns / 1e9 / speed, abs=1e-4)
        now = due


@pytest.mark.parametrize("speed", [0, -1, float("inf"), float("nan"), "fast", None, True])
def test_a_speed_is_a_positive_number_or_max(speed: object) -> None:
    with pytest.raises(ConfigurationError, match="speed is a positive number"):
        checked_speed(speed)


def test_a_speed_that_is_refused_changes_nothing() -> None:
    clock = PlayClock(2)
    with pytest.raises(ConfigurationError):
        clock.change(-3, 0.0)

    assert clock.speed == 2
