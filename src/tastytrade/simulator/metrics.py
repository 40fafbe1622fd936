"""Metrics: what /market-metrics says of an underlying, computed from the simulated market itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from msgspec import structs

from tastytrade.dxfeed import Profile, Trade
from tastytrade.simulator.corporate_events import (
    QUARTER,
    consensus,
    earnings,
    next_report,
    pays_dividends,
    reports_earnings,
)
from tastytrade.simulator.daily_statistics import DailyStatistics
from tastytrade.simulator.exchange_sessions import session_at
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.metrics_payloads import (
    EarningsItem,
    ExpirationVolatility,
    MetricsItem,
    RunningState,
)
from tastytrade.simulator.metrics_underlyings import (
    Expiration,
    Underlying,
    expirations_of,
    underlying_of,
)
from tastytrade.simulator.value_texts import fixed_text, moment_text, number_text

QUARTER_DAYS = 63
"""Trading days of three months."""

_EPOCH = date(1970, 1, 1)
_STATE_PERIOD = timedelta(minutes=5)
_LIQUID = ((50_000, 5), (20_000, 4), (2_000, 3), (500, 2))
_SECTORS = {
    "AAPL": ("Technology", "Communications Equipment"),
    "AMZN": ("Consumer Discretionary", "Internet Retail"),
    "MSFT": ("Technology", "Software"),
    "NVDA": ("Technology", "Semiconductors"),
    "TSLA": ("Consumer Discretionary", "Automobile Manufacturers"),
}
_OTHER_SECTOR = ("Industrials", "Conglomerates")


class Metrics:
    """Metrics of the underlyings of one market, as of its present moment."""

    def __init__(self, market: MarketNow) -> None:
        self._market = market
        self._statistics = DailyStatistics(market)

    def item(self, symbol: str) -> MetricsItem | None:
        """What is known of an underlying, ``SPX`` or ``/ES``; None of what has no options."""
        underlying = underlying_of(self._market.listing, symbol)
        volatilities = self._statistics.implied_volatilities(underlying.name) if underlying else []
        if underlying is None or not volatilities:
            return None
        now = moment_text(self._market.now)
        per_expiration = expirations_of(self._market, underlying)
        item = MetricsItem(
            symbol=symbol,
            updated_at=now,
            implied_volatility_index_15_day=number_text(_at_days(per_expiration, self._today, 15)),
            option_expiration_implied_volatilities=[
                ExpirationVolatility(
                    expiration_date=day,
                    option_chain_type="Standard",
                    settlement_type=settlement,
                    implied_volatility=number_text(volatility),
                )
                for day, settlement, volatility in per_expiration
            ],
            market_cap=0,
            price_earnings_ratio="0.0",
            earnings_per_share="0.0",
        )
        found = _index(volatilities, now) | self._liquidity(underlying, now) | self._likeness(underlying)
        instrument = underlying.instrument
        if instrument is not None:
            # Recorded: futures come without these.
            found |= self._moves(underlying, volatilities[-1], now)
            found |= self._dividends(instrument, now) | self._company(instrument, now)
        return structs.replace(item, **found)

    def last_dividend(self, instrument: Instrument) -> date | None:
        """The last ex-dividend date, None for who pays none."""
        day = self._market.event(Profile, instrument.streamer_symbol)["exDividendDayId"]
        return _EPOCH + timedelta(days=day) if day else None

    @property
    def _today(self) -> date:
        return self._market.now.date()

    def _liquidity(self, underlying: Underlying, now: str) -> dict[str, Any]:
        value = underlying.option_volume
        others = [one.option_volume for one in self._market.listing.instruments() if one.has_options]
        session = session_at("Equity", self._market.now)
        count = max((self._market.now - session.opens_at) // _STATE_PERIOD, 0) + 1
        return {
            "liquidity_value": number_text(value),
            "liquidity_rank": number_text(min(value / max(others), 1.0)),
            "liquidity_rating": next((rating for least, rating in _LIQUID if value >= least), 1),
            "liquidity_running_state": RunningState(
                number_text(value * count) or "0.0", count, moment_text(session.opens_at), now
            ),
        }

    def _likeness(self, underlying: Underlying) -> dict[str, Any]:
        statistics = self._statistics
        return {
            "beta": number_text(statistics.beta(underlying.name)),
            "corr_spy_3month": number_text(statistics.correlation(underlying.name, QUARTER_DAYS), 2),
        }

    def _moves(self, underlying: Underlying, implied: float, now: str) -> dict[str, Any]:
        statistics, name = self._statistics, underlying.name
        month, two_months, quarter = (
            100 * statistics.historical_volatility(name, days) for days in (21, 42, QUARTER_DAYS)
        )
        return {
            "beta_updated_at": now,
            "implied_volatility_30_day": fixed_text(100 * implied),
            "historical_volatility_30_day": fixed_text(month),
            "historical_volatility_60_day": fixed_text(two_months),
            "historical_volatility_90_day": fixed_text(quarter),
            "iv_hv_30_day_difference": fixed_text(100 * implied - month),
        }

    def _dividends(self, instrument: Instrument, now: str) -> dict[str, Any]:
        last = self.last_dividend(instrument)
        if last is None or not pays_dividends(instrument):
            return {}
        amount = self._market.event(Profile, instrument.streamer_symbol)["exDividendAmount"]
        return {
            "dividend_rate_per_share": number_text(amount),
            "annual_dividend_per_share": number_text(amount * instrument.dividend_frequency),
            "dividend_yield": number_text(instrument.dividend_yield),
            "dividend_ex_date": last,
            "dividend_next_date": last + timedelta(days=round(365 / instrument.dividend_frequency)),
            "dividend_pay_date": last + timedelta(days=3),
            "dividend_updated_at": now,
        }

    def _company(self, instrument: Instrument, now: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        price = self._market.event(Trade, instrument.streamer_symbol)["price"]
        if instrument.listed_market:
            found |= {
                "listed_market": instrument.listed_market,
                "lendability": "Easy To Borrow",
                "borrow_rate": "0.0",
            }
        if instrument.shares > 0:
            found["market_cap"] = round(instrument.shares * price)
        if reports_earnings(instrument):
            sector, industry = _SECTORS.get(instrument.symbol, _OTHER_SECTOR)
            found |= {
                "price_earnings_ratio": number_text(price / instrument.earnings_per_share, 5),
                "earnings_per_share": number_text(instrument.earnings_per_share, 5),
                "earnings": self._report(instrument, now),
                "sector": sector,
                "industry": industry,
            }
        return found

    def _report(self, instrument: Instrument, now: str) -> EarningsItem:
        today = self._today
        report = next_report(instrument, today)
        last = earnings(instrument, first=today - 2 * QUARTER, today=today)[0]
        return EarningsItem(
            visible=True,
            expected_report_date=report,
            estimated=True,
            late_flag=0,
            quarter_end_date=report.replace(day=1),
            actual_eps=number_text(last.eps) or "0.0",
            consensus_estimate=number_text(consensus(instrument), 2) or "0.0",
            updated_at=now,
        )


def _index(volatilities: list[float], now: str) -> dict[str, Any]:
    """The index, where it stands in its year, and its change."""
    current, before = volatilities[-1], volatilities[:-1] or volatilities
    rank = number_text(_rank(current, volatilities))
    week_ago = volatilities[-6] if len(volatilities) > 5 else volatilities[0]
    return {
        "implied_volatility_index": number_text(current),
        "implied_volatility_index_5_day_change": number_text(current - week_ago),
        "implied_volatility_index_rank": rank,
        "tos_implied_volatility_index_rank": rank,
        "tw_implied_volatility_index_rank": number_text(_rank(current, before)),
        "tos_implied_volatility_index_rank_updated_at": now,
        "implied_volatility_index_rank_source": "tos",
        "implied_volatility_percentile": number_text(sum(one < current for one in before) / len(before)),
        "implied_volatility_updated_at": now,
    }


def _rank(value: float, values: list[float]) -> float:
    """Where a value stands between the lowest and the highest, 0 to 1."""
    lowest, highest = min(values), max(values)
    return min(max((value - lowest) / (highest - lowest), 0.0), 1.0) if highest > lowest else 0.0


def _at_days(per_expiration: list[Expiration], today: date, days: int) -> float | None:
    """The volatility of the expiration nearest to so many days away."""
    if not per_expiration:
        return None
    return min(per_expiration, key=lambda one: abs((one[0] - today).days - days))[2]
