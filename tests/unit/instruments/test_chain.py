from datetime import date
from decimal import Decimal

import pytest

from tastytrade.dxfeed import Greeks
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.models import OptionType
from tests.unit.instruments.options import FIRST, SECOND, THIRD, option, pairs, shown

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
    adjusted = [option(strike, root="AAPL1", chain_type="Non-standard") for strike in range(1, 10)]
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


def test_representations_say_what_there_is_in_a_line() -> None:
    assert repr(SPX) == "<OptionChain SPX: 3 expirations, 14 options>"
    assert repr(SPX.nearest_expiration()) == "<Expiration SPXW 2025-01-10: 4 options>"


@pytest.mark.parametrize(
    ("dte", "root", "expected"), [(0, None, "SPXW"), (7, None, "SPXW"), (7, "SPX", "SPX"), (14, None, "SPX")]
)
def test_an_expiration_is_found_by_its_days_to_expiration(dte: int, root: str | None, expected: str) -> None:
    found = SPX.expiration(dte=dte, root=root)

    assert (found.days_to_expiration, found.root) == (dte, expected)


@pytest.mark.parametrize(("dte", "near"), [(1, "0, 7"), (-1, "0"), (400, "14"), (13, "7, 14")])
def test_days_to_expiration_that_are_not_listed_are_refused_with_the_nearest(dte: int, near: str) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"no SPX option expires in {dte} days \(the nearest: {near}\)"
    ):
        SPX.expiration(dte=dte)


def test_an_expiration_is_asked_for_by_day_or_by_days_to_it() -> None:
    with pytest.raises(ConfigurationError, match="one of them"):
        SPX.expiration()
    with pytest.raises(ConfigurationError, match="one of them"):
        SPX.expiration(FIRST, dte=0)


def test_symbols_are_the_streamers_in_the_order_of_the_options() -> None:
    assert SPX.symbols[:3] == [".SPXW250110C5900", ".SPXW250110P5900", ".SPXW250110C5905"]
    assert len(SPX.symbols) == len(SPX.options)


def test_around_narrows_every_date_and_root() -> None:
    narrowed = SPX.around(5897, strikes=1)

    assert isinstance(narrowed, OptionChain)
    assert narrowed.underlying == "SPX"
    assert {day: narrowed.roots(day) for day in narrowed} == {day: SPX.roots(day) for day in SPX}
    assert narrowed.options == [one for one in SPX.options if one.strike_price == 5900]


def test_at_the_money_is_a_strike_a_date_and_root() -> None:
    narrowed = SPX.at_the_money(5897)

    assert shown(narrowed[FIRST]) == ["C5900", "P5900"]
    assert [one.root_symbol for one in narrowed[SECOND]] == ["SPX", "SPX", "SPXW", "SPXW"]


def test_around_leaves_out_the_dates_without_a_strike_that_near() -> None:
    assert SPX.around(5906, points=1).expirations == [FIRST]
    assert SPX.around(100, points=1).options == []


def test_delta_narrows_every_date_and_root_that_has_greeks() -> None:
    greeks = {
        one.streamer_symbol: Greeks(one.streamer_symbol, delta=float(one.strike_price - 5700) / 1000)
        for one in SPX.options
        if one.root_symbol == "SPXW"
    }

    assert shown(SPX.delta(0.2, iter(greeks.values())).options) == ["C5900", "P5900", "C5900", "P5900"]
    assert SPX.delta(0.2, greeks).expirations == [FIRST, SECOND]
    assert shown(SPX.delta(0.15, greeks, side=OptionType.PUT)[SECOND]) == ["P5850"]


def test_a_delta_without_any_greeks_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"no option of <OptionChain SPX.* has a delta"):
        SPX.delta(0.25, [])


def test_adjusted_roots_fractional_strikes_and_single_sides_have_their_places() -> None:
    adjusted = [option(strike, "P", root="BABA2") for strike in (Decimal("12.125"), Decimal("12.5"))]
    chain = OptionChain("BABA", [*adjusted, *pairs([145], root="BABA")])

    assert chain.roots(FIRST) == ["BABA", "BABA2"]
    assert chain.around(Decimal("12.2"), strikes=1).symbols == [
        ".BABA250110C145",
        ".BABA250110P145",
        ".BABA2250110P12.125",
    ]
    assert chain.expiration(dte=0, root="BABA2").calls == []
