from decimal import Decimal

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.live_chain.window import Window, WindowRule

HUNDREDS = [Decimal(strike) for strike in range(100, 2100, 100)]
RULE = WindowRule(HUNDREDS, around=8, band=0.5)


def ends(window: Window) -> tuple[int, int]:
    return int(window.lowest), int(window.highest)


def test_a_window_has_as_many_strikes_on_either_side_and_one_more_above() -> None:
    window = RULE.around(1010)

    assert window.centre == 1000
    assert ends(window) == (700, 1400)


def test_of_two_strikes_as_near_the_lower_one_is_the_centre() -> None:
    assert RULE.around(1050).centre == 1000
    assert RULE.around(Decimal("1050.01")).centre == 1100


@pytest.mark.parametrize("price", [800, 1200, 1000, 801.5, 1199.99])
def test_a_price_within_the_band_leaves_the_window(price: float) -> None:
    window = RULE.around(1000)

    assert RULE.follow(window, price) is window


@pytest.mark.parametrize(("price", "centre"), [(799, 800), (1201, 1200), (1290, 1300), (150, 100)])
def test_a_price_beyond_the_band_is_the_new_middle(price: float, centre: int) -> None:
    window = RULE.follow(RULE.around(1000), price)

    assert window == RULE.around(price)
    assert window.centre == centre


def test_a_price_that_has_left_the_band_must_come_back_as_far() -> None:
    moved = RULE.follow(RULE.around(1000), 1201)

    assert RULE.follow(moved, 1001) is moved
    assert RULE.follow(moved, 999) is not moved


@pytest.mark.parametrize("price", [0.01, 100, 250, 2000, 99999])
def test_at_the_end_of_what_is_listed_a_window_is_as_wide_as_anywhere(price: float) -> None:
    window = RULE.around(price)

    assert ends(window) == ((100, 800) if price < 1000 else (1300, 2000))


def test_fewer_strikes_than_asked_are_all_there_is() -> None:
    rule = WindowRule(HUNDREDS[:3], around=20, band=0.25)
    window = rule.around(300)

    assert window.strikes == tuple(HUNDREDS[:3])
    assert rule.follow(window, 100).strikes == window.strikes


def test_a_single_strike_is_always_the_nearest() -> None:
    rule = WindowRule(HUNDREDS, around=1, band=1)
    window = rule.around(1000)

    assert rule.follow(window, 1050) is window
    assert rule.follow(window, 1051).strikes == (Decimal(1100),)


def test_strikes_may_come_in_any_order_and_more_than_once() -> None:
    assert WindowRule([*HUNDREDS[::-1], *HUNDREDS], around=8, band=0.5).strikes == RULE.strikes


@pytest.mark.parametrize("price", [float("nan"), float("inf")])
def test_what_is_no_price_has_no_window(price: float) -> None:
    with pytest.raises(ConfigurationError, match="around a number, not"):
        RULE.around(price)


def test_without_strikes_there_is_nothing_to_choose_from() -> None:
    with pytest.raises(ConfigurationError, match="no strikes to choose from"):
        WindowRule([], around=8, band=0.5)
