from __future__ import annotations

import json

from tastytrade.dashboard.panel_args import QuoteArgs
from tastytrade.dashboard.player import Player
from tastytrade.dashboard.quote_view import QuoteView
from tastytrade.dashboard.supply import Supply
from tastytrade.dxfeed import Quote
from tests.integration.recorded_day import BEGAN_NS
from tests.integration.waiting import until
from tests.unit.dashboard.running import shown


async def test_a_row_a_symbol_in_the_order_asked_with_when_it_was_received(
    player: Player, supply: Supply
) -> None:
    told: list[int] = []
    view = QuoteView(QuoteArgs(symbols=("SPY", "NOTHING", "AAPL")), lambda: told.append(1))
    await player.seek(BEGAN_NS + 4_000_000_000)
    latest = player.store.latest(Quote, at=player.until_ns - 1)
    expected = {row["eventSymbol"]: row["bidPrice"] for row in latest.iter_rows(named=True)}
    async with shown(view, supply):
        await until(lambda: view.has_something and json.loads(view.said(0)[0])["rows"][0][3] is not None)
        table = json.loads(view.said(0)[0])
    names = [column["name"] for column in table["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in table["rows"]]

    assert [row["symbol"] for row in rows] == ["SPY", "NOTHING", "AAPL"]
    assert [row["bid"] for row in rows] == [expected["SPY"], None, expected["AAPL"]]
    assert BEGAN_NS // 1_000_000 < rows[0]["quote_age"] < player.until_ns // 1_000_000
    assert table["meta"] == {"at_ms": player.until_ns // 1_000_000}
    assert told
