from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tastytrade import Session, Simulator
from tastytrade.dashboard.chains import Chains, chosen
from tastytrade.dashboard.panel_args import ChainArgs
from tastytrade.errors import ConfigurationError
from tastytrade.store import Store
from tests.integration.recorded_day import keep_day

KEPT: dict[str, Any] = {
    "data": {
        "items": [
            {
                "underlying-symbol": "SPX",
                "root-symbol": "SPXW",
                "expirations": [
                    {
                        "expiration-date": day,
                        "days-to-expiration": days,
                        "strikes": [
                            {
                                "strike-price": "5900.0",
                                "call": f"SPXW  {code}C05900000",
                                "put": f"SPXW  {code}P05900000",
                            }
                        ],
                    }
                    for day, days, code in (("2026-11-23", 3, "261123"), ("2026-11-24", 4, "261124"))
                ],
            }
        ]
    }
}


async def test_a_chain_is_asked_for_once(simulator: Simulator, session: Session) -> None:
    chains = Chains(session)
    first, second = await chains.of("NVDA"), await chains.of("NVDA")
    listed = await chains.expirations("NVDA")
    asked = simulator.requests["GET /option-chains/NVDA"]
    chains.forget()
    await chains.of("NVDA")

    assert first is second
    assert [day for day, _, _ in listed] == [day.isoformat() for day in first]
    assert (asked, simulator.requests["GET /option-chains/NVDA"]) == (1, 2)


async def test_a_recording_has_the_chains_that_were_kept(tmp_path: Path) -> None:
    chains = Chains(None, Store(keep_day(tmp_path / "day", chain=KEPT)))
    chain = await chains.of("SPX")

    assert await chains.expirations("SPX") == [("2026-11-23", "SPXW", 3), ("2026-11-24", "SPXW", 4)]
    assert chain.symbols[:2] == [".SPXW261123C5900", ".SPXW261123P5900"]
    with pytest.raises(ConfigurationError, match="no chain of NVDA was kept; there are: SPX"):
        await chains.of("NVDA")


async def test_the_expiration_is_the_one_asked_for_else_the_nearest(tmp_path: Path) -> None:
    chain = await Chains(None, Store(keep_day(tmp_path / "day", chain=KEPT))).of("SPX")
    days = [
        chosen(chain, args).days_to_expiration
        for args in (ChainArgs(underlying="SPX"), ChainArgs(underlying="SPX", dte=4, root="SPXW"))
    ]

    assert days == [3, 4]
    with pytest.raises(ConfigurationError):
        chosen(chain, ChainArgs(underlying="SPX", dte=9))


async def test_without_anybody_to_ask_there_are_none() -> None:
    with pytest.raises(ConfigurationError, match="no session to ask"):
        await Chains().of("SPX")
