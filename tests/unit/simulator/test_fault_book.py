from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from tastytrade.simulator.fault import Act
from tastytrade.simulator.fault_book import FaultBook
from tastytrade.simulator.faults import parse_fault
from tests.integration.waiting import until


class Connection(Struct, frozen=True):
    number: int


FIRST, SECOND = Connection(1), Connection(2)


class Book(FaultBook):
    """A book with two connections; ``acts`` notes what was done, and to whom."""

    def __init__(self, *faults: dict[str, Any]) -> None:
        self.acts: list[tuple[str, list[int]]] = []
        super().__init__(self._note_act, lambda: [FIRST, SECOND])
        for fault in faults:
            self.give(parse_fault(fault))
        self.open()

    def _note_act(self, fault: Act, connections: list[Any]) -> None:
        self.acts.append((str(fault.__struct_config__.tag), [one.number for one in connections]))

    def steps(self, connection: Connection, *steps: str) -> list[bool]:
        return [self.step(connection, step) for step in steps]


def test_a_fault_without_a_moment_is_done_at_once_to_all() -> None:
    book = Book({"name": "abort"})

    assert book.acts == [("abort", [1, 2])]
    assert book.waiting == []


def test_a_fault_waits_until_the_book_is_open() -> None:
    book = Book()
    book.close()
    book.give(parse_fault({"name": "abort"}))
    before = list(book.acts)
    book.open()

    assert before == []
    assert book.acts == [("abort", [1, 2])]


def test_a_fault_for_one_connection_is_done_to_that_alone() -> None:
    assert Book({"name": "abort", "connection": 2}).acts == [("abort", [2])]


def test_a_step_is_counted_on_each_connection_and_from_the_last_time_on() -> None:
    book = Book({"name": "abort", "on_step": "AUTH", "nth": 2, "times": 3})
    book.steps(FIRST, "AUTH", "SETUP")
    book.steps(SECOND, "AUTH")
    nobody = list(book.acts)
    book.steps(FIRST, "AUTH", "AUTH", "AUTH", "AUTH")
    book.steps(SECOND, "AUTH", "AUTH", "AUTH")

    assert nobody == []
    assert book.acts == [("abort", [1]), ("abort", [1]), ("abort", [2])]
    assert book.is_quiet


def test_only_an_error_instead_takes_the_place_of_a_message() -> None:
    error = {"name": "error", "on_step": "AUTH", "times": 2}

    assert Book(error).steps(FIRST, "AUTH", "SETUP") == [True, True]
    assert Book({**error, "instead": True}).steps(FIRST, "SETUP", "AUTH", "AUTH", "AUTH") == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("before", [True, False])
def test_a_frame_is_counted_once_and_met_before_or_after_it_is_written(*, before: bool) -> None:
    book = Book({"name": "abort", "on_frame": 2, "before": before})
    met = [book.frame(FIRST, is_written=is_written) for is_written in (False, True, False, True, False, True)]

    assert met == [False, False, before, not before, False, False]


def test_it_is_quiet_unless_something_waits_for_a_connection() -> None:
    quiet = [
        Book(*faults).is_quiet
        for faults in (
            [],
            [{"name": "abort"}],
            [{"name": "upgrade"}],
            [{"name": "abort", "on_frame": 3}],
            [{"name": "withhold", "message": "SETUP"}],
        )
    ]

    assert quiet == [True, True, True, False, False]


def test_a_rewrite_is_pending_until_it_met_so_many_messages() -> None:
    book = Book({"name": "withhold", "message": "SETUP", "times": 2})
    for connection in (FIRST, SECOND):
        [pending] = book.pending(connection)
        pending.use(connection.number)

    assert book.pending(FIRST) == []
    assert [done.connections for done in book.done] == [[1], [2]]


def test_a_rewrite_with_a_step_is_pending_for_that_connection_from_then_on() -> None:
    book = Book({"name": "withhold", "message": "FEED_CONFIG", "on_step": "FEED_SETUP"})
    before = book.pending(FIRST)
    book.step(FIRST, "FEED_SETUP")

    assert before == []
    assert [len(book.pending(one)) for one in (FIRST, SECOND)] == [1, 0]


def test_an_upgrade_is_for_the_next_ones_or_the_one_of_a_number() -> None:
    book = Book({"name": "upgrade", "status": 503, "times": 2})
    numbered = Book({"name": "upgrade", "status": 503, "connection": 3})

    assert [book.upgrade(number) is not None for number in (1, 2, 3)] == [True, True, False]
    assert [numbered.upgrade(number) is not None for number in (2, 3, 4)] == [False, True, False]


async def test_time_comes_again_and_ends_with_the_book() -> None:
    book = Book(
        {"name": "abort", "at_s": 0.01, "times": 2},
        {"name": "mute", "at_s": 3600},
        {"name": "upgrade", "seconds": 0.01},
        {"name": "freeze", "on_step": "AUTH", "after_s": 0.01},
    )
    book.step(FIRST, "AUTH")
    refused = [book.upgrade(1) is not None, book.upgrade(2) is not None]
    await until(lambda: len(book.acts) == 3 and len(book.waiting) == 1)
    book.close()

    assert refused == [True, True]
    assert sorted(book.acts) == [("abort", [1, 2]), ("abort", [1, 2]), ("freeze", [1])]
    assert book.upgrade(3) is None
