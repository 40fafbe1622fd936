from typing import Any

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import OptionChain
from tastytrade.live_chain.choice import chain_of, expiration_after, expiration_of
from tests.unit.instruments.options import FIRST, SECOND, THIRD, pairs

SPX = OptionChain(
    "SPX",
    [
        *pairs([5900], day=FIRST),
        *pairs([5900], day=SECOND, root="SPX", settlement="AM"),
        *pairs([5900], day=SECOND),
        *pairs([5900], day=THIRD, root="SPX", settlement="AM"),
    ],
)


@pytest.mark.parametrize(
    ("asked", "day", "root"),
    [
        ({}, FIRST, "SPXW"),
        ({"dte": 0}, FIRST, "SPXW"),
        ({"dte": 7}, SECOND, "SPXW"),
        ({"day": SECOND, "root": "SPX"}, SECOND, "SPX"),
        ({"root": "SPX"}, SECOND, "SPX"),
    ],
)
def test_an_expiration_is_chosen_by_day_distance_or_root(asked: dict[str, Any], day: Any, root: str) -> None:
    found = expiration_of(SPX, **({"day": None, "dte": None, "root": None} | asked))

    assert (found.date, found.root) == (day, root)


def test_after_an_expiration_comes_the_next_listed_one() -> None:
    first = SPX.expiration(FIRST)
    second = expiration_after(SPX, first, root=None)

    assert second is not None
    assert (second.date, second.root) == (SECOND, "SPXW")
    assert expiration_after(SPX, SPX.expiration(THIRD), root=None) is None


def test_after_an_expiration_of_a_root_comes_the_next_of_that_root() -> None:
    found = expiration_after(SPX, SPX.expiration(FIRST), root="SPX")

    assert found is not None
    assert (found.date, found.root) == (SECOND, "SPX")
    assert expiration_after(SPX, SPX.expiration(SECOND), root="SPXW") is None


def test_options_are_a_chain_of_their_underlying() -> None:
    chain = chain_of(pairs([5900, 5905]))

    assert (chain.underlying, len(chain.options)) == ("SPX", 4)
    assert chain_of(SPX) is SPX


def test_options_that_are_none_or_of_nobody_or_of_several_are_refused() -> None:
    first, *_ = pairs([5900])
    named = {name: getattr(first, name) for name in first.__struct_fields__}
    other, nobody = (type(first)(**{**named, "underlying_symbol": name}) for name in ("SPY", ""))

    with pytest.raises(ConfigurationError, match="no options on nothing"):
        chain_of([])
    with pytest.raises(ConfigurationError, match="these options have SPX, SPY"):
        chain_of([first, other])
    with pytest.raises(ConfigurationError, match="do not say what they are on"):
        chain_of([nobody])


def test_a_root_without_options_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no SPX option of root 'XSP'"):
        expiration_of(SPX, day=None, dte=None, root="XSP")
