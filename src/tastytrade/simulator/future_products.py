"""The futures products the simulated market lists, with the terms of their contracts and options.

Terms are those CME, NYMEX and COMEX publish; how tastytrade words them was recorded for /ES and /MES
alone: clearing codes, product groups and rolls of the others are inferred. Volumes are those of a usual
day in early 2025, in contracts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Literal

from msgspec import Struct

from tastytrade.dxfeed.future_symbols import MONTHS
from tastytrade.simulator.instrument import Instrument, Ticks, listed
from tastytrade.simulator.surface import RATE
from tastytrade.simulator.trading_days import CLOSE, FRIDAY, OPEN

Terms = Literal["index", "crude oil", "gold"]
OptionCycle = Literal["quarterly", "monthly", "month end", "weekly"]

_QUARTERS = "HMUZ"
_GOLD_MONTHS = "GJMQVZ"
_PIT_CLOSE = time(14, 30)
_GOLD_CLOSE = time(13, 30)


class Roll(Struct, frozen=True, rename="kebab"):
    """When and how far positions roll; the shape recorded from the service."""

    active_count: int
    business_days_offset: int
    cash_settled: bool
    first_notice: bool
    name: str


class FutureOptionProduct(Struct, frozen=True, kw_only=True):
    """One root of options on a product's futures.

    cycle    quarterly: expires with its future; monthly: some days before it; weekly: on the ``week``-th
             ``weekday`` (Monday is 0) of a month; month end: on a month's last trading day
    """

    root: str
    cycle: OptionCycle
    expires: time
    clearing_code: str
    clearing_exchange_code: str
    weekday: int = FRIDAY
    week: int = 0

    @property
    def is_am_settled(self) -> bool:
        return self.expires == OPEN


class FutureProduct(Struct, frozen=True, kw_only=True):
    """One futures product.

    terms            which rules give the dates of its contracts
    leader, ratio    the listed instrument it follows, and index points of the future for a dollar of it
    spot             what it follows where nothing listed is: prices of its own
    carry            log return of a year by which later months are dearer
    near_months      so many of the next months are listed besides ``active_months``
    listed_number    contracts listed at once
    cycle_days       days for which a contract is the busiest
    multiplier       dollars of one point
    """

    code: str
    description: str
    terms: Terms
    active_months: str
    listed_months: str
    near_months: int = 0
    listed_number: int = 12
    exchange_code: str
    expires: time
    tick_size: float
    multiplier: float
    leader: str = ""
    ratio: float = 1.0
    spot: Instrument | None = None
    carry: float
    average_volume: float
    average_trades: int
    open_interest: int
    cycle_days: int
    strike_steps: tuple[tuple[float, float], ...]
    lowest_strike: float
    option_ticks: Ticks
    option_volume: float
    spread_tick: float
    market_sector: str
    product_group: str
    clearing_code: str
    clearing_exchange_code: str
    is_small: bool = False
    is_back_month_first: bool = False
    underlying: tuple[str, str] | None = None
    etf_equivalent: tuple[str, int] | None = None
    roll: Roll
    option_products: tuple[FutureOptionProduct, ...]

    @property
    def root_symbol(self) -> str:
        """Like ``/ES``."""
        return f"/{self.code}"

    @property
    def has_delivery(self) -> bool:
        return not self.roll.cash_settled


def _options(
    cycle: OptionCycle, roots: Iterable[str], expires: time, clearing: str, *, weekday: int = FRIDAY
) -> list[FutureOptionProduct]:
    """Products of one cycle; weekly roots count the weeks of a month. ``clearing``: the exchange's code."""
    return [
        FutureOptionProduct(
            root=root,
            cycle=cycle,
            expires=expires,
            clearing_code=root,
            clearing_exchange_code=clearing,
            weekday=weekday,
            week=week if cycle == "weekly" else 0,
        )
        for week, root in enumerate(roots, 1)
    ]


def _numbered(prefix: str, suffix: str = "") -> list[str]:
    return [f"{prefix}{week}{suffix}" for week in range(1, 6)]


def _index_options(code: str, month_end: str, fridays: str) -> list[FutureOptionProduct]:
    return [
        *_options("quarterly", [code], OPEN, "16"),
        *_options("month end", [month_end], CLOSE, "16"),
        *_options("weekly", _numbered(fridays), CLOSE, "16"),
    ]


_INDEX_TICKS: Ticks = ((5.0, 0.05), (20.0, 0.10), (100.0, 0.25), (None, 0.50))
_INDEX_ROLL = Roll(6, 4, cash_settled=True, first_notice=False, name="expanded_offering_equity_index")
_DAILY_LETTERS = "ABCD"
"""Monday to Thursday in the roots of weekly options: E1A is the first Monday's."""

FUTURE_PRODUCTS: tuple[FutureProduct, ...] = (
    FutureProduct(
        code="ES",
        description="E Mini S&P",
        terms="index",
        active_months=_QUARTERS,
        listed_months=_QUARTERS,
        exchange_code="XCME",
        expires=OPEN,
        tick_size=0.25,
        multiplier=50.0,
        leader="SPX",
        carry=RATE - 0.013,
        average_volume=1_400_000.0,
        average_trades=120_000,
        open_interest=2_050_000,
        cycle_days=91,
        strike_steps=((0.04, 5.0), (0.12, 25.0), (0.40, 100.0)),
        lowest_strike=100.0,
        option_ticks=_INDEX_TICKS,
        option_volume=30_000.0,
        spread_tick=0.05,
        market_sector="Equity Index",
        product_group="CME_ES",
        clearing_code="ES",
        clearing_exchange_code="16",
        is_back_month_first=True,
        underlying=("S&P 500 Index", "SPX"),
        etf_equivalent=("SPY", 500),
        roll=_INDEX_ROLL,
        option_products=(
            *_index_options("ES", "EW", "EW"),
            *(
                product
                for weekday, letter in enumerate(_DAILY_LETTERS)
                for product in _options("weekly", _numbered("E", letter), CLOSE, "9C", weekday=weekday)
            ),
        ),
    ),
    FutureProduct(
        code="MES",
        description="Micro E Mini S&P",
        terms="index",
        active_months=_QUARTERS,
        listed_months=_QUARTERS,
        listed_number=5,
        exchange_code="XCME",
        expires=OPEN,
        tick_size=0.25,
        multiplier=5.0,
        leader="SPX",
        carry=RATE - 0.013,
        average_volume=1_100_000.0,
        average_trades=150_000,
        open_interest=130_000,
        cycle_days=91,
        strike_steps=((0.03, 5.0), (0.10, 25.0), (0.40, 100.0)),
        lowest_strike=100.0,
        option_ticks=_INDEX_TICKS,
        option_volume=2_000.0,
        spread_tick=0.05,
        market_sector="Equity Index",
        product_group="CME_ES",
        clearing_code="MS",
        clearing_exchange_code="16",
        is_small=True,
        is_back_month_first=True,
        underlying=("S&P 500 Index", "SPX"),
        etf_equivalent=("SPY", 50),
        roll=Roll(3, 4, cash_settled=True, first_notice=False, name="equity_index"),
        option_products=tuple(_index_options("MES", "EX", "EX")),
    ),
    FutureProduct(
        code="NQ",
        description="E Mini NASDAQ",
        terms="index",
        active_months=_QUARTERS,
        listed_months=_QUARTERS,
        listed_number=8,
        exchange_code="XCME",
        expires=OPEN,
        tick_size=0.25,
        multiplier=20.0,
        leader="QQQ",
        ratio=41.12,
        carry=RATE - 0.006,
        average_volume=560_000.0,
        average_trades=100_000,
        open_interest=265_000,
        cycle_days=91,
        strike_steps=((0.03, 10.0), (0.10, 50.0), (0.40, 250.0)),
        lowest_strike=1_000.0,
        option_ticks=_INDEX_TICKS,
        option_volume=4_000.0,
        spread_tick=0.05,
        market_sector="Equity Index",
        product_group="CME_NQ",
        clearing_code="NQ",
        clearing_exchange_code="16",
        is_back_month_first=True,
        underlying=("NASDAQ 100 Index", "NDX"),
        etf_equivalent=("QQQ", 822),
        roll=_INDEX_ROLL,
        option_products=tuple(_index_options("NQ", "QNE", "QN")),
    ),
    FutureProduct(
        code="CL",
        description="Crude Oil",
        terms="crude oil",
        active_months=MONTHS,
        listed_months=MONTHS,
        listed_number=24,
        exchange_code="XNYM",
        expires=_PIT_CLOSE,
        tick_size=0.01,
        multiplier=1_000.0,
        spot=listed("Future", "CL", "Crude Oil", 76.4, 0.33, growth=0.01, average_volume=1e6),
        carry=-0.07,
        average_volume=330_000.0,
        average_trades=60_000,
        open_interest=310_000,
        cycle_days=30,
        strike_steps=((0.12, 0.5), (0.30, 1.0), (0.60, 5.0)),
        lowest_strike=5.0,
        option_ticks=((None, 0.01),),
        option_volume=8_000.0,
        spread_tick=0.01,
        market_sector="Energy",
        product_group="CME_CL",
        clearing_code="CL",
        clearing_exchange_code="07",
        roll=Roll(6, 5, cash_settled=False, first_notice=True, name="energy"),
        option_products=(
            *_options("monthly", ["LO"], _PIT_CLOSE, "07"),
            *_options("weekly", _numbered("LO"), _PIT_CLOSE, "07"),
        ),
    ),
    FutureProduct(
        code="GC",
        description="Gold",
        terms="gold",
        active_months=_GOLD_MONTHS,
        listed_months=MONTHS,
        near_months=3,
        listed_number=14,
        exchange_code="XCEC",
        expires=_GOLD_CLOSE,
        tick_size=0.10,
        multiplier=100.0,
        spot=listed("Future", "GC", "Gold", 2_680.0, 0.155, growth=0.05, average_volume=1e6),
        carry=0.046,
        average_volume=190_000.0,
        average_trades=60_000,
        open_interest=340_000,
        cycle_days=61,
        strike_steps=((0.06, 5.0), (0.18, 25.0), (0.50, 100.0)),
        lowest_strike=500.0,
        option_ticks=((None, 0.10),),
        option_volume=3_000.0,
        spread_tick=0.10,
        market_sector="Metals",
        product_group="CME_GC",
        clearing_code="GC",
        clearing_exchange_code="04",
        roll=Roll(6, 5, cash_settled=False, first_notice=True, name="metals"),
        option_products=(
            *_options("monthly", ["OG"], _GOLD_CLOSE, "04"),
            *_options("weekly", _numbered("OG"), _GOLD_CLOSE, "04"),
        ),
    ),
)
"""In the order in which the simulator gives them."""
