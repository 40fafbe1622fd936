"""What is known of a recording stays within bounds, however much is played."""

from __future__ import annotations

from tastytrade.dxfeed import Candle, EventFlags, Greeks, Order, Quote, TimeAndSale
from tastytrade.simulator import recorded_known
from tastytrade.simulator.recorded_known import Known
from tastytrade.simulator.recorded_rows import batch_of_rows, played
from tests.unit.simulator.recording import BEGAN_MS, candle, quote, received, sale


def known_of(*batches: object, symbols: int = 1) -> Known:
    known = Known(lambda _event_class: symbols)
    for at, batch in enumerate(batches):
        known.take(played(batch, BEGAN_MS + at))  # type: ignore[arg-type]  # every batch is one
    return known


def test_of_a_long_history_the_newest_rows_are_kept() -> None:
    prints = [sale("SPX", number) for number in range(recorded_known.ROWS_OF_SYMBOL * 2)]
    known = known_of(*(received(0, *prints[at : at + 500]) for at in range(0, len(prints), 500)))
    rows, is_cut = known.history(TimeAndSale, "SPX", BEGAN_MS, 10**9)

    assert recorded_known.ROWS_OF_SYMBOL <= len(rows) <= recorded_known.ROWS_OF_SYMBOL * 5 / 4
    assert list(batch_of_rows(TimeAndSale, rows)) == prints[-len(rows) :]
    assert is_cut


def test_many_symbols_share_the_room() -> None:
    count = recorded_known.ROWS // 10
    known = known_of(received(0, *(sale("SPX", number) for number in range(100))), symbols=count)
    rows, _ = known.history(TimeAndSale, "SPX", 0, 10**9)

    assert 10 <= len(rows) <= 13


def test_a_row_that_is_removed_is_gone_and_the_one_before_is_the_newest() -> None:
    name, remove = "SPX{=m}", int(EventFlags.REMOVE_EVENT)
    rows = received(0, candle(name, 60_000, 1.0), candle(name, 120_000, 2.0))
    known = known_of(rows, received(1, candle(name, 120_000, 0.0, remove)))

    assert [row.close for row in batch_of_rows(Candle, known.newest(Candle, [name]))] == [1.0]


def test_the_last_value_of_orders_is_none_that_was_removed() -> None:
    removed = Order("SPX", index=2, eventFlags=int(EventFlags.REMOVE_EVENT))
    known = known_of(received(0, Order("SPX", index=1, price=5.0)), received(1, removed))

    assert [row.price for row in batch_of_rows(Order, known.newest(Order, ["SPX"]))] == [5.0]


def test_nothing_is_known_of_what_was_not_played() -> None:
    known = known_of(received(0, quote("SPX", 1)))

    assert known.newest(Greeks, ["SPX"]) == []
    assert known.changed(Greeks, ["SPX"], 0) == []
    assert known.history(Quote, "SPX", 0, 10) == ([], False)
    assert known.is_arriving(Candle, "SPX{=m}") is None
