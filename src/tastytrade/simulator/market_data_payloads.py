"""The current prices of one instrument or option as /market-data gives them, made of its current events.

What has no value is left out. Recorded rules: the mark of an equity is the last price held between bid and
ask, of a cryptocurrency the middle; an index is marked at its last value, and has sizes of zero.
"""

from __future__ import annotations

from datetime import date
from math import isnan
from typing import Any, Literal

from msgspec import Struct

from tastytrade.dxfeed import Profile, Quote, Summary, Trade, TradeETH
from tastytrade.simulator.daily_statistics import DailyStatistics
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.value_texts import moment_text, number_text

InstrumentType = Literal["Index", "Equity", "Equity Option", "Future", "Future Option", "Cryptocurrency"]

_EPOCH = date(1970, 1, 1).toordinal()
_LIMIT_BAND = 0.05
"""How far from the last price an equity may be traded (limit up, limit down; its first tier)."""


class MarketDataItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    symbol: str
    instrument_type: InstrumentType
    updated_at: str
    bid: str | None = None
    bid_size: str | None = None
    ask: str | None = None
    ask_size: str | None = None
    mid: str | None = None
    mark: str | None = None
    last: str | None = None
    last_mkt: str | None = None
    beta: str | None = None
    dividend_amount: str | None = None
    dividend_frequency: str | None = None
    open: str | None = None
    day_high_price: str | None = None
    day_low_price: str | None = None
    close: str | None = None
    close_price_type: str = ""
    prev_close: str | None = None
    prev_close_price_type: str = ""
    summary_date: date | None = None
    prev_close_date: date | None = None
    low_limit_price: str | None = None
    high_limit_price: str | None = None
    is_trading_halted: bool
    halt_start_time: int
    halt_end_time: int
    year_low_price: str | None = None
    year_high_price: str | None = None
    volume: str | None = None
    volume_ext: str | None = None
    open_interest: str | None = None


class Priced(Struct, frozen=True):
    """What is asked for: a symbol, the type it is asked as, and the streamer symbol of its events."""

    symbol: str
    instrument_type: InstrumentType
    streamer_symbol: str


def market_data_item(priced: Priced, market: MarketNow, statistics: DailyStatistics) -> MarketDataItem:
    """Its prices now."""
    name = priced.streamer_symbol
    instrument = market.listing.instrument(priced.symbol)
    is_index = instrument is not None and instrument.is_index
    is_stock = instrument is not None and not instrument.is_index and not instrument.is_crypto
    is_option = priced.instrument_type in {"Equity Option", "Future Option"}
    quote, trade = market.event(Quote, name), market.event(Trade, name)
    summary, profile = market.event(Summary, name), market.event(Profile, name)
    bid, ask = _price(quote, "bidPrice"), _price(quote, "askPrice")
    last = _price(trade, "price")
    mid = None if bid is None or ask is None else (bid + ask) / 2
    close = _price(summary, "dayClosePrice")
    price_type = "Final" if is_stock else "Regular"
    return MarketDataItem(
        symbol=priced.symbol,
        instrument_type=priced.instrument_type,
        updated_at=moment_text(market.now),
        bid=number_text(bid),
        bid_size=number_text(_price(quote, "bidSize") or 0.0),
        ask=number_text(ask),
        ask_size=number_text(_price(quote, "askSize") or 0.0),
        mid=number_text(mid),
        mark=number_text(
            mid if is_option or priced.instrument_type == "Cryptocurrency" else _held(last, bid, ask)
        ),
        last=number_text(last),
        last_mkt=number_text(last),
        beta=number_text(statistics.beta(name)) if is_index or is_stock else None,
        dividend_amount=number_text(_price(profile, "exDividendAmount")),
        dividend_frequency=number_text(_price(profile, "dividendFrequency")),
        open=number_text(_price(summary, "dayOpenPrice")),
        day_high_price=number_text(_price(summary, "dayHighPrice")),
        day_low_price=number_text(_price(summary, "dayLowPrice")),
        close=number_text(close),
        close_price_type="Regular" if close is None else price_type,
        prev_close=number_text(_price(summary, "prevDayClosePrice")),
        prev_close_price_type=price_type,
        summary_date=_day(summary, "dayId"),
        prev_close_date=_day(summary, "prevDayId"),
        low_limit_price=number_text(last * (1 - _LIMIT_BAND), 2) if last and is_stock else None,
        high_limit_price=number_text(last * (1 + _LIMIT_BAND), 2) if last and is_stock else None,
        is_trading_halted=False,
        halt_start_time=-1,
        halt_end_time=-1,
        year_low_price=number_text(_price(profile, "low52WeekPrice")),
        year_high_price=number_text(_price(profile, "high52WeekPrice")),
        # Recorded: cryptocurrencies come without a volume, indices have none.
        volume=None
        if priced.instrument_type == "Cryptocurrency"
        else number_text(_price(trade, "dayVolume"), 6),
        volume_ext=number_text(_price(market.event(TradeETH, name), "dayVolume"), 6),
        open_interest=None if instrument is not None else number_text(_price(summary, "openInterest")),
    )


def _price(event: dict[str, Any], field: str) -> float | None:
    value = event.get(field)
    return None if value is None or isnan(value) else float(value)


def _day(event: dict[str, Any], field: str) -> date | None:
    day = event.get(field)
    return date.fromordinal(_EPOCH + day) if day else None


def _held(last: float | None, bid: float | None, ask: float | None) -> float | None:
    """The last price, but not outside the market."""
    if last is None or bid is None or ask is None:
        return last
    return min(max(last, bid), ask)
