"""Timeline: how many rows came when, as one line of bars, and where gaps lie, as another below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tastytrade.dxfeed import Gap
from tastytrade.dxfeed.gap import Healed
from tastytrade.store.counts import Slices

BARS = "▁▂▃▄▅▆▇█"
GAP_MARK, HEALED_MARK = "▲", "△"


def bars(by_slice: Mapping[int, int], slices: Slices) -> str:
    """A bar a slice, the highest for most rows; a space for none."""
    most = max(by_slice.values(), default=0)
    counts = (by_slice.get(at, 0) for at in range(slices.count))
    return "".join(BARS[(count * len(BARS) - 1) // most] if count else " " for count in counts)


def gap_marks(gaps: Iterable[Gap], slices: Slices) -> str:
    """A mark below each slice in which a gap lies, a hollow one where history has healed it. A gap that has
    not ended goes on to the last slice."""
    marks = [" "] * slices.count
    for gap in sorted(gaps, key=lambda one: one.healed is not Healed.FULL):
        last_ns = slices.last_ns if gap.to_ns is None else gap.to_ns
        mark = HEALED_MARK if gap.healed is Healed.FULL else GAP_MARK
        for at in range(slices.place(gap.from_ns), slices.place(last_ns) + 1):
            marks[at] = mark
    return "".join(marks).rstrip()
