import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.meter import KEPT, LAG_BOUNDS, Histogram, Lags, LoopStats, Rates, Stats


def rates(*counted: tuple[float, int, int]) -> Rates:
    made = Rates()
    for now, number, size_bytes in counted:
        made.count(number, size_bytes, now)
    return made


def histogram(*lags: float) -> Histogram:
    made = Histogram()
    for lag in lags:
        made.add(lag)
    return made


def test_a_steady_stream_has_its_rate() -> None:
    steady = rates(*((1000 + step / 100, 3, 500) for step in range(6000)))

    assert steady.per_second(1060.0) == pytest.approx((300, 50_000), rel=0.01)
    assert steady.per_second(1060.0, over=1.0) == pytest.approx((300, 50_000), rel=0.02)
    assert steady.per_second(1060.0, over=1000.0) == pytest.approx((300, 50_000), rel=0.01)


def test_nothing_was_counted_is_no_rate() -> None:
    assert Rates().per_second(5.0) == (0.0, 0.0)


def test_only_the_last_seconds_matter() -> None:
    burst = rates((100.0, 1000, 10), (119.5, 40, 80))

    assert burst.per_second(120.0, over=10.0) == (4.0, 8.0)
    assert burst.per_second(200.0, over=10.0) == (0.0, 0.0)


def test_a_stream_of_less_than_a_second_has_no_large_rate() -> None:
    assert rates((7.5, 1, 100), (7.501, 1, 100)).per_second(7.501) == (2.0, 200.0)


def test_a_young_stream_is_measured_from_its_begin() -> None:
    assert rates((50.5, 10, 0), (52.5, 10, 0)).per_second(54.5, over=10.0) == (5.0, 0.0)


def test_what_a_clock_that_goes_back_brings_is_counted_all_the_same() -> None:
    assert rates((50.5, 1, 0), (49.0, 1, 0)).per_second(51.0) == (2.0, 0.0)


def test_memory_of_rates_is_bounded() -> None:
    long = rates(*((float(second), 1, 1) for second in range(10_000)))

    assert len(long._seconds) == KEPT
    assert long.per_second(10_000.0, over=59.0) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("lag", "bucket"), [(-1.0, 0), (0.0, 0), (0.001, 0), (0.0011, 1), (60.0, 14), (60.1, 15), (1e9, 15)]
)
def test_a_lag_is_in_the_bucket_whose_bound_it_does_not_exceed(lag: float, bucket: int) -> None:
    counts = histogram(lag).counts

    assert counts[bucket] == sum(counts) == 1
    assert len(counts) == len(LAG_BOUNDS) + 1


def test_a_quantile_is_no_less_than_the_lag_and_in_its_bucket() -> None:
    lags = histogram(*(number / 1000 for number in range(1, 101)))

    assert [lags.quantile(q) for q in (0.0, 0.05, 0.5, 0.9, 0.99, 1.0)] == [0.001, 0.005, 0.05, 0.1, 0.1, 0.1]


def test_a_quantile_is_no_more_than_the_largest_lag() -> None:
    assert histogram(0.0005, 75.0).quantile(0.99) == 75.0
    assert histogram(0.03).quantile(0.5) == 0.03


def test_without_lags_there_is_no_quantile() -> None:
    assert histogram().quantile(0.99) is None
    assert histogram().lags() == Lags()


@pytest.mark.parametrize("q", [-0.1, 1.1, 99.0, float("nan")])
def test_a_share_that_is_none_is_refused(q: float) -> None:
    with pytest.raises(ConfigurationError, match="between 0 and 1"):
        histogram(1.0).quantile(q)


def test_merged_histograms_are_those_of_all_lags() -> None:
    both = histogram(0.01, 4.0)
    both.merge(histogram(0.3, 9.0))
    both.merge(histogram())

    assert both.lags() == histogram(0.01, 4.0, 0.3, 9.0).lags()


def test_one_frame_of_many_events_is_entered_once() -> None:
    lags = Histogram()
    lags.add(0.01, count=500)
    lags.add(0.4)

    assert (lags.quantile(0.99), lags.max, sum(lags.counts)) == (0.01, 0.4, 501)


def test_lags_that_were_taken_do_not_change_with_the_histogram() -> None:
    lags = histogram(0.25)
    taken = lags.lags()
    lags.reset()

    assert (taken.p50, taken.p90, taken.p99, taken.max, sum(taken.counts)) == (0.25, 0.25, 0.25, 0.25, 1)
    assert lags.lags() == Lags()


def test_a_report_without_readers_and_without_a_watched_loop_can_be_made() -> None:
    stats = Stats(1.0, 2.0, 3.0, Lags())

    assert (stats.readers, stats.loop) == ((), LoopStats())
