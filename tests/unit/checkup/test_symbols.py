from __future__ import annotations

import pytest

from tastytrade import Session
from tastytrade.checkup.symbols import sample, samples


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("SPX", "stock or index"),
        ("BRK/B", "stock or index"),
        (".SPXW261218C6000", "option"),
        ("/ESZ26:XCME", "future"),
        ("./E1AN26P6260:XCME", "option on a future"),
        ("BTC/USD:CXTALP", "cryptocurrency"),
        ("BTC/USD", "cryptocurrency"),
    ],
)
def test_the_kind_is_read_off_the_symbol(symbol: str, kind: str) -> None:
    assert sample(symbol).kind == kind


async def test_a_product_and_a_pair_are_looked_up(session: Session) -> None:
    found, left_out = await samples(session, ("/ES", "BTC/USD", "SPY"))

    assert [one.symbol[:3] for one in found] == ["/ES", "BTC", "SPY"]
    assert all(":" in one.symbol for one in found[:2])
    assert left_out == []


async def test_what_is_not_listed_is_left_out_with_its_reason(session: Session) -> None:
    found, left_out = await samples(session, ("/NOPE", "SPY"))

    assert [one.symbol for one in found] == ["SPY"]
    assert left_out[0].startswith("/NOPE (")


async def test_an_address_alone_asks_of_stocks() -> None:
    found, _ = await samples(None, ())

    assert [one.symbol for one in found] == ["SPY", "SPX"]
