from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest

from tastytrade.simulator.bars import merge
from tastytrade.simulator.future_path import FuturePath
from tastytrade.simulator.future_paths import FuturePaths
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.paths import Path
from tastytrade.simulator.trading_days import new_york_ms
from tastytrade.simulator.trading_hours import ExchangeHours

LISTING = Listing(date(2025, 1, 13))
TODAY = LISTING.today.toordinal()
TEN = new_york_ms(LISTING.today, time(10, 0))


def spot_of(symbol: str, *, seed: int = 1) -> Path:
    instrument = LISTING.instrument(symbol)
    assert instrument is not None
    leader = spot_of(instrument.leader, seed=seed) if instrument.leader else None
    return Path(instrument, seed=seed, today=TODAY, hours=ExchangeHours(), leader=leader)


def path_of(symbol: str, *, seed: int = 1) -> FuturePath:
    future = LISTING.future(symbol)
    assert future is not None
    paths = {name: spot_of(name, seed=seed) for name in ("SPX", "QQQ")}
    return FuturePaths(LISTING.future_listing, paths, seed=seed).path(future)


@pytest.fixture(scope="module", params=["/ESH5", "/ESZ6", "/NQH5", "/CLG5", "/GCF5"])
def path(request: pytest.FixtureRequest) -> FuturePath:
    return path_of(request.param)


def test_a_day_is_the_merge_of_its_half_hours_and_they_of_their_minutes(path: FuturePath) -> None:
    segments = path.segments(TODAY).bars

    assert len(segments) == 46
    assert merge(segments) == path.day(TODAY)
    for segment in (0, 30, 31, 43, 44, 45):
        assert merge(path.minutes(TODAY, segment).bars) == segments[segment]


def test_prices_go_on_where_they_stood(path: FuturePath) -> None:
    segments = path.segments(TODAY).bars

    assert all(before.close == after.open for before, after in pairwise(segments))
    assert all(bar.low <= min(bar.open, bar.close) for bar in segments)
    assert all(bar.high >= max(bar.open, bar.close) for bar in segments)


def test_the_evening_leads_to_the_next_day(path: FuturePath) -> None:
    close = path.day(path.hours.previous(TODAY)).close
    opened = path.day(TODAY).open

    assert opened == pytest.approx(close, rel=0.002)


def test_the_prints_of_a_minute_are_its_bar(path: FuturePath) -> None:
    for minute in (0, 700, 1_000, 1_379):
        bar = path.minutes(TODAY, minute // 30).bars[minute % 30]
        tape = path.tape(TODAY, minute)
        made = tape.bar(0, len(tape.times))

        assert made is not None
        assert (made.open, made.high, made.low, made.close) == (bar.open, bar.high, bar.low, bar.close)
        assert (made.volume, made.count) == (bar.volume, bar.count)


def test_an_index_future_follows_its_index_through_the_session() -> None:
    spot, future = spot_of("SPX"), path_of("/ESH5")
    distances = [
        future.price_at(TEN + minute * 60_000) - spot.price_at(TEN + minute * 60_000)
        for minute in range(0, 360, 20)
    ]

    assert all(distance == pytest.approx(32.0, abs=4.0) for distance in distances)


def test_contracts_of_a_product_keep_their_distance_day_and_night() -> None:
    near, far = path_of("/ESH5"), path_of("/ESM5")
    night = new_york_ms(LISTING.today, time(3, 0))
    distances = [far.price_at(at) - near.price_at(at) for at in (night, TEN, TEN + 7_200_000)]

    assert all(distance == pytest.approx(43.5, abs=4.0) for distance in distances)


def test_most_of_a_day_is_traded_in_the_session() -> None:
    segments = path_of("/ESH5").segments(TODAY).bars
    volumes = [bar.volume for bar in segments]

    assert sum(volumes[31:44]) > 3 * sum(volumes[:31])
    assert min(volumes) > 0


def test_the_next_contract_trades_less() -> None:
    assert path_of("/ESH5").day(TODAY).volume > 5 * path_of("/ESM5").day(TODAY).volume


def test_after_its_expiration_a_contract_stands_still() -> None:
    path = path_of("/CLG5")
    expires = path.expires_ms

    assert path.last_moment(expires + 86_400_000) == expires - 1
    assert path.price_at(expires + 86_400_000) == path.price_at(expires - 1)
    assert path.so_far(expires + 5) == path.so_far(expires - 1)


def test_another_seed_makes_another_market() -> None:
    assert path_of("/CLG5").day(TODAY) == path_of("/CLG5").day(TODAY)
    assert path_of("/CLG5").day(TODAY) != path_of("/CLG5", seed=2).day(TODAY)
