"""Dividends and earnings of a simulated company, past and to come: the same in every run.

Quarters are counted from a date of the company's own; amounts grow as the company does. No recording of
what the service knows about events further back exists; here they go back to the company's listing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import exp, isnan

from msgspec import Struct

from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.payloads import stable_id

QUARTER = timedelta(days=91)

_EPOCH = date(1970, 1, 1)
_CONSENSUS_STEPS = 11


class Dividend(Struct, frozen=True, rename="kebab"):
    """``amount`` in dollars a share."""

    occurred_date: date
    amount: float


class Earnings(Struct, frozen=True, rename="kebab"):
    """``eps`` in dollars a share and quarter."""

    occurred_date: date
    eps: float


def dividends(instrument: Instrument, last_paid: date) -> list[Dividend]:
    """Those up to the last one paid, newest first; empty for who pays none."""
    if not pays_dividends(instrument):
        return []
    amount = instrument.price * instrument.dividend_yield / instrument.dividend_frequency
    step = timedelta(days=round(365 / instrument.dividend_frequency))
    return [
        Dividend(day, round(amount * _shrunk(instrument, last_paid, day), 4))
        for day in _backward(last_paid, step, instrument.listed_since)
    ]


def earnings(instrument: Instrument, *, first: date, today: date) -> list[Earnings]:
    """The reports of a company from a date until today, newest first; empty for funds and the like."""
    if not reports_earnings(instrument):
        return []
    last = next_report(instrument, today) - QUARTER
    return [
        Earnings(day, round(instrument.earnings_per_share / 4 * _shrunk(instrument, today, day), 2))
        for day in _backward(last, QUARTER, max(first, instrument.listed_since))
    ]


def next_report(instrument: Instrument, today: date) -> date:
    """The day of the first report after today."""
    quarter = QUARTER.days
    passed = ((today - _EPOCH).days - stable_id(f"{instrument.symbol} earnings")) % quarter
    return today + timedelta(days=quarter - passed)


def consensus(instrument: Instrument) -> float:
    """What is expected of a quarter, dollars a share: off by up to a tenth."""
    step = stable_id(f"{instrument.symbol} consensus") % _CONSENSUS_STEPS - _CONSENSUS_STEPS // 2
    return instrument.earnings_per_share / 4 * (1 + step / 50)


def pays_dividends(instrument: Instrument) -> bool:
    return instrument.dividend_frequency > 0


def reports_earnings(instrument: Instrument) -> bool:
    return instrument.kind == "Equity" and not isnan(instrument.earnings_per_share)


def _backward(last: date, step: timedelta, first: date) -> Iterator[date]:
    day = last
    while day >= first:
        yield day
        day -= step


def _shrunk(instrument: Instrument, today: date, day: date) -> float:
    """What share of today's amounts there was on an earlier day."""
    return exp(-instrument.growth * (today - day).days / 365)
