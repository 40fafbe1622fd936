from __future__ import annotations

import pytest

from tastytrade.dxfeed import Event, EventBatch, Quote, Trade
from tastytrade.dxlink.compact import Decoded, Quarantined
from tastytrade.source import MAX_QUARANTINED, EventSource, Gap, GapReason, Ledger, State, StateChange
from tastytrade.streamer import Streamer


def bad(reason: str, event_type: str = "Quote", rows: int = 1) -> Quarantined:
    return Quarantined(reason, event_type, rows, None)


def test_a_ledger_counts_rows_by_event_type() -> None:
    ledger = Ledger()
    quotes: EventBatch[Event] = EventBatch(Quote, {"eventSymbol": ["A", "B"]})
    trades: EventBatch[Event] = EventBatch(Trade, {"eventSymbol": ["A"]})
    ledger.count(Decoded([quotes, trades], []))
    ledger.count(Decoded([quotes], [bad("no number", rows=3)]))

    assert ledger.rows == {"Quote": 4, "Trade": 1}
    assert ledger.quarantined == {"Quote": 3}


def test_a_ledger_keeps_the_newest_reasons_and_no_more() -> None:
    ledger = Ledger()
    for number in range(MAX_QUARANTINED + 50):
        ledger.count(Decoded([], [bad(str(number))]))

    assert len(ledger.last_quarantined) == MAX_QUARANTINED
    assert ledger.last_quarantined[-1].reason == str(MAX_QUARANTINED + 49)
    assert ledger.quarantined.total() == MAX_QUARANTINED + 50


def test_a_ledger_says_what_it_holds() -> None:
    ledger = Ledger()
    ledger.frames, ledger.unclaimed = 5, 2
    ledger.count(Decoded([EventBatch(Quote, {"eventSymbol": ["A"]})], [bad("no")]))

    assert repr(ledger) == "<Ledger frames=5 rows=1 quarantined=1 unclaimed=2>"


def test_states_and_gaps_are_facts_that_do_not_change() -> None:
    gap = Gap(GapReason.OVERFLOW, 1, 2, 3, 4)
    change = StateChange(State.LIVE, "all is well", 5)

    assert gap.lost_count is None
    for fact, name in ((gap, "to_ns"), (change, "state")):
        with pytest.raises(AttributeError):
            setattr(fact, name, 9)


def test_gap_reasons_read_as_words() -> None:
    assert f"{GapReason.SERVER_CHANNEL_CLOSED}" == "server_channel_closed"


def test_a_streamer_is_an_event_source() -> None:
    source: EventSource = Streamer(url="ws://127.0.0.1:1/")

    assert source.state.state is State.CLOSED
    assert source.ledger.frames == 0
