from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from tastytrade.simulator.bars import merge
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.paths import Path
from tastytrade.simulator.trading_hours import MINUTE_MS, ExchangeHours, RoundTheClock, TradingHours

LISTING = Listing(date(2025, 1, 13))
TODAY = LISTING.today.toordinal()


def path_of(symbol: str, *, seed: int = 1) -> Path:
    instrument = LISTING.instrument(symbol)
    assert instrument is not None
    hours: TradingHours = RoundTheClock() if instrument.is_crypto else ExchangeHours()
    leader = path_of(instrument.leader, seed=seed) if instrument.leader else None
    return Path(instrument, seed=seed, today=TODAY, hours=hours, leader=leader)


@pytest.fixture(scope="module", params=["SPX", "NVDA", "VIX", "BTC/USD"])
def path(request: pytest.FixtureRequest) -> Path:
    return path_of(request.param)


def test_a_day_is_the_merge_of_its_segments_and_they_of_their_minutes(path: Path) -> None:
    segments = path.segments(TODAY).bars

    assert merge(segments) == path.day(TODAY)
    assert merge(path.minutes(TODAY, 3).bars) == segments[3]


def test_the_prints_of_a_minute_reach_its_extremes(path: Path) -> None:
    minute = path.minutes(TODAY, 1).bars[5]
    tape = path.tape(TODAY, path.hours.segment_minutes + 5)

    assert (max(tape.ticks), min(tape.ticks)) == (minute.high, minute.low)
    assert tape.ticks[-1] == minute.close


def test_a_day_that_is_over_has_happened_entirely(path: Path) -> None:
    end = path.hours.opens_ms(TODAY) + path.hours.segments * path.hours.segment_minutes * MINUTE_MS

    before_the_last_prints = path.so_far(end - 1)
    assert before_the_last_prints.count == path.day(TODAY).count
    assert (before_the_last_prints.high, before_the_last_prints.low, before_the_last_prints.close) == (
        path.day(TODAY).high,
        path.day(TODAY).low,
        path.day(TODAY).close,
    )


def test_a_day_begins_with_a_print(path: Path) -> None:
    opens = path.hours.opens_ms(TODAY)

    assert path.ticks_at(opens) == path.day(TODAY).open
    assert path.ticks_at(opens - 1) == path.day(path.hours.previous(TODAY)).close


def test_a_moment_does_not_depend_on_what_was_asked_before() -> None:
    wandering, direct = path_of("SPY"), path_of("SPY")
    moment = wandering.hours.opens_ms(TODAY) + 7_654_321
    for minutes in (300, 5, -4000):
        wandering.price_at(moment + minutes * MINUTE_MS)

    assert wandering.price_at(moment) == direct.price_at(moment)


def test_between_prints_the_price_stands() -> None:
    path = path_of("SPX")
    moment = path.hours.opens_ms(TODAY) + 30 * MINUTE_MS
    _, _, tape, place = path.last_print(moment + 10_000)

    assert path.ticks_at(tape.times[place + 1] - 1) == tape.ticks[place]


def test_spy_follows_spx_through_the_day() -> None:
    spx, spy = path_of("SPX"), path_of("SPY")
    moments = [spx.hours.opens_ms(TODAY) + minutes * MINUTE_MS for minutes in range(0, 390, 30)]

    ratios = [spx.price_at(moment) / spy.price_at(moment) for moment in moments]
    assert max(ratios) / min(ratios) < 1.003


def test_tapes_after_a_close_go_on_with_the_next_opening() -> None:
    path = path_of("SPX")
    close = path.hours.opens_ms(TODAY) + 390 * MINUTE_MS
    following = path.hours.following(TODAY)

    found = list(path.tapes_after(close - MINUTE_MS, path.hours.opens_ms(following)))

    assert [(day, minute) for day, minute, _ in found] == [(TODAY, 389), (following, 0)]


def test_tapes_before_an_opening_go_back_to_the_close() -> None:
    path = path_of("SPX")
    found = islice(path.tapes_before(path.hours.opens_ms(TODAY)), 2)

    assert [(day, minute) for day, minute, _ in found] == [(TODAY, 0), (path.hours.previous(TODAY), 389)]


def test_days_between_two_days_are_trading_days_in_order() -> None:
    path = path_of("NVDA")

    week = path.days_between(TODAY - 6, TODAY)

    assert week == [path.day(day) for day in (TODAY - 6, TODAY - 5, TODAY - 4, TODAY - 3, TODAY)]
