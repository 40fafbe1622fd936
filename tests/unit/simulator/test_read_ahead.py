"""A recording that is read ahead in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.errors import StoreDamaged
from tastytrade.simulator.read_ahead import ReadAhead
from tastytrade.simulator.recorded_rows import Played
from tests.unit.simulator.recording import BEGAN_MS, quote, received

END_MS = BEGAN_MS + 10**9


def everything(ahead: ReadAhead, until_ms: int = END_MS) -> list[Played]:
    taken: list[Played] = []
    while not ahead.is_over:
        taken += ahead.take(until_ms, rows=10)[0]
    return taken


def test_everything_comes_at_its_moment_and_in_order() -> None:
    records = [received(number, quote("SPX", number)) for number in range(1000)]
    with ReadAhead(lambda: records, rows_ahead=10) as ahead:
        taken = everything(ahead)

    assert [one.moment_ms for one in taken] == [BEGAN_MS + number for number in range(1000)]
    assert [one.rows[0][0] for one in taken] == ["SPX"] * 1000


def test_what_is_not_due_waits() -> None:
    with ReadAhead(lambda: [received(after, quote("SPX", after)) for after in (0, 5, 10)]) as ahead:
        until_ms = 0
        while until_ms < BEGAN_MS + 7:
            until_ms = ahead.take(BEGAN_MS + 7, rows=10)[1]

        assert not ahead.is_over
        assert [one.moment_ms for one in everything(ahead)] == [BEGAN_MS + 10]


def test_it_reads_no_further_ahead_than_it_may() -> None:
    given: list[int] = []
    is_full = Event()

    def read() -> Iterator[EventBatch[Any]]:
        for number in range(100):
            given.append(number)
            if number == 5:
                is_full.set()
            yield received(number, quote("SPX", number))

    with ReadAhead(read, rows_ahead=5) as ahead:
        is_full.wait(5)
        read_by_then = len(given)
        taken = everything(ahead)

    assert read_by_then == 6
    assert len(taken) == 100


def test_rows_of_one_millisecond_come_together_however_many_they_are() -> None:
    records = [received(0, quote("SPX", number)) for number in range(100)] + [received(1, quote("SPX", 0))]
    with ReadAhead(lambda: records, rows_ahead=5) as ahead:
        taken: list[Played] = []
        while not taken:
            taken, until_ms = ahead.take(BEGAN_MS, rows=10)

    assert len(taken) == 100
    assert until_ms == BEGAN_MS


def test_a_step_ends_between_two_milliseconds() -> None:
    records = [received(number // 4, quote("SPX", number)) for number in range(40)]
    with ReadAhead(lambda: records) as ahead:
        taken: list[Played] = []
        while not taken:
            taken, until_ms = ahead.take(BEGAN_MS + 1, rows=3)

    assert (len(taken), until_ms) == (4, BEGAN_MS)


def test_a_clock_that_was_set_back_goes_on_from_where_it_was() -> None:
    hour = 3_600_000
    offsets = (0, 1000, 999.9, 1001, 1001 - hour, 1500 - hour)
    with ReadAhead(lambda: [received(after, quote("SPX", 1)) for after in offsets]) as ahead:
        moments = [one.moment_ms - BEGAN_MS for one in everything(ahead)]

    assert moments == [0, 1000, 1000, 1001, 1001, 1500]


def test_what_was_read_before_an_error_is_given() -> None:
    def read() -> Iterator[EventBatch[Any]]:
        yield received(0, quote("SPX", 1))
        raise StoreDamaged("day.parquet is not what was written: restore it from a copy")

    with ReadAhead(read) as ahead:
        taken = everything(ahead)

    assert len(taken) == 1
    assert isinstance(ahead.error, StoreDamaged)


def test_it_can_be_left_in_the_middle() -> None:
    with ReadAhead(lambda: (received(at, quote("SPX", at)) for at in range(10**9)), rows_ahead=5) as ahead:
        assert not ahead.is_over
