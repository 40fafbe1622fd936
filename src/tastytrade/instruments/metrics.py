"""MarketMetrics: volatility, liquidity, dividends and earnings of an underlying, and their history.

Source: developer.tastytrade.com "Market metrics", and answers recorded from the service.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from tastytrade.dxfeed.symbol_list import checked_symbol, symbol_list
from tastytrade.instruments.items import clear_what_is_no_number
from tastytrade.instruments.listing import flags, items_call
from tastytrade.instruments.models import Moment
from tastytrade.rest.call import Call, Steps, path
from tastytrade.rest.paging import chunks, gathered, in_order
from tastytrade.rest.resource import resource


class ExpirationVolatility(Struct, frozen=True, rename="kebab", kw_only=True):
    """The implied volatility of one expiration; 0.26 is 26 % a year."""

    expiration_date: date
    option_chain_type: str | None = None
    settlement_type: str | None = None
    implied_volatility: Decimal | None = None

    def __post_init__(self) -> None:
        clear_what_is_no_number(self)


class LiquidityState(Struct, frozen=True, rename="kebab", kw_only=True):
    """What the liquidity value was made of, and when."""

    sum: Decimal | None = None
    count: int | None = None
    started_at: Moment | None = None
    updated_at: Moment | None = None


class Earnings(Struct, frozen=True, rename="kebab", kw_only=True):
    """The earnings report next to come, or the last one."""

    visible: bool | None = None
    expected_report_date: date | None = None
    estimated: bool | None = None
    late_flag: int | None = None
    quarter_end_date: date | None = None
    actual_eps: Decimal | None = None
    consensus_estimate: Decimal | None = None
    updated_at: Moment | None = None


class MarketMetrics(Struct, frozen=True, rename="kebab", kw_only=True):
    """What is known of one underlying; what the service does not know of it is None.

    Implied volatilities, ranks and percentiles are fractions (0.26 is 26 %); per cent (26.53) are
    ``implied_volatility_30_day``, all historical ones, and the difference of the two.
    """

    symbol: str
    updated_at: Moment | None = None
    created_at: Moment | None = None
    implied_volatility_index: Decimal | None = None
    implied_volatility_index_5_day_change: Decimal | None = None
    implied_volatility_index_15_day: Decimal | None = None
    implied_volatility_index_rank: Decimal | None = None
    tos_implied_volatility_index_rank: Decimal | None = None
    tw_implied_volatility_index_rank: Decimal | None = None
    tos_implied_volatility_index_rank_updated_at: Moment | None = None
    implied_volatility_index_rank_source: str | None = None
    implied_volatility_percentile: Decimal | None = None
    implied_volatility_updated_at: Moment | None = None
    implied_volatility_30_day: Decimal | None = None
    historical_volatility_30_day: Decimal | None = None
    historical_volatility_60_day: Decimal | None = None
    historical_volatility_90_day: Decimal | None = None
    iv_hv_30_day_difference: Decimal | None = None
    option_expiration_implied_volatilities: tuple[ExpirationVolatility, ...] = ()
    liquidity_value: Decimal | None = None
    liquidity_rank: Decimal | None = None
    liquidity_rating: int | None = None
    liquidity_running_state: LiquidityState | None = None
    beta: Decimal | None = None
    beta_updated_at: Moment | None = None
    corr_spy_3month: Decimal | None = None
    dividend_rate_per_share: Decimal | None = None
    annual_dividend_per_share: Decimal | None = None
    dividend_yield: Decimal | None = None
    dividend_ex_date: date | None = None
    dividend_next_date: date | None = None
    dividend_pay_date: date | None = None
    dividend_updated_at: Moment | None = None
    earnings: Earnings | None = None
    earnings_per_share: Decimal | None = None
    price_earnings_ratio: Decimal | None = None
    market_cap: Decimal | None = None
    lendability: str | None = None
    borrow_rate: Decimal | None = None
    listed_market: str | None = None
    sector: str | None = None
    industry: str | None = None

    def __post_init__(self) -> None:
        clear_what_is_no_number(self)


class Dividend(Struct, frozen=True, rename="kebab", kw_only=True):
    """A dividend of the past, per share."""

    occurred_date: date
    amount: Decimal | None = None


class EarningsReport(Struct, frozen=True, rename="kebab", kw_only=True):
    """An earnings report of the past, per share."""

    occurred_date: date
    eps: Decimal | None = None


@resource
def get_market_metrics(symbols: Iterable[str]) -> Steps[list[MarketMetrics]]:
    """Metrics of underlyings, in the order asked; futures by product (``"/ES"``).

    A symbol the service has none of is absent.
    """
    names = symbol_list(symbols)
    where = path("market-metrics")
    parts = chunks(("symbols", name) for name in names)
    lists = (",".join(name for _, name in part) for part in parts)
    calls = (items_call(where, MarketMetrics, query=(("symbols", text),)) for text in lists)
    return in_order((yield from gathered(calls)), names)


@resource
def get_dividends(symbol: str) -> Call[list[Dividend]]:
    """All dividends of the past that the service knows, in its order."""
    return items_call(path(*_HISTORY, "dividends", checked_symbol(symbol)), Dividend)


@resource
def get_earnings_reports(
    symbol: str, start_date: date, *, end_date: date | None = None
) -> Call[list[EarningsReport]]:
    """The earnings reports from one day on, to another or until now, in the service's order."""
    query = flags(start_date=start_date, end_date=end_date)
    where = path(*_HISTORY, "earnings-reports", checked_symbol(symbol))
    return items_call(where, EarningsReport, query=query)


_HISTORY = ("market-metrics", "historic-corporate-events")
