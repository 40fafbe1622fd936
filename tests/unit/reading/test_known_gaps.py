from __future__ import annotations

from msgspec.structs import replace

from tastytrade.reading.known_gaps import MAX_GAPS, KnownGaps
from tests.unit.reading.frames import SECOND, gap


def test_of_a_gap_the_last_version_counts() -> None:
    known = KnownGaps()
    first, second = gap(from_s=1), gap(from_s=2)
    for one in (first, second, replace(first, to_ns=3 * SECOND)):
        known.note(one)

    assert known.all() == [replace(first, to_ns=3 * SECOND), second]


def test_past_a_limit_the_last_is_made_longer() -> None:
    known = KnownGaps()
    for number in range(MAX_GAPS + 10):
        types = "Quote" if number < MAX_GAPS else "Trade"
        known.note(gap(types, number=number, from_s=2 * number, to_s=2 * number + 1))
    last = known.all()[-1]

    assert len(known.all()) == MAX_GAPS
    assert last.number == MAX_GAPS - 1
    assert (last.from_ns, last.to_ns) == ((2 * MAX_GAPS - 2) * SECOND, (2 * MAX_GAPS + 19) * SECOND)
    assert last.event_types == ("Quote", "Trade")
