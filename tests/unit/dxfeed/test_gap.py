from __future__ import annotations

import pytest
from msgspec.structs import replace

from tastytrade.dxfeed.gap import Gap, GapReason, GapScope, Healed

BEGAN = 1_736_778_600_123_456_789  # 14:30:00.123 UTC
GAP = Gap(
    number=1,
    reason=GapReason.DISCONNECT,
    scope=GapScope.CONNECTION,
    event_types=("Quote", "Trade"),
    from_ns=BEGAN,
    detected_ns=BEGAN + 5,
    epoch_before=1,
)


def test_a_gap_is_open_until_it_has_an_end() -> None:
    assert GAP.is_open
    assert not replace(GAP, to_ns=BEGAN).is_open


def test_what_is_not_known_of_a_gap_is_none_or_nothing() -> None:
    assert (GAP.to_ns, GAP.lost_count, GAP.symbols) == (None, None, ())
    assert (GAP.epoch_after, GAP.healed, GAP.healed_rows) == (0, Healed.NONE, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Quote, Trade may be missing from 14:30:00.123 to now UTC (disconnect)"),
        ({"to_ns": BEGAN + 2_000_000_000}, "from 14:30:00.123 to 14:30:02.123 UTC (disconnect)"),
        ({"symbols": ("A", "B")}, "Quote, Trade of A, B may be missing"),
        ({"lost_count": 12_345, "reason": GapReason.OVERFLOW}, "(overflow, 12,345 events)"),
        ({"healed": Healed.PARTIAL, "healed_rows": 7}, "; healed: partial, 7 events"),
    ],
)
def test_a_gap_reads_as_a_sentence(changes: dict[str, object], words: str) -> None:
    assert words in str(replace(GAP, **changes))


def test_a_gap_is_a_fact() -> None:
    with pytest.raises(AttributeError):
        GAP.to_ns = 5  # type: ignore[misc]  # frozen: that is what is shown
