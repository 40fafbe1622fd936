"""A recording as a market: its clock, what it knows at a moment, what it keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tastytrade.dxfeed import Candle, EventBatch, EventFlags, Gap, Quote, Summary, TimeAndSale
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.errors import ConfigurationError
from tastytrade.simulator import recorded_market
from tastytrade.simulator.feed_market import FeedMarket, SequencedMarket
from tastytrade.simulator.recorded_market import LONGEST_SETTLING, SETTLING, RecordedMarket
from tests.unit.simulator.recording import BEGAN_MS, ListRecording, begun, candle, play, quote, received, sale

FOREVER = 10**18
PRICES = [received(number * 100, quote("SPX", number), quote("SPY", -number)) for number in range(11)]


def market_of(records: Iterable[EventBatch[Any] | Gap] = PRICES, **options: Any) -> RecordedMarket:
    return RecordedMarket(ListRecording(records), **options)


def values(batch: EventBatch[Any] | None, field: str) -> list[Any]:
    return [] if batch is None else batch.columns[field]


def test_it_is_a_market_that_has_everything_one_by_one() -> None:
    market: FeedMarket = market_of()

    assert isinstance(market, SequencedMarket)


def test_time_stands_at_the_beginning_until_somebody_subscribes() -> None:
    with market_of() as market:
        before = [market.time_at(elapsed) for elapsed in (0.0, 0.5, 1.0)]
        market.begin(1.0)
        settling = market.time_at(1.0 + SETTLING)
        after = play(market, 2.0, since=1.5)

    assert before == [BEGAN_MS - 1] * 3
    assert settling == BEGAN_MS - 1
    assert after == BEGAN_MS - 1 + 500


def test_those_who_subscribe_bit_by_bit_miss_nothing_but_cannot_hold_it_up_for_ever() -> None:
    with market_of() as market:
        for tenths in range(200):
            market.begin(tenths / 10)
            market.time_at(tenths / 10)
        held = market.time_at(LONGEST_SETTLING)

    assert held == BEGAN_MS - 1
    assert market.now_ms > BEGAN_MS


def test_time_stands_still_while_nobody_asks_for_it() -> None:
    with begun(market_of()) as market:
        before = play(market, 1.0)
        after = market.time_at(1000.0)
        later = market.time_at(1000.25)

    assert before == after == BEGAN_MS + 499
    assert later == BEGAN_MS + 749


def test_it_goes_as_many_times_faster_as_it_is_told() -> None:
    with begun(market_of(speed=10)) as market:
        assert play(market, 0.55) == BEGAN_MS + 499
        assert values(market.snapshot(Quote, ["SPX"], 0), "bidPrice") == [4.0]


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(ConfigurationError, match="positive speed"):
        market_of(speed=speed)


def test_where_nothing_was_recorded_there_is_nothing_to_play() -> None:
    with pytest.raises(ConfigurationError, match="nothing has been recorded"):
        market_of([])
    with pytest.raises(ConfigurationError, match=r"the recording is from 2023-11-1[45] .* to 2023-11-1[45] "):
        market_of(start=(BEGAN_MS + 5_000) * 1_000_000)


def test_a_part_of_it_can_be_chosen() -> None:
    start, end = ((BEGAN_MS + after) * 1_000_000 for after in (500, 701))
    with begun(market_of(start=start, end=end)) as market:
        market.follow(Quote)
        play(market, 2.0)
        happened = market.happened({Quote: {"SPX": 0}}, 0, FOREVER)

    assert market.start_ms == BEGAN_MS + 500
    assert market.is_over
    assert [values(batch, "bidPrice") for batch in happened or ()] == [[5.0, 6.0, 7.0]]


def test_a_symbol_has_its_newest_event_once_there_has_been_one() -> None:
    records = [received(0, quote("SPX", 1)), received(300, quote("SPY", 2)), received(600, quote("SPX", 3))]
    with begun(market_of(records)) as market:
        play(market, 0.6)
        first = market.snapshot(Quote, ["SPY", "SPX", "QQQ"], 0)
        play(market, 2.0, since=0.6)
        last = market.snapshot(Quote, ["SPY", "SPX"], 0)

    assert values(first, "eventSymbol") == ["SPX"]
    assert values(last, "bidPrice") == [2.0, 3.0]
    assert market.snapshot(Summary, ["SPX"], 0) is None
    assert market.knows("SPX")
    assert not market.knows("QQQ")


def test_what_has_changed_is_known_since_any_moment() -> None:
    records = [received(0, quote("SPX", 1), quote("SPY", 1)), received(600, quote("SPX", 3))]
    with begun(market_of(records)) as market:
        now_ms = play(market, 2.0)

        assert market.changed(Quote, ["SPX", "SPY", "QQQ"], BEGAN_MS - 1, now_ms) == ["SPX", "SPY"]
        assert market.changed(Quote, ["SPX", "SPY"], BEGAN_MS + 599, now_ms) == ["SPX"]
        assert market.changed(Quote, ["SPX", "SPY"], BEGAN_MS + 600, now_ms) == []


def test_what_happened_comes_in_the_recorded_order_over_all_types() -> None:
    records = [
        received(1, quote("SPX", 1)),
        received(2, sale("SPX", 2)),
        received(2, sale("SPY", 2)),
        received(3, quote("SPX", 3)),
    ]
    with begun(market_of(records)) as market:
        market.follow(Quote)
        market.follow(TimeAndSale)
        now_ms = play(market, 1.0)
        everything = {"SPX": 0, "SPY": 0}
        all_of_it = market.happened({Quote: everything, TimeAndSale: everything}, 0, now_ms) or []
        of_one = market.happened({Quote: {"SPX": BEGAN_MS + 1}}, 0, now_ms) or []
        prints = market.prints(["SPY"], 0, now_ms)

    assert [list(batch) for batch in all_of_it] == [
        [quote("SPX", 1)],
        [sale("SPX", 2), sale("SPY", 2)],
        [quote("SPX", 3)],
    ]
    assert [list(batch) for batch in of_one] == [[quote("SPX", 3)]]
    assert list(prints or ()) == [sale("SPY", 2)]


def test_nothing_is_sent_for_a_gap() -> None:
    gap = Gap(
        number=1,
        reason=GapReason.DISCONNECT,
        scope=GapScope.CONNECTION,
        event_types=("Quote",),
        from_ns=BEGAN_MS * 1_000_000,
        detected_ns=BEGAN_MS * 1_000_000,
        epoch_before=1,
    )
    with begun(market_of([received(0, quote("SPX", 1)), gap, received(10, quote("SPX", 2))])) as market:
        market.follow(Quote)
        now_ms = play(market, 1.0)
        happened = market.happened({Quote: {"SPX": 0}}, 0, now_ms) or []

    assert [list(batch) for batch in happened] == [[quote("SPX", 1), quote("SPX", 2)]]


def test_flags_of_recorded_snapshots_do_not_come_into_streams() -> None:
    begin, end, remove = EventFlags.SNAPSHOT_BEGIN, EventFlags.SNAPSHOT_END, EventFlags.REMOVE_EVENT
    pending = EventFlags.TX_PENDING
    snapshot = [
        candle("SPX{=m}", 120_000, 3.0, begin | pending),
        candle("SPX{=m}", 60_000, 2.0, pending),
        candle("SPX{=m}", 0, float("nan"), end | remove),
    ]
    updates = [candle("SPX{=m}", 180_000, 4.0), candle("SPX{=m}", 60_000, float("nan"), remove)]
    with begun(market_of([received(0, *snapshot), received(1, *updates)])) as market:
        market.follow(Candle)
        now_ms = play(market, 1.0)
        [batch] = market.happened({Candle: {"SPX{=m}": 0}}, 0, now_ms) or []
        history, is_cut = market.history(Candle, "SPX{=m}", 0, now_ms)

    assert values(batch, "time") == [120_000, 60_000, 180_000, 60_000]
    assert values(batch, "eventFlags") == [0, 0, 0, remove]
    assert (values(history, "close"), values(history, "eventFlags")) == ([3.0, 4.0], [0, 0])
    assert not is_cut


def test_a_history_is_cut_off_where_the_recording_does_not_reach_back() -> None:
    records = [received(after, candle("SPX{=m}", 60_000 * after, float(after))) for after in range(1, 6)]
    with begun(market_of(records)) as market:
        now_ms = play(market, 1.0)
        whole = market.history(Candle, "SPX{=m}", 60_000, now_ms)
        too_old = market.history(Candle, "SPX{=m}", 0, now_ms)
        limited = market.history(Candle, "SPX{=m}", 60_000, now_ms, 2)
        none = market.history(Candle, "SPY{=m}", 0, now_ms)

    assert (values(whole[0], "close"), whole[1]) == ([1.0, 2.0, 3.0, 4.0, 5.0], False)
    assert (values(too_old[0], "close"), too_old[1]) == ([1.0, 2.0, 3.0, 4.0, 5.0], True)
    assert (values(limited[0], "close"), limited[1]) == ([4.0, 5.0], True)
    assert none == (None, False)


def test_a_history_is_arriving_until_its_recorded_snapshot_has_ended() -> None:
    begin, end = EventFlags.SNAPSHOT_BEGIN, EventFlags.SNAPSHOT_END
    records = [
        received(0, candle("SPX{=m}", 120_000, 2.0, begin)),
        received(600, candle("SPX{=m}", 60_000, 1.0, end)),
    ]
    with begun(market_of(records)) as market:
        before = market.is_arriving(Candle, "SPX{=m}")
        play(market, 0.9)
        half = market.is_arriving(Candle, "SPX{=m}")
        play(market, 2.0, since=0.9)

        assert (before, half, market.is_arriving(Candle, "SPX{=m}")) == (True, True, False)
        assert not market.is_arriving(Candle, "SPY{=m}")


def test_the_newest_of_a_series_is_the_one_with_the_highest_index() -> None:
    snapshot = received(0, *(candle("SPX{=m}", 60_000 * number, number) for number in (3, 2, 1)))
    with begun(market_of([snapshot, received(1, candle("SPX{=m}", 60_000, 9.0))])) as market:
        now_ms = play(market, 1.0)

        assert values(market.snapshot(Candle, ["SPX{=m}"], now_ms), "close") == [3.0]
        assert market.changed(Candle, ["SPX{=m}"], BEGAN_MS, now_ms) == []


def test_who_is_further_behind_than_what_is_kept_is_told_so() -> None:
    count = recorded_market.ROWS_KEPT // 1000 + 2
    many = [sale("SPX", number) for number in range(1000)]
    with begun(market_of((received(after, *many) for after in range(count)), speed=1000)) as market:
        market.follow(TimeAndSale)
        now_ms = play(market, 1.5)
        too_old = market.happened({TimeAndSale: {"SPX": 0}}, 0, now_ms)
        kept = market.happened({TimeAndSale: {"SPX": 0}}, BEGAN_MS + 1, now_ms) or []

    assert too_old is None
    assert sum(len(batch) for batch in kept) == recorded_market.ROWS_KEPT
