"""What a user's type checker sees of instruments and reference data. Checked by mypy, never run."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, assert_type

from tastytrade import Session
from tastytrade.instruments import (
    CompactOptionChain,
    Equity,
    Future,
    FutureOption,
    FutureOptionChain,
    MarketData,
    MarketHolidays,
    MarketMetrics,
    MarketSession,
    NestedFutureOptionChain,
    Option,
    OptionChain,
    SymbolMatch,
    get_active_equities,
    get_compact_option_chain,
    get_earnings_reports,
    get_equities,
    get_equity_session,
    get_future,
    get_future_option_chain,
    get_futures,
    get_holidays,
    get_market_data,
    get_market_metrics,
    get_nested_future_option_chain,
    get_option,
    get_option_chain,
    get_trade_day,
    search_symbols,
    trade_day,
)
from tastytrade.rest import BlockingRunner, Call, Steps
from tastytrade.rest.customer import get_customer


async def awaited(session: Session) -> None:
    asked: Coroutine[Any, Any, list[Equity]] = get_equities(session, ["SPX"])
    assert_type(await asked, list[Equity])
    assert_type(await get_option_chain(session, "SPX"), OptionChain)
    assert_type(await get_option(session, "SPY   250117C00500000"), Option)
    assert_type(await get_compact_option_chain(session, symbol="SPX"), list[CompactOptionChain])
    assert_type(await get_equities(session, iter(["SPX"])), list[Equity])
    assert_type(await get_active_equities(session, lendability="Preborrow"), list[Equity])
    assert_type(await get_futures(session, product_codes={"ES"}, only_active=False), list[Future])
    assert_type(await get_nested_future_option_chain(session, "ES"), NestedFutureOptionChain)
    assert_type(await get_market_metrics(session, ("SPY", "/ES")), list[MarketMetrics])
    assert_type(await search_symbols(session, "AAP"), list[SymbolMatch])
    assert_type(await get_equity_session(session, "next", on=date(2026, 7, 3)), MarketSession)
    assert_type(await get_trade_day(session), date)
    assert_type(await get_customer(session), dict[str, Any])

    chain = await get_future_option_chain(session, "ES")
    assert_type(chain, FutureOptionChain)
    assert_type(chain[date(2026, 7, 6)], list[FutureOption])
    assert_type(chain.options[0].streamer_symbol, str | None)


def blocking(session: BlockingRunner) -> None:
    future = get_future(session, "/ESZ6")
    assert_type(future, Future)
    assert_type(future.tick_size, Decimal | None)
    assert_type(future.expires_at, datetime | None)
    assert_type(get_equities(session, is_etf=True), list[Equity])
    data = get_market_data(session, equities=["SPY"], indices=["VIX"])
    assert_type(data, list[MarketData])
    assert_type(data[0].bid, Decimal | None)
    holidays = get_holidays(session, "CME")
    assert_type(holidays, MarketHolidays)
    assert_type(trade_day(datetime.now(UTC), holidays), date)


def described() -> None:
    assert_type(get_future.call("/ESZ6"), Call[Future])
    assert_type(get_equities.call(["SPX"]), Steps[list[Equity]])
    assert_type(get_trade_day.call(moment=None), Call[date])


def refused(session: BlockingRunner) -> None:
    get_future("/ESZ6")  # type: ignore[call-overload]  # the session comes first
    get_future(session, 5)  # type: ignore[call-overload]  # a symbol is text
    get_market_data(session, ["SPY"])  # type: ignore[call-overload]  # by keyword only
    get_equity_session(session, "last")  # type: ignore[call-overload]  # current, next or previous
    get_earnings_reports(session, "AAPL")  # type: ignore[call-overload]  # since when?
