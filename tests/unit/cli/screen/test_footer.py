"""What is said of a feed below a table."""

from __future__ import annotations

from msgspec.structs import replace

from tastytrade.cli.screen.footer import footer_text
from tastytrade.ledger import Ledger, ReaderLedger
from tastytrade.meter import Lags, Stats
from tastytrade.source import State, StateChange
from tests.integration.recorded_day import GAP

READER = ReaderLedger(
    name="", received=9, delivered=1, conflated=3, dropped={"overflow": 2, "repeated": 1}, queued=2
)
LEDGER = Ledger(
    frames=1,
    bytes=1,
    received={"Quote": 9},
    readable={"Quote": 9},
    quarantined={},
    unclaimed=0,
    malformed=0,
    unknown=0,
    stray=0,
    last_quarantined=(),
    readers=(READER,),
)


class Source:
    """A source that stands as it is told."""

    feed_level: str | None = "simulated"

    def __init__(self, state: State = State.LIVE, reason: str = "heard") -> None:
        self.state = StateChange(state, reason, 0)

    def stats(self) -> Stats:
        return Stats(1.0, 1.0, 1234.4, Lags(0.001, 0.002, 0.016, 0.02))

    def ledger(self) -> Ledger:
        return LEDGER


def test_a_live_feed_fits_a_narrow_terminal() -> None:
    text = footer_text(Source(), [], now_ns=0)

    assert text == "SIMULATED · live · 1,234/s · lag 1ms/16ms · no gaps · dropped 3 conflated 3"
    assert len(text) <= 80


def test_a_replay_and_a_delay_are_said_loudly() -> None:
    source = Source()
    source.feed_level = "demo"
    text = footer_text(source, [], now_ns=0, recorded_ns=GAP.from_ns)

    assert text.startswith("REPLAY (DELAYED) 2026-11-20 14:13:24 UTC · live · 1,234/s · no gaps · ")
    assert footer_text(source, [], now_ns=0).startswith("DELAYED · ")


def test_a_gap_that_is_open_says_for_how_long() -> None:
    still_open = replace(GAP, number=2, to_ns=None)
    text = footer_text(Source(State.BACKOFF, "lost"), [GAP, still_open], now_ns=GAP.from_ns + 3_000_000_000)

    assert " · backoff: lost · MISSING for 3 s · " in text
    assert " · gaps 1 open 1 closed · " in text
