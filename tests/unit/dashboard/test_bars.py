from __future__ import annotations

from typing import Any

import polars as pl

from tastytrade.dashboard.bars import Bars, CandleBars, PriceBars, seconds_of, with_gaps
from tastytrade.dxfeed import Candle, EventBatch, EventFlags, Quote, TimeAndSale, index_of
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope, Healed

EMPTY = pl.DataFrame(
    schema={
        "time": pl.Datetime("ms", "UTC"),
        **dict.fromkeys(["open", "high", "low", "close", "volume", "gap_seconds"], pl.Float64),
    }
)


def candle(time_ms: int, close: float, flags: int = 0) -> Candle:
    return Candle(
        "A{=m}",
        eventFlags=flags,
        index=index_of(time_ms),
        time=time_ms,
        open=1,
        high=9,
        low=0,
        close=close,
        volume=5,
    )


def sale(time_ms: int, price: float, size: float = 1, **more: Any) -> TimeAndSale:
    return TimeAndSale("A", index=index_of(time_ms), time=time_ms, price=price, size=size, **more)


def batch(*events: Any, received_ns: int = 0) -> EventBatch[Any]:
    return EventBatch.from_events(list(events), received_ns=received_ns)


def test_candles_come_to_light_with_their_snapshot_and_then_one_by_one() -> None:
    bars = CandleBars()
    begin, end = int(EventFlags.SNAPSHOT_BEGIN), int(EventFlags.SNAPSHOT_END)
    bars.take(batch(candle(120_000, 3, begin), candle(60_000, 2)))
    before = bars.bars()
    bars.take(batch(candle(0, 1, end)))
    bars.take(batch(candle(120_000, 4)))

    assert before == {}
    assert [(at, bar[4]) for at, bar in bars.bars().items()] == [(0, 1), (60, 2), (120, 4)]
    assert bars.taken == 2


def test_prints_make_bars() -> None:
    bars = PriceBars(EMPTY, 60)
    whole = bars.take_prints(batch(sale(1_000, 5), sale(2_000, 7), sale(3_000, 4), sale(61_000, 6, 2)))

    assert whole
    assert bars.bars() == {0: (0, 5, 7, 4, 4, 3, 0.0), 60: (60, 6, 6, 6, 6, 2, 0.0)}


def test_prints_go_on_with_what_was_made_before() -> None:
    begun = pl.DataFrame(
        {
            "time": [60_000],
            "open": [5.0],
            "high": [6.0],
            "low": [4.0],
            "close": [5.5],
            "volume": [10.0],
            "gap_seconds": [2.5],
        }
    ).with_columns(pl.col("time").cast(pl.Datetime("ms", "UTC")))
    bars = PriceBars(begun, 60)
    bars.take_prints(batch(sale(61_000, 7, 3)))

    assert bars.bars() == {60: (60, 5.0, 7, 4.0, 7, 13.0, 2.5)}


def test_a_correction_is_said() -> None:
    bars = PriceBars(EMPTY, 60)

    assert not bars.take_prints(batch(sale(1_000, 5, type="CORRECTION")))
    assert not bars.take_prints(batch(sale(1_000, 5, eventFlags=int(EventFlags.REMOVE_EVENT))))


def test_quotes_make_bars_of_their_middle_without_a_volume() -> None:
    bars = PriceBars(EMPTY, 60)
    bars.take_quotes(
        batch(Quote("A", bidPrice=1, askPrice=2), Quote("A", bidPrice=1), received_ns=61 * 10**9)
    )

    assert bars.bars() == {60: (60, 1.5, 1.5, 1.5, 1.5, None, 0.0)}


def test_a_bar_says_how_much_of_it_is_missing() -> None:
    def gap(from_s: int, to_s: int | None, **more: Any) -> Gap:
        return Gap(
            number=1, reason=GapReason.DISCONNECT, scope=GapScope.CONNECTION, event_types=("Candle",),
            from_ns=from_s * 10**9, to_ns=None if to_s is None else to_s * 10**9, detected_ns=0,
            epoch_before=1,
            **more,
        )  # fmt: skip

    bars: Bars = {at: (at, 1, 1, 1, 1, 1, 0.0) for at in (0, 60, 120)}
    gaps = [gap(50, 70), gap(125, None), gap(0, 60, healed=Healed.FULL), gap(0, 60, symbols=("B",))]
    marked = with_gaps(bars, gaps, symbol="A", period_s=60, until_ns=130 * 10**9)

    assert [bar[-1] for bar in marked.values()] == [10.0, 10.0, 5.0]
    assert [bar[-1] for bar in bars.values()] == [0.0, 0.0, 0.0]


def test_periods_have_a_length() -> None:
    assert [seconds_of(f"A{{={period}}}") for period in ("30s", "5m", "d", "w")] == [30, 300, 86_400, 604_800]
