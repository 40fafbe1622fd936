"""The window rule, for every list of strikes, every price and every walk."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from tastytrade.live_chain import Window, WindowRule

STEPS = st.lists(
    st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(5), Decimal(25)]), min_size=0, max_size=60
)
STRIKES = STEPS.map(lambda steps: list(accumulate(steps, initial=Decimal(100))))
PRICES = st.floats(50, 1800, allow_nan=False)
WALKS = st.lists(PRICES, min_size=1, max_size=30)
RULES = st.builds(
    lambda strikes, around, band: WindowRule(strikes, around=around, band=band),
    STRIKES,
    st.integers(1, 45),
    st.floats(0, 1),
)


def followed(rule: WindowRule, walk: list[float]) -> list[Window]:
    windows: list[Window] = []
    for price in walk:
        windows.append(rule.follow(windows[-1] if windows else None, price))
    return windows


def nearest(rule: WindowRule, price: float) -> Decimal:
    return min(rule.strikes, key=lambda strike: (abs(strike - Decimal(price)), strike))


@given(RULES, WALKS)
def test_the_strike_at_the_money_is_always_in_the_window(rule: WindowRule, walk: list[float]) -> None:
    windows = followed(rule, walk)

    assert all(nearest(rule, price) in window.strikes for price, window in zip(walk, windows, strict=True))


@given(STRIKES, st.integers(1, 45), st.floats(0, 1), WALKS)
def test_a_window_is_of_neighbours_and_as_many_as_asked_or_listed(
    strikes: list[Decimal], around: int, band: float, walk: list[float]
) -> None:
    for window in followed(WindowRule(strikes, around=around, band=band), walk):
        first = strikes.index(window.lowest)

        assert list(window.strikes) == strikes[first : first + min(around, len(strikes))]
        assert len(window.strikes) == min(around, len(strikes))


@given(RULES, WALKS, PRICES, PRICES)
def test_a_higher_price_never_has_a_lower_window(
    rule: WindowRule, walk: list[float], one: float, other: float
) -> None:
    window = followed(rule, walk)[-1]
    lower, higher = (rule.follow(window, price) for price in sorted((one, other)))

    assert lower.lowest <= higher.lowest
    assert lower.highest <= higher.highest


@given(RULES, WALKS)
def test_a_price_that_stays_moves_nothing(rule: WindowRule, walk: list[float]) -> None:
    window = followed(rule, walk)[-1]

    assert rule.follow(window, walk[-1]) is window


@given(RULES, PRICES, st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_within_the_strikes_next_to_the_centre_nothing_moves(
    rule: WindowRule, price: float, shares: list[float]
) -> None:
    window = rule.around(price)
    at = rule.strikes.index(window.centre)
    if len(window.strikes) < 3 or not 0 < at < len(rule.strikes) - 1:
        return
    lower, upper = float(rule.strikes[at - 1]), float(rule.strikes[at + 1])
    windows = followed_from(rule, window, [lower + share * (upper - lower) for share in shares])

    assert {one.strikes for one in windows} == {window.strikes}


@given(STRIKES, st.integers(3, 45), st.floats(0, 1), PRICES, st.integers(2, 20))
def test_a_price_that_goes_to_and_fro_between_two_strikes_moves_it_once_at_most(
    strikes: list[Decimal], around: int, band: float, price: float, times: int
) -> None:
    rule = WindowRule(strikes, around=around, band=band)
    window = rule.around(price)
    at = strikes.index(window.centre)
    lower, upper = float(strikes[at]), float(strikes[min(at + 1, len(strikes) - 1)])
    windows = [window, *followed_from(rule, window, [lower, upper] * times)]
    moves = sum(one.strikes != other.strikes for one, other in pairwise(windows))

    assert moves <= 1


@given(RULES, WALKS)
def test_it_moves_only_when_the_price_was_beyond_the_next_strike(rule: WindowRule, walk: list[float]) -> None:
    windows = followed(rule, walk)
    for price, before, after in zip(walk[1:], windows, windows[1:], strict=False):
        at = rule.strikes.index(before.centre)
        if after.strikes == before.strikes or len(before.strikes) < 3:
            continue

        assert not (rule.strikes[max(0, at - 1)] <= price <= rule.strikes[min(at + 1, len(rule.strikes) - 1)])


@given(STRIKES, st.integers(1, 45), st.floats(0, 1), WALKS)
def test_where_all_listed_strikes_fit_nothing_ever_moves(
    strikes: list[Decimal], more: int, band: float, walk: list[float]
) -> None:
    windows = followed(WindowRule(strikes, around=len(strikes) + more, band=band), walk)

    assert {window.strikes for window in windows} == {tuple(strikes)}


def followed_from(rule: WindowRule, window: Window, walk: list[float]) -> list[Window]:
    windows = [window]
    for price in walk:
        windows.append(rule.follow(windows[-1], price))
    return windows[1:]
