"""KnownGaps: the gaps of one reader, each as it is known now."""

from __future__ import annotations

from msgspec.structs import replace

from tastytrade.dxfeed.gap import Gap

MAX_GAPS = 1000


class KnownGaps:
    """At most 1,000: past that the last is made longer instead."""

    def __init__(self) -> None:
        self._gaps: dict[int, Gap] = {}

    def note(self, gap: Gap) -> None:
        """A new gap, or one that is known better."""
        if gap.number in self._gaps or len(self._gaps) < MAX_GAPS:
            self._gaps[gap.number] = gap
            return
        number, last = next(reversed(self._gaps.items()))
        types = tuple(dict.fromkeys((*last.event_types, *gap.event_types)))
        self._gaps[number] = replace(gap, number=number, from_ns=last.from_ns, event_types=types)

    def all(self) -> list[Gap]:
        """In the order they came."""
        return list(self._gaps.values())
