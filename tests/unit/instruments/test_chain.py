from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import Expiration, OptionChain
from tastytrade.instruments.models import Option, OptionType

FIRST, SECOND, THIRD = date(2025, 1, 10), date(2025, 1, 17), date(2025, 1, 24)


def option(
    strike: float, kind: str = "C", *, root: str = "SPXW", day: date = FIRST, settlement: str = "PM"
) -> Option:
    return Option(
        symbol=f"{root} {day} {kind} {strike}",
        root_symbol=root,
        expiration_date=day,
        strike_price=Decimal(str(strike)),
        option_type=OptionType(kind),
        settlement_type=settlement,
        option_chain_type="Standard",
    )


def pairs(
    strikes: Iterable[float], *, root: str = "SPXW", day: date = FIRST, settlement: str = "PM"
) -> list[Option]:
    return [
        option(strike, kind, root=root, day=day, settlement=settlement) for strike in strikes for kind in "CP"
    ]


def shown(options: Iterable[Option]) -> list[str]:
    return [f"{one.option_type}{one.strike_price}" for one in options]


SPX = OptionChain(
    "SPX",
    reversed(
        [
            *pairs([5900, 5905], day=FIRST),
            *pairs([5800, 5900], day=SECOND, root="SPX", settlement="AM"),
            *pairs([5850, 5900], day=SECOND),
            *pairs([5900], day=THIRD, root="SPX", settlement="AM"),
        ]
    ),
)


def test_a_chain_is_a_mapping_from_expiration_to_options_in_order() -> None:
    assert list(SPX) == SPX.expirations == [FIRST, SECOND, THIRD]
    assert shown(SPX[FIRST]) == ["C5900", "P5900", "C5905", "P5905"]
    assert len(SPX) == 3
    assert date(2025, 1, 11) not in SPX
    with pytest.raises(KeyError):
        SPX[date(2025, 1, 11)]


def test_a_date_with_two_roots_keeps_them_apart() -> None:
    assert [one.root_symbol for one in SPX[SECOND]] == ["SPX"] * 4 + ["SPXW"] * 4
    assert SPX.roots(SECOND) == ["SPX", "SPXW"]
    assert shown(SPX.expiration(SECOND, "SPX").options) == ["C5800", "P5800", "C5900", "P5900"]
    assert shown(SPX.expiration(SECOND, "SPXW").calls) == ["C5850", "C5900"]


def test_changing_what_a_chain_gave_does_not_change_the_chain() -> None:
    SPX[FIRST].clear()
    SPX.options.clear()

    assert len(SPX[FIRST]) == 4
    assert len(SPX.options) == 14


def test_the_pm_settled_root_is_chosen_where_none_is_named() -> None:
    assert SPX.expiration(SECOND).root == "SPXW"
    assert SPX.expiration(THIRD).root == "SPX"


def test_a_standard_root_is_chosen_before_an_adjusted_one() -> None:
    adjusted = [
        Option(
            symbol=f"AAPL1 {strike}",
            root_symbol="AAPL1",
            expiration_date=FIRST,
            strike_price=Decimal(strike),
            option_type=OptionType.CALL,
            settlement_type="PM",
            option_chain_type="Non-standard",
        )
        for strike in range(1, 10)
    ]
    chain = OptionChain("AAPL", [*adjusted, *pairs([100], root="AAPL")])

    assert chain.nearest_expiration().root == "AAPL"


@pytest.mark.parametrize(
    ("today", "expected"), [(None, FIRST), (FIRST, FIRST), (date(2025, 1, 11), SECOND), (THIRD, THIRD)]
)
def test_the_nearest_expiration_is_the_first_from_today_on(today: date | None, expected: date) -> None:
    assert SPX.nearest_expiration(today).date == expected


@pytest.mark.parametrize(
    ("chain", "day", "root", "text"),
    [
        (
            SPX,
            date(2025, 1, 20),
            None,
            "2025-01-20 .the nearest: 2025-01-17, 2025-01-24",
        ),
        (SPX, FIRST, "SPX", "no option of root 'SPX' expires on 2025-01-10; roots there: SPXW"),
        (OptionChain("BTC/USD", []), FIRST, None, "there are none"),
    ],
)
def test_an_expiration_that_is_not_listed_is_refused_in_a_sentence(
    chain: OptionChain, day: date, root: str | None, text: str
) -> None:
    with pytest.raises(ConfigurationError, match=text):
        chain.expiration(day, root)


def test_no_expiration_from_a_day_on_is_refused_in_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="no SPX option expires on or after 2026-01-01"):
        SPX.nearest_expiration(date(2026, 1, 1))
    with pytest.raises(ConfigurationError, match="no X option expires;"):
        OptionChain("X", []).nearest_expiration()


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


def test_representations_say_what_there_is_in_a_line() -> None:
    assert repr(SPX) == "<OptionChain SPX: 3 expirations, 14 options>"
    assert repr(SPX.nearest_expiration()) == "<Expiration SPXW 2025-01-10: 4 options>"
