from decimal import Decimal

import pytest

from tastytrade.dxfeed import EventBatch, Greeks
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.expiration import Expiration
from tastytrade.instruments.models import OptionType
from tests.unit.instruments.options import FIRST, option, pairs, shown

EVERY_FIVE = Expiration(pairs(range(5880, 5955, 5)))


@pytest.mark.parametrize(
    ("price", "points", "strikes"),
    [
        (5915, 10, [5905, 5910, 5915, 5920, 5925]),
        (5917.3, 10, [5910, 5915, 5920, 5925]),
        (Decimal(5915), Decimal("4.99"), [5915]),
        (5915, 0, [5915]),
        (5916, 0, []),
        (9999, 10, []),
        (-5, 10, []),
    ],
)
def test_around_by_points_takes_the_strikes_that_near(
    price: float, points: float, strikes: list[int]
) -> None:
    found = EVERY_FIVE.around(price, points=points)

    assert shown(found) == [f"{kind}{strike}" for strike in strikes for kind in "CP"]


@pytest.mark.parametrize(
    ("price", "strikes", "expected"),
    [
        (5915, 3, [5910, 5915, 5920]),
        (5917.5, 1, [5915]),
        (5917.6, 1, [5920]),
        (5917.5, 2, [5915, 5920]),
        (5000, 2, [5880, 5885]),
        (9999, 2, [5945, 5950]),
        (5915, 100, list(range(5880, 5955, 5))),
    ],
)
def test_around_by_strikes_takes_that_many_of_the_nearest(
    price: float, strikes: int, expected: list[int]
) -> None:
    found = EVERY_FIVE.around(price, strikes=strikes)

    assert shown(found) == [f"{kind}{strike}" for strike in expected for kind in "CP"]


def test_around_without_a_price_is_around_the_middle_strike() -> None:
    assert EVERY_FIVE.around(strikes=3) == EVERY_FIVE.around(5915, strikes=3)
    assert len(EVERY_FIVE.around()) == 20
    assert shown(Expiration(pairs([1, 2, 3, 4])).around(strikes=1)) == ["C2", "P2"]


def test_at_the_money_is_the_call_and_put_of_the_nearest_strike() -> None:
    assert shown(EVERY_FIVE.at_the_money(5912.6)) == ["C5915", "P5915"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": float("nan")},
        {"price": float("inf")},
        {"price": 1, "strikes": 0},
        {"price": 1, "points": -1},
        {"price": 1, "points": float("nan")},
        {"price": 1, "points": 1, "strikes": 1},
    ],
)
def test_around_refuses_what_makes_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match="around"):
        EVERY_FIVE.around(**wrong)  # type: ignore[arg-type]  # what makes no sense, on purpose


def test_strikes_calls_and_puts_are_views_of_one_expiration() -> None:
    expiration = Expiration([option(2, "P"), option(1), option(2), option(1, "P"), option(3)])

    assert expiration.strikes == [1, 2, 3]
    assert shown(expiration.calls) == ["C1", "C2", "C3"]
    assert shown(expiration.puts) == ["P1", "P2"]
    assert (expiration.root, expiration.date, expiration.settlement_type) == ("SPXW", FIRST, "PM")
    assert expiration.symbols[:2] == [".SPXW250110C1", ".SPXW250110P1"]
    assert expiration.days_to_expiration == 0


CALLS = {5880: 0.8, 5885: 0.6, 5890: 0.4, 5895: 0.2, 5900: float("nan")}
"""Deltas of calls by strike; a put has that of its call less 1."""


def greeks() -> list[Greeks]:
    return [
        Greeks(one.streamer_symbol, delta=delta - (one.option_type is OptionType.PUT))
        for strike, delta in CALLS.items()
        for one in pairs([strike])
    ]


@pytest.mark.parametrize(
    ("wanted", "side", "expected"),
    [
        (0.25, None, ["C5895", "P5880"]),
        (0.4, None, ["C5890", "P5885"]),
        (0.45, OptionType.CALL, ["C5890"]),
        (0.25, OptionType.PUT, ["P5880"]),
        (1, OptionType.CALL, ["C5880"]),
        (0, None, ["C5895", "P5880"]),
    ],
)
def test_delta_takes_the_call_and_the_put_nearest_to_it(
    wanted: float, side: OptionType | None, expected: list[str]
) -> None:
    assert shown(EVERY_FIVE.delta(wanted, greeks(), side=side)) == expected


def test_greeks_may_be_a_list_a_batch_or_a_mapping() -> None:
    found = EVERY_FIVE.delta(0.25, greeks())

    assert EVERY_FIVE.delta(0.25, EventBatch.from_events(greeks())) == found
    assert EVERY_FIVE.delta(0.25, {one.eventSymbol: one for one in greeks()}) == found


def test_the_newest_greeks_of_an_option_count() -> None:
    newer = Greeks(".SPXW250110C5880", delta=0.25)
    missing = Greeks(".SPXW250110C5880")

    assert shown(EVERY_FIVE.delta(0.25, [*greeks(), newer], side=OptionType.CALL)) == ["C5880"]
    assert shown(EVERY_FIVE.delta(0.8, [*greeks(), missing], side=OptionType.CALL)) == ["C5885"]


def test_a_side_without_greeks_is_left_out() -> None:
    calls = [one for one in greeks() if "C" in one.eventSymbol]

    assert shown(EVERY_FIVE.delta(0.25, calls)) == ["C5895"]
    with pytest.raises(ConfigurationError, match=r"no put of <Expiration SPXW .* has a delta .*subscribe"):
        EVERY_FIVE.delta(0.25, calls, side=OptionType.PUT)


@pytest.mark.parametrize("events", [[], [Greeks(".SPXW250110C5880")], [Greeks("SPY", delta=0.5)]])
def test_no_greeks_at_all_are_refused_in_a_sentence(events: list[Greeks]) -> None:
    with pytest.raises(ConfigurationError, match="no option of <Expiration SPXW"):
        EVERY_FIVE.delta(0.25, events)


@pytest.mark.parametrize("wanted", [25, -0.25, float("nan"), 1.01])
def test_a_delta_that_cannot_be_is_refused(wanted: float) -> None:
    with pytest.raises(ConfigurationError, match=r"from 0 to 1, like 0.25 for puts too"):
        EVERY_FIVE.delta(wanted, greeks())
