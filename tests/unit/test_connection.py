from __future__ import annotations

from tastytrade.connection import BACKOFF_CAP, backoff, first_of


def test_pauses_begin_within_a_second_and_grow_to_a_cap_however_long_the_outage() -> None:
    first = [backoff(1) for _ in range(200)]
    late = [backoff(attempt) for attempt in range(1000, 3000)]

    assert max(first) <= 1.0
    assert 0.9 * BACKOFF_CAP < max(late) <= BACKOFF_CAP
    assert min(late) < 0.1 * BACKOFF_CAP


def test_of_nested_groups_of_errors_the_first_one_counts() -> None:
    first, second = KeyError("first"), ValueError("second")

    assert first_of(ExceptionGroup("", [ExceptionGroup("", [first, second]), second])) is first
