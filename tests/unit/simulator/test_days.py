from __future__ import annotations

from datetime import date
from math import log
from statistics import correlation

import pytest

from tastytrade.simulator.days import SCALE, Days
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.trading_hours import ExchangeHours

LISTING = Listing(date(2025, 1, 13))
HOURS = ExchangeHours()
TODAY = LISTING.today.toordinal()


def days_of(symbol: str, *, seed: int = 1, leader: Days | None = None) -> Days:
    instrument = LISTING.instrument(symbol)
    assert instrument is not None
    return Days(instrument, key=f"{seed}|{symbol}", today=TODAY, hours=HOURS, leader=leader)


def last_days(number: int) -> list[int]:
    found = [TODAY]
    while len(found) < number:
        found.append(HOURS.previous(found[-1]))
    return found[::-1]


def moves(days: Days, number: int = 250) -> list[float]:
    return [log(bar.close / bar.open) for bar in map(days.day, last_days(number))]


def test_today_opens_near_the_price_of_the_listing() -> None:
    assert days_of("SPX").day(TODAY).open / SCALE == pytest.approx(5830, rel=0.01)


def test_a_day_does_not_depend_on_the_order_of_questions() -> None:
    asked_in_order, asked_at_once = days_of("SPX"), days_of("SPX")
    for day in last_days(30)[::-1]:
        asked_in_order.day(day)

    assert asked_at_once.day(last_days(30)[0]) == asked_in_order.day(last_days(30)[0])


def test_another_seed_is_another_market() -> None:
    assert days_of("SPX", seed=2).day(TODAY) != days_of("SPX").day(TODAY)


def test_a_day_off_has_no_bar() -> None:
    days = days_of("SPX")
    days.day(last_days(5)[0])

    with pytest.raises(KeyError):
        days.day(TODAY - 1)


def test_spy_moves_with_spx_and_vix_against_it() -> None:
    spx = days_of("SPX")

    assert correlation(moves(spx), moves(days_of("SPY", leader=spx))) > 0.99
    assert correlation(moves(spx), moves(days_of("VIX", leader=spx))) < -0.7


def test_prices_of_thirty_years_ago_are_still_prices() -> None:
    days = days_of("SPX")

    oldest = days.day(HOURS.day_at(HOURS.opens_ms(TODAY - 30 * 365)))

    assert 100 < oldest.close / SCALE < 5830
