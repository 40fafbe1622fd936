from __future__ import annotations

from tastytrade.wire_log.waiting import Lost, Waiting, time_of
from tests.unit.wire_log.said import DAY, NOON, arrival, config, quotes

DATA = quotes("A", 1.5)
SIZE = len(DATA)


def test_what_waits_comes_out_as_it_came_in() -> None:
    waiting = Waiting(10 * SIZE)
    for at in (1, 2, 3):
        waiting.put((1, 1, arrival(DATA, at=at)))

    assert [time_of(one) for one in waiting.next(1000)] == [1, 2, 3]
    assert waiting.next(1000) == []


def test_a_piece_has_about_as_much_as_was_asked_for() -> None:
    waiting = Waiting(10 * SIZE)
    for at in (1, 2, 3):
        waiting.put((1, 1, arrival(DATA, at=at)))

    assert [len(waiting.next(SIZE + 1)) for _ in range(3)] == [2, 1, 0]


def test_a_piece_is_of_one_day() -> None:
    waiting = Waiting(10 * SIZE)
    for at in (DAY - 1, DAY, NOON):
        waiting.put((1, 1, arrival(DATA, at=at)))

    assert [len(waiting.next(1000)) for _ in range(3)] == [1, 2, 0]


def test_it_counts_until_it_is_done() -> None:
    waiting = Waiting(10 * SIZE)
    waiting.put((1, 1, arrival(DATA)))
    waiting.next(1000)

    assert waiting.size_bytes == SIZE
    waiting.done(SIZE)
    assert waiting.size_bytes == 0


def test_over_the_limit_the_newest_are_left_out_and_that_is_told_where_it_was() -> None:
    waiting = Waiting(2 * SIZE)
    for at in (1, 2, 3, 4):
        waiting.put((1, 1, arrival(DATA, at=at)))
    first = waiting.next(1000)
    waiting.done(2 * SIZE)
    waiting.put((1, 1, arrival(DATA, at=5)))
    second = waiting.next(1000)

    assert [time_of(one) for one in first] == [1, 2]
    assert second[0] == Lost(2, 3, 4)
    assert time_of(second[1]) == 5
    assert waiting.left_out == 2


def test_what_was_left_out_is_told_though_nothing_comes_after_it() -> None:
    waiting = Waiting(SIZE)
    for at in (1, 2):
        waiting.put((1, 1, arrival(DATA, at=at)))
    waiting.next(1000)

    assert waiting.next(1000) == [Lost(1, 2, 2)]


def test_what_says_how_data_are_read_is_taken_where_data_are_not() -> None:
    waiting = Waiting(4 * SIZE)
    for at in (1, 2, 3, 4):
        waiting.put((1, 1, arrival(DATA, at=at)))
    waiting.put((1, 1, arrival(DATA, config("bidPrice"), DATA, at=5)))
    items = waiting.next(1000)

    assert [one[2].texts for one in items[4:] if not isinstance(one, Lost)] == [[config("bidPrice")]]
    assert waiting.next(1000) == [Lost(2, 5, 5)]


def test_of_a_connection_that_fills_even_that_no_more_is_taken() -> None:
    waiting = Waiting(4 * SIZE)
    for at in range(9):
        waiting.put((1, 1, arrival(config("bidPrice"), at=at)))
    taken = waiting.next(1000)
    waiting.done(waiting.size_bytes)
    waiting.put((1, 1, arrival(DATA, at=9)))
    waiting.put((2, 1, arrival(DATA, at=10)))

    assert 0 < len(taken) < 9
    assert waiting.next(1000) == [
        Lost(10 - len(taken), time_of(taken[-1]) + 1, 9),
        (2, 1, arrival(DATA, at=10)),
    ]
