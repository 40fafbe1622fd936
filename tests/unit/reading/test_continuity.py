"""Histories that go on after a loss, and prints that are filled in from history."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade.dxfeed import EventBatch, EventFlags
from tastytrade.dxfeed.gap import Gap, Healed
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.reading.continuity import Continuity
from tastytrade.reading.newest import Symbol
from tests.unit.reading.frames import SECOND, frame, gap, prints, series

BEGIN, END = int(EventFlags.SNAPSHOT_BEGIN), int(EventFlags.SNAPSHOT_END)
SNIP, REMOVE = int(EventFlags.SNAPSHOT_SNIP), int(EventFlags.REMOVE_EVENT)
PRINTS = ("TimeAndSale", "A")
B = ("TimeAndSale", "B")
CANDLES = ("Candle", "A")


class Reader:
    """A reader's continuity, and what it gave: seconds, in order."""

    def __init__(self, *entries: Entry) -> None:
        self.continuity = Continuity()
        self.continuity.follow(entries or [Entry("TimeAndSale", "A")])
        self.got: list[int] = []
        self.flags: list[int] = []

    def live(self, *seconds: int, symbol: str = "A") -> None:
        self._take(prints(*seconds, symbol=symbol))

    def candles(self, *rows: tuple[int, int] | int, name: str = "Candle") -> None:
        self._take(series(name, *rows))

    def take(self, *data: Any) -> None:
        self._take(frame(*data))

    def _take(self, one: Frame) -> None:
        for batch in one.decode().batches:
            self._note(self.continuity.take(batch))

    def give(self, to: Gap, *seconds: int, is_whole: bool = True, symbol: Symbol = PRINTS) -> None:
        rows: EventBatch[Any] | None = None
        if seconds:
            (rows,) = prints(*seconds, symbol=symbol[1]).decode().batches
        fresh = self.continuity.give(to.number, symbol, rows, is_whole=is_whole)
        if fresh is not None:
            self._note(fresh)

    def _note(self, batch: EventBatch[Any]) -> None:
        self.got += [index >> 32 for index in batch.columns["index"]]
        self.flags += batch.columns["eventFlags"]

    def lose(self, from_s: int, to_s: int, *types: str) -> tuple[Gap, dict[Symbol, int]]:
        """A gap opens and ends; it, and what is to be asked for."""
        opened = gap(*(types or ("TimeAndSale",)), from_s=from_s)
        assert self.continuity.on_gap(opened) == {}
        ended = replace(opened, to_ns=to_s * SECOND)
        return ended, self.continuity.on_gap(ended)

    @property
    def healed(self) -> list[tuple[int, Healed, int]]:
        return [(one.number, one.healed, one.healed_rows) for one in self.continuity.notes]


# Prints.


def test_prints_that_were_missed_are_asked_for_from_the_last_one_before_the_gap() -> None:
    reader = Reader()
    reader.live(1, 2)
    _, wanted = reader.lose(3, 5)

    assert wanted == {PRINTS: 2000}


def test_where_nothing_was_printed_yet_nobody_knows_since_when_to_ask() -> None:
    _, wanted = Reader().lose(3, 5)

    assert wanted == {}


def test_prints_of_which_none_has_come_are_asked_for_since_the_newest_of_others() -> None:
    reader = Reader(Entry("TimeAndSale", "A"), Entry("TimeAndSale", "B"))
    reader.live(1)
    lost, wanted = reader.lose(3, 5)
    reader.give(lost, 5, 4, 1, symbol=B)

    assert wanted == {PRINTS: 1000, B: 1000}
    assert reader.got == [1, 5, 4]


def test_history_fills_a_gap_without_what_came_before_and_after_it() -> None:
    reader = Reader()
    reader.live(1, 2)
    lost, _ = reader.lose(3, 5)
    reader.live(6)
    reader.give(lost, 6, 5, 4, 3, 2)
    reader.live(7)

    assert sorted(reader.got) == [1, 2, 3, 4, 5, 6, 7]
    assert reader.healed == [(lost.number, Healed.FULL, 3)]


def test_live_prints_that_history_has_brought_already_are_dropped_and_counted() -> None:
    reader = Reader()
    reader.live(1)
    lost, _ = reader.lose(2, 3)
    reader.give(lost, 5, 4, 3, 2)
    reader.live(4)
    reader.live(5, 6)

    assert sorted(reader.got) == [1, 2, 3, 4, 5, 6]
    assert reader.continuity.repeated == 2


def test_history_that_was_cut_heals_in_part() -> None:
    reader = Reader()
    reader.live(1)
    lost, _ = reader.lose(2, 5)
    reader.give(lost, 5, 4, is_whole=False)

    assert reader.healed == [(lost.number, Healed.PARTIAL, 2)]


def test_history_of_which_nothing_is_known_heals_nothing() -> None:
    reader = Reader()
    reader.live(1)
    lost, _ = reader.lose(2, 5)
    reader.give(lost, is_whole=False)

    assert reader.healed == []


def test_a_gap_in_which_there_were_no_prints_is_healed_whole() -> None:
    reader = Reader()
    reader.live(1)
    lost, _ = reader.lose(2, 5)
    reader.give(lost, is_whole=True)

    assert reader.healed == [(lost.number, Healed.FULL, 0)]


def test_a_gap_is_healed_when_the_last_of_its_symbols_has_come() -> None:
    reader = Reader(Entry("TimeAndSale", "A"), Entry("TimeAndSale", "B"))
    reader.live(1)
    reader.live(2, symbol="B")
    lost, wanted = reader.lose(2, 5)
    reader.give(lost, 3)
    before = reader.healed
    reader.give(lost, 4, is_whole=False, symbol=B)

    assert wanted == {PRINTS: 1000, B: 2000}
    assert before == []
    assert reader.healed == [(lost.number, Healed.PARTIAL, 2)]


def test_a_gap_of_some_symbols_asks_for_these() -> None:
    reader = Reader(Entry("TimeAndSale", "A"), Entry("TimeAndSale", "B"))
    reader.live(1)
    wanted = reader.continuity.on_gap(gap("TimeAndSale", from_s=1, to_s=2, symbols=("B",)))

    assert wanted == {B: 1000}


@pytest.mark.parametrize("types", [("Quote",), ("Quote", "Trade")])
def test_a_gap_of_other_types_asks_for_nothing(types: tuple[str, ...]) -> None:
    reader = Reader(Entry("TimeAndSale", "A"), Entry("Quote", "A"))

    assert reader.continuity.on_gap(gap(*types, from_s=1, to_s=2)) == {}


def test_what_is_given_for_a_gap_that_is_not_known_is_left_alone() -> None:
    reader = Reader()
    reader.give(gap(), 1, 2)

    assert (reader.got, reader.healed) == ([], [])


def test_after_history_the_next_gap_begins_at_the_newest_print_of_it() -> None:
    reader = Reader()
    reader.live(1)
    lost, _ = reader.lose(2, 9)
    reader.give(lost, 8, 7)
    _, wanted = reader.lose(10, 12)

    assert wanted == {PRINTS: 8000}


def test_a_gap_before_which_only_some_had_printed_is_healed_in_part() -> None:
    reader = Reader(Entry("TimeAndSale", "A"), Entry("Candle", "A", from_time=0))
    reader.candles((2, BEGIN), (1, END))
    lost, wanted = reader.lose(3, 5, "TimeAndSale", "Candle")
    reader.candles((4, BEGIN), (1, END))

    assert wanted == {}
    assert [one[:2] for one in reader.healed] == [(lost.number, Healed.PARTIAL)]


def test_two_gaps_that_are_filled_by_two_histories_bring_nothing_twice() -> None:
    reader = Reader()
    reader.live(1)
    first, _ = reader.lose(2, 4)
    reader.live(5)
    second, _ = reader.lose(6, 8)
    reader.live(9)
    reader.give(first, 9, 8, 7, 6, 5, 4, 3, 2, 1)
    reader.give(second, 9, 8, 7, 6, 5)

    assert sorted(reader.got) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_events_without_an_index_pass_as_they_are() -> None:
    (batch,) = frame("Quote", ["A", 1.0]).decode().batches

    assert Reader().continuity.take(batch) is batch


# Histories.


def history(from_s: int = 0, *, name: str = "Candle") -> Reader:
    return Reader(Entry(name, "A", from_time=from_s * 1000))


def test_a_history_that_was_not_whole_is_asked_for_from_its_start_again() -> None:
    reader = history(5)
    reader.candles((9, BEGIN), 8)

    assert reader.continuity.resume_at(CANDLES) == 5000
    assert reader.continuity.resume_at(("Candle", "B")) is None


def test_a_history_that_was_whole_goes_on_from_its_newest_event() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), 7, (6, END))
    reader.candles(9)

    assert reader.continuity.resume_at(CANDLES) == 9000


def test_a_removed_event_is_not_the_newest() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), 7, (6, END))
    reader.candles((9, REMOVE))

    assert reader.continuity.resume_at(CANDLES) == 8000


def test_a_history_that_was_empty_is_asked_for_from_its_start_again() -> None:
    reader = history(5)
    reader.take("Candle", ["A", SENTINEL_INDEX, BEGIN | END | REMOVE, "NaN"])

    assert reader.continuity.resume_at(CANDLES) == 5000


def test_a_history_that_goes_on_is_no_new_snapshot() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), 7, (6, END))
    reader.continuity.resume(CANDLES, 8000)
    reader.candles((10, BEGIN), 9, (8, END))

    assert reader.got == [8, 7, 6, 10, 9, 8]
    assert reader.flags == [BEGIN, 0, END, 0, 0, 0]


def test_events_that_are_facts_come_once_where_candles_may_have_changed() -> None:
    reader = history(5, name="TimeAndSale")
    reader.candles((8, BEGIN), 7, (6, END), name="TimeAndSale")
    reader.continuity.resume(PRINTS, 8000)
    reader.candles((10, BEGIN), 9, (8, END), name="TimeAndSale")

    assert reader.got == [8, 7, 6, 10, 9]
    assert reader.continuity.repeated == 1


def test_after_its_end_a_history_is_live_again() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), (7, END))
    reader.continuity.resume(CANDLES, 8000)
    reader.candles((9, BEGIN), (8, END), (9, 0))
    reader.candles((10, BEGIN | END))

    assert reader.flags[-2:] == [0, BEGIN | END]


def test_a_history_asked_for_from_its_start_is_a_new_snapshot() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), (7, END))
    reader.continuity.resume(CANDLES, 5000)
    reader.candles((8, BEGIN), (7, END))

    assert reader.flags == [BEGIN, END] * 2
    assert reader.continuity.repeated == 0


@pytest.mark.parametrize(("last", "healed"), [(END, Healed.FULL), (SNIP, Healed.PARTIAL)])
def test_a_gap_in_a_history_is_healed_when_it_has_gone_on_to_its_end(last: int, healed: Healed) -> None:
    reader = history(5)
    reader.candles((8, BEGIN), (7, END))
    lost, wanted = reader.lose(8, 11, "Candle")
    reader.continuity.resume(CANDLES, 8000)
    reader.candles((11, BEGIN), 10, 9, (8, last))

    assert wanted == {}
    assert reader.healed == [(lost.number, healed, 3)]


def test_a_gap_is_healed_only_when_it_has_ended() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), (7, END))
    opened = gap("Candle", from_s=8)
    reader.continuity.on_gap(opened)
    reader.continuity.resume(CANDLES, 8000)
    reader.candles((9, BEGIN), (8, END))
    before = reader.healed
    reader.continuity.on_gap(replace(opened, to_ns=10 * SECOND))

    assert before == []
    assert reader.healed == [(opened.number, Healed.FULL, 1)]


def test_what_a_reader_let_go_is_not_healed_by_a_later_history_that_begins_after_it() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), (7, END))
    reader.continuity.on_gap(gap("Candle", number=77, from_s=9, to_s=11))
    reader.candles(12)
    lost, _ = reader.lose(13, 14, "Candle")
    reader.continuity.resume(CANDLES, 12_000)
    reader.candles((13, BEGIN), (12, END))

    assert reader.healed == [(lost.number, Healed.FULL, 1)]


def test_a_history_goes_on_where_its_reader_wants_prints_of_another_symbol_too() -> None:
    reader = Reader(Entry("TimeAndSale", "A", from_time=5000), Entry("TimeAndSale", "B"))
    reader.candles((8, BEGIN), (7, END), name="TimeAndSale")
    lost, _ = reader.lose(9, 10)
    reader.give(lost, symbol=B)
    reader.continuity.resume(PRINTS, 8000)
    reader.candles((9, BEGIN), (8, END), name="TimeAndSale")

    assert reader.continuity.resume_at(PRINTS) == 9000
    assert [one for one, *_ in reader.healed] == [lost.number]


def test_a_history_that_is_lost_again_while_it_goes_on_goes_on_from_where_it_was_whole() -> None:
    reader = history(5)
    reader.candles((8, BEGIN), (7, END))
    reader.lose(9, 10, "Candle")
    reader.continuity.resume(CANDLES, 8000)
    reader.candles((12, BEGIN), 11)  # and not 10, 9 and the last version of 8

    assert reader.continuity.resume_at(CANDLES) == 8000
