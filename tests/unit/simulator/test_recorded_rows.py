"""Rows of a recording are its events, and a stream's are without snapshots."""

from __future__ import annotations

from tastytrade.dxfeed import Candle, EventBatch, EventFlags, Quote, TimeAndSale
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.simulator.recorded_rows import batch_of_rows, played
from tests.unit.simulator.recording import candle, received, sale


def test_rows_make_the_same_events_again() -> None:
    events = [sale("SPX", 1), sale("SPY", 2)]
    one = played(received(0, *events), 5)

    assert (one.moment_ms, one.event_class) == (5, TimeAndSale)
    assert list(batch_of_rows(TimeAndSale, one.rows)) == events
    assert one.facts is one.rows


def test_columns_that_were_not_recorded_have_their_defaults() -> None:
    one = played(EventBatch(Quote, {"eventSymbol": ["SPX", "SPY"], "bidPrice": [1.0, 2.0]}), 0)

    assert list(batch_of_rows(Quote, one.rows)) == [Quote("SPX", bidPrice=1.0), Quote("SPY", bidPrice=2.0)]


def test_rows_that_only_end_something_are_no_facts() -> None:
    nothing = float("nan")
    begin, end = EventFlags.SNAPSHOT_BEGIN, EventFlags.SNAPSHOT_END
    snip, remove, pending = EventFlags.SNAPSHOT_SNIP, EventFlags.REMOVE_EVENT, EventFlags.TX_PENDING
    rows = [
        candle("A", 0, nothing, begin | end | remove),
        candle("B", 3, 3.0, begin | pending),
        candle("B", 2, 2.0, snip),
        candle("B", 1, nothing, end | remove),
        candle("C", 1, nothing, remove | pending),
        Candle("C", index=SENTINEL_INDEX, eventFlags=int(remove)),
    ]
    facts = list(batch_of_rows(Candle, played(received(0, *rows), 0).facts))

    assert [(fact.eventSymbol, fact.time, fact.eventFlags) for fact in facts] == [
        ("B", 3, 0),
        ("B", 2, 0),
        ("C", 1, int(remove)),
    ]
