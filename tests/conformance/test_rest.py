"""What any tastytrade answers over REST."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tastytrade import Session
from tastytrade.errors import NotFound
from tastytrade.instruments import (
    OptionType,
    get_active_equities,
    get_compact_option_chain,
    get_cryptocurrencies,
    get_equities,
    get_equity,
    get_equity_session,
    get_future_option_chain,
    get_future_products,
    get_futures,
    get_holidays,
    get_market_data,
    get_market_metrics,
    get_market_sessions,
    get_nested_future_option_chain,
    get_nested_option_chain,
    get_option,
    get_option_chain,
    get_quantity_decimal_precisions,
    get_trade_day,
    search_symbols,
)
from tastytrade.rest.call import Call
from tastytrade.rest.customer import get_customer


async def test_a_session_is_good_until_it_is_not(session: Session) -> None:
    assert await session.validate()


async def test_a_quote_token_names_its_feed(session: Session) -> None:
    token = await session.quote_token()

    assert token.dxlink_url.startswith(("wss://", "ws://127.0.0.1"))
    assert token.level


async def test_a_customer_is_an_object(session: Session) -> None:
    assert "id" in await get_customer(session)


async def test_an_unknown_path_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        await session.run(Call(method="GET", path="/no-such-thing", parse=str))


async def test_equities_come_as_asked_and_unknown_ones_not_at_all(session: Session) -> None:
    found = {one.symbol: one for one in await get_equities(session, ["SPY", "SPX", "NOSUCHTHING"])}

    assert set(found) == {"SPY", "SPX"}
    assert found["SPX"].is_index
    assert found["SPY"].is_etf
    assert (await get_equity(session, "SPY")).streamer_symbol == "SPY"


async def test_lists_are_followed_to_their_last_page(session: Session) -> None:
    symbols = [one.symbol for one in await get_active_equities(session)]

    assert len(symbols) == len(set(symbols))
    assert "SPY" in symbols


async def test_cryptocurrencies_have_a_streamer_symbol_of_their_own(session: Session) -> None:
    (bitcoin,) = await get_cryptocurrencies(session, ["BTC/USD"])

    assert bitcoin.streamer_symbol == "BTC/USD:CXTALP"


async def test_the_three_forms_of_a_chain_have_the_same_options(session: Session) -> None:
    chain = await get_option_chain(session, "SPX")
    nested = await get_nested_option_chain(session, "SPX")
    compact = await get_compact_option_chain(session, "SPX")

    detailed = {option.symbol for option in chain.options}
    strikes = [strike for one in nested for expiration in one.expirations for strike in expiration.strikes]
    assert {symbol for strike in strikes for symbol in (strike.call, strike.put)} == detailed
    assert {symbol for one in compact for symbol in one.symbols} == detailed
    assert {one.root_symbol for one in nested} == {"SPX", "SPXW"}


async def test_the_roots_of_an_index_are_settled_at_different_times(session: Session) -> None:
    options = (await get_option_chain(session, "SPX")).options

    settled = {(option.root_symbol, option.settlement_type) for option in options}
    assert settled == {("SPX", "AM"), ("SPXW", "PM")}
    assert {option.underlying_symbol for option in options} == {"SPX"}


async def test_an_option_can_be_asked_for_by_itself(session: Session) -> None:
    chain = await get_option_chain(session, "SPY")
    listed = chain.nearest_expiration().calls[0]
    option = await get_option(session, listed.symbol)

    assert option.streamer_symbol == listed.streamer_symbol
    assert option.option_type is OptionType.CALL
    assert isinstance(option.strike_price, Decimal)


async def test_futures_have_two_digit_years_on_the_feed_alone(session: Session) -> None:
    futures = await get_futures(session, product_codes=["ES"])
    products = await get_future_products(session)

    assert futures
    for future in futures:
        assert future.symbol[:-1] + "2" in (future.streamer_symbol or "")
    assert "/ES" in {product.root_symbol for product in products}


async def test_a_futures_chain_is_by_date_and_its_options_name_their_future(session: Session) -> None:
    chain = await get_future_option_chain(session, "/GC")
    nested = await get_nested_future_option_chain(session, "GC")

    assert list(chain) == sorted(chain)
    futures = {one.symbol for one in nested.futures}
    assert {option.underlying_symbol for options in chain.values() for option in options} <= futures


async def test_market_data_comes_for_every_kind_of_instrument(session: Session) -> None:
    found = await get_market_data(session, equities=["SPY"], indices=["VIX"], cryptocurrencies=["BTC/USD"])

    by_symbol = {one.symbol: one for one in found}
    assert set(by_symbol) == {"SPY", "VIX", "BTC/USD"}
    assert isinstance(by_symbol["SPY"].last, Decimal)


async def test_metrics_have_a_volatility_for_each_expiration(session: Session) -> None:
    (metrics,) = await get_market_metrics(session, ["SPY"])

    assert metrics.symbol == "SPY"
    assert metrics.implied_volatility_index is not None
    assert metrics.option_expiration_implied_volatilities


async def test_symbols_are_found_by_their_beginning(session: Session) -> None:
    assert "SPY" in {one.symbol for one in await search_symbols(session, "SPY")}
    assert await search_symbols(session, "QQQQQQQQQQ") == []


async def test_the_calendar_and_the_clock_agree_on_the_trading_day(session: Session) -> None:
    today = await get_trade_day(session)
    holidays = await get_holidays(session)
    sessions = await get_market_sessions(session, today - timedelta(days=7), today + timedelta(days=7))

    assert today not in holidays.holidays
    assert today in {one.day for one in sessions}
    assert isinstance((await get_equity_session(session)).day, date)


async def test_quantities_have_a_precision(session: Session) -> None:
    assert await get_quantity_decimal_precisions(session)
