"""Hours in which hardly anything trades, passed over in seconds (tests/endurance has the whole day)."""

from __future__ import annotations

import asyncio

from tests.endurance.quiet_day import JumpingLoop, day


def test_eight_hours_of_a_rare_symbol_are_no_reason_to_reconnect() -> None:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        states, quotes, gaps = runner.run(day(8))

    assert (quotes, gaps) == (4, 0)
    assert set(states) <= {"connecting", "authenticating", "restoring", "live", "closed"}
    assert states["connecting"] <= 2
