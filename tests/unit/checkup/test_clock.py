from __future__ import annotations

import pytest

from tastytrade.checkup.clock import clock_finding, lead_of
from tastytrade.checkup.finding import Outcome

NOON = 1_767_268_800.0  # 2026-01-01 12:00:00 UTC


def test_how_far_a_server_is_ahead_is_counted_from_the_middle_of_the_exchange() -> None:
    lead = lead_of("Thu, 01 Jan 2026 12:00:10 GMT", sent_at=NOON, heard_at=NOON + 1)

    assert lead == 10.0


@pytest.mark.parametrize("date", ["", "tomorrow", "Thu, 01 Jan 2026 12:00:10", "Thu, 99 Jan 2026 12:00 GMT"])
def test_a_date_that_is_none_says_nothing(date: str) -> None:
    assert lead_of(date, sent_at=NOON, heard_at=NOON) is None


@pytest.mark.parametrize(
    ("lead", "outcome", "words"),
    [
        (None, Outcome.SKIPPED, "did not say"),
        (-1.9, Outcome.OK, "within 2 s"),
        (3.0, Outcome.WARNING, "3 s behind"),
        (-59.0, Outcome.WARNING, "59 s ahead of"),
        (-300.0, Outcome.FAILED, "5 min ahead of"),
        (7200.0, Outcome.FAILED, "2.0 h behind"),
    ],
)
def test_seconds_are_a_warning_and_minutes_a_failure(
    lead: float | None, outcome: Outcome, words: str
) -> None:
    found = clock_finding(lead)

    assert found.outcome is outcome
    assert words in found.found
