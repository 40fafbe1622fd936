from __future__ import annotations

from tastytrade.cli.timeline import bars, gap_marks
from tastytrade.dxfeed import Gap
from tastytrade.dxfeed.gap import GapReason, GapScope, Healed
from tastytrade.store.counts import Slices


def gap(from_ns: int, to_ns: int | None, healed: Healed = Healed.NONE) -> Gap:
    return Gap(
        number=1,
        reason=GapReason.DISCONNECT,
        scope=GapScope.CONNECTION,
        event_types=("Quote",),
        from_ns=from_ns,
        to_ns=to_ns,
        detected_ns=from_ns,
        epoch_before=1,
        healed=healed,
    )


def test_the_most_rows_are_the_highest_bar_and_none_are_a_space() -> None:
    assert bars({0: 1, 2: 800, 3: 400}, Slices(0, 3, 4)) == "▁ █▄"
    assert bars({}, Slices(0, 3, 4)) == "    "


def test_gaps_are_marked_where_they_lie_and_an_open_one_until_the_end() -> None:
    slices = Slices(0, 999, 10)

    assert gap_marks([gap(150, 250)], slices) == " ▲▲"
    assert gap_marks([gap(850, None)], slices) == " " * 8 + "▲▲"


def test_a_healed_gap_has_a_hollow_mark_and_hides_no_other() -> None:
    slices = Slices(0, 999, 10)
    found = [gap(150, 450, Healed.FULL), gap(250, 280), gap(420, 520, Healed.PARTIAL)]

    assert gap_marks(found, slices) == " △▲△▲▲"
