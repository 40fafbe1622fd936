"""Market metrics as the service gives them, computed from the simulated market's own prices and volatilities.

Inferred: the 15-day index is that of options at the money 15 days from expiry; one rank is taken over the
year with today, the other over the year before it. Liquidity figures are a guess: contracts a day.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class ExpirationVolatility(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    expiration_date: date
    option_chain_type: str
    settlement_type: str
    implied_volatility: str | None = None


class RunningState(Struct, rename="kebab"):
    sum: str
    count: int
    started_at: str
    updated_at: str


class EarningsItem(Struct, rename="kebab"):
    visible: bool
    expected_report_date: date
    estimated: bool
    late_flag: int
    quarter_end_date: date
    actual_eps: str
    consensus_estimate: str
    updated_at: str


class MetricsItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    symbol: str
    implied_volatility_index: str | None = None
    implied_volatility_index_15_day: str | None = None
    implied_volatility_index_5_day_change: str | None = None
    implied_volatility_index_rank: str | None = None
    tos_implied_volatility_index_rank: str | None = None
    tw_implied_volatility_index_rank: str | None = None
    tos_implied_volatility_index_rank_updated_at: str | None = None
    implied_volatility_index_rank_source: str | None = None
    implied_volatility_percentile: str | None = None
    implied_volatility_updated_at: str | None = None
    liquidity_value: str | None = None
    liquidity_rank: str | None = None
    liquidity_rating: int | None = None
    updated_at: str
    option_expiration_implied_volatilities: list[ExpirationVolatility] = []
    liquidity_running_state: RunningState | None = None
    beta: str | None = None
    beta_updated_at: str | None = None
    corr_spy_3month: str | None = None
    dividend_rate_per_share: str | None = None
    annual_dividend_per_share: str | None = None
    dividend_yield: str | None = None
    dividend_ex_date: date | None = None
    dividend_next_date: date | None = None
    dividend_pay_date: date | None = None
    dividend_updated_at: str | None = None
    earnings: EarningsItem | None = None
    listed_market: str = ""
    lendability: str = ""
    borrow_rate: str | None = None
    market_cap: int
    implied_volatility_30_day: str | None = None
    historical_volatility_30_day: str | None = None
    historical_volatility_60_day: str | None = None
    historical_volatility_90_day: str | None = None
    iv_hv_30_day_difference: str | None = None
    price_earnings_ratio: str | None = None
    earnings_per_share: str | None = None
    sector: str = ""
    industry: str = ""
