from __future__ import annotations

from tastytrade.transport.tap import Tap
from tastytrade.transport.wire import Arrival

ARRIVAL = Arrival([b"{}"], 1, 2)


class Watcher:
    def __init__(self) -> None:
        self.seen: list[tuple[int, int, Arrival]] = []

    def take(self, number: int, epoch: int, arrival: Arrival) -> None:
        self.seen.append((number, epoch, arrival))


def test_nobody_watches_until_somebody_does() -> None:
    tap = Tap()

    assert tap.watch is None


def test_each_connection_has_a_number_of_its_own() -> None:
    tap = Tap()

    assert [tap.number(), tap.number()] == [1, 2]


def test_everybody_who_watches_gets_everything() -> None:
    tap, one, two = Tap(), Watcher(), Watcher()
    tap.add(one.take)
    tap.add(two.take)
    assert tap.watch is not None
    tap.watch(1, 2, ARRIVAL)

    assert one.seen == two.seen == [(1, 2, ARRIVAL)]


def test_who_has_left_gets_nothing_and_may_leave_twice() -> None:
    tap, one, two = Tap(), Watcher(), Watcher()
    leave = tap.add(one.take)
    tap.add(two.take)
    leave()
    leave()
    assert tap.watch is not None
    tap.watch(1, 2, ARRIVAL)

    assert (one.seen, len(two.seen)) == ([], 1)


def test_a_change_can_be_told_even_where_the_same_one_comes_back() -> None:
    tap, one = Tap(), Watcher()
    tap.add(one.take)()
    before = tap.changes
    tap.add(one.take)

    assert tap.changes > before


def test_what_is_sent_goes_to_those_who_asked_for_it() -> None:
    tap, one, two = Tap(), Watcher(), Watcher()
    tap.add(one.take)
    found = [tap.watch_sent]
    leave = tap.add(one.take, sent=two.take)
    assert tap.watch_sent is not None
    tap.watch_sent(1, 2, ARRIVAL)
    leave()
    found.append(tap.watch_sent)

    assert found == [None, None]
    assert (one.seen, two.seen) == ([], [(1, 2, ARRIVAL)])
