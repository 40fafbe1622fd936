from __future__ import annotations

import pytest

from tastytrade.analytics import Conventions, term_structure, with_greeks
from tests.unit.analytics.chains import AT, SPOT, World, chain, listed, years_of
from tests.unit.instruments.options import FIRST, SECOND, THIRD

CONVENTIONS = Conventions(rate=0.045)
WORLD = World(rate=0.045, dividend=0.013)


def test_each_expiration_tells_its_volatility_forward_and_move() -> None:
    options = listed(days=[THIRD, SECOND])
    table = with_greeks(chain(options, WORLD), spot=SPOT, at=AT, conventions=CONVENTIONS)
    terms = term_structure(table, conventions=CONVENTIONS)

    assert terms["expiration_date"].to_list() == [SECOND, THIRD]
    assert terms["days_to_expiration"].to_list() == [7, 14]
    assert terms["years"].to_list() == pytest.approx([years_of(options[-1]), years_of(options[0])])
    assert terms["volatility"].to_list() == pytest.approx([0.2, 0.2])
    assert terms["implied_yield"].to_list() == pytest.approx([0.013, 0.013])
    assert terms["straddle_move"].null_count() == terms["volatility_move"].null_count() == 0


def test_roots_of_one_date_stay_apart() -> None:
    options = [*listed(days=[SECOND]), *listed(days=[SECOND], root="SPX", settlement="AM")]
    table = with_greeks(chain(options, WORLD), spot=SPOT, at=AT, conventions=CONVENTIONS)

    assert term_structure(table)["root_symbol"].to_list() == ["SPX", "SPXW"]


def test_without_spot_the_yield_is_not_known_and_the_volatility_is() -> None:
    table = with_greeks(chain(listed(), WORLD), spot=None, at=AT, conventions=CONVENTIONS)
    row = term_structure(table, conventions=CONVENTIONS).row(0, named=True)

    # Greeks to the spot need one, and there is no smile without them.
    assert row["implied_yield"] is row["volatility"] is None
    assert row["forward"] is not None


def test_no_options_and_expired_ones_have_no_terms() -> None:
    none = with_greeks(chain([]), spot=SPOT, at=AT)
    expired = with_greeks(chain(listed(days=[FIRST])), spot=SPOT, at=AT + 86_400 * 10**9)

    assert term_structure(none).height == term_structure(expired).height == 0
    assert term_structure(none).schema == term_structure(expired).schema
