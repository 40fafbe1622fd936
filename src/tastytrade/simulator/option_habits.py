"""How busy an option is, how wide its market stands, and on which grid: fixed when it is listed."""

from __future__ import annotations

from datetime import date
from math import ceil, exp, floor, log, sqrt

from msgspec import Struct

from tastytrade.simulator.draws import mixed, salt_of
from tastytrade.simulator.future_options import ListedFutureOption
from tastytrade.simulator.instrument import Instrument, Ticks
from tastytrade.simulator.option_series import ListedOption

SESSION_MS = 23_400_000
_SHORTEST_INTERVAL_MS = 4_000
_LONGEST_INTERVAL_MS = 3_900_000
_NICKEL = 1e-9


class OptionHabits(Struct, frozen=True):
    """What does not change while an option lives.

    quote_ms, greeks_ms    time between two quotes (500 at least), two greeks
    trade_ms, trade_size   usual time between two trades, and their usual size in contracts
    open_interest          contracts
    width                  a market is ``width`` times the square root of the price wide, in dollars
    ticks                  grid of prices, as in Instrument
    quote_size             contracts usually bid or offered for an option worth a dollar
    """

    quote_ms: int
    greeks_ms: int
    trade_ms: int
    trade_size: int
    open_interest: int
    width: float
    ticks: Ticks
    quote_size: float


def _width_of(instrument: Instrument) -> float:
    if instrument.is_index:
        return 0.066
    if instrument.option_volume >= 20_000:
        return 0.022
    return 0.06 if instrument.option_volume >= 1_000 else 0.12


def habits_of(
    option: ListedOption | ListedFutureOption,
    instrument: Instrument,
    today: date,
    *,
    session_ms: int = SESSION_MS,
) -> OptionHabits:
    """The habits of an option; the closer to the money and to its expiration, the busier it is.

    ``session_ms`` is how long a day of it trades.
    """
    days = max((option.expiration - today).days, 1)
    deviation = instrument.volatility * sqrt(days / 365.0)
    distance = log(float(option.strike) / instrument.price) / deviation
    activity = exp(-0.25 * distance * distance) / (1.0 + days / 20.0)
    salt = salt_of(f"{option.streamer_symbol}|habits")
    draws = [0.5 + (mixed(salt, number) % 1000) / 1000 for number in range(5)]
    volume = max(instrument.option_volume * activity * draws[0], 6.0)
    trade_size = 1 + round(volume**0.25 * draws[1])
    trade_ms = round(session_ms * trade_size / volume)
    return OptionHabits(
        quote_ms=round(min(max(900.0 * draws[2] / max(activity, 0.05) ** 0.7, 500.0), 12_000.0)),
        greeks_ms=round(10_000 * (0.5 + draws[3])),
        trade_ms=min(max(trade_ms, _SHORTEST_INTERVAL_MS), _LONGEST_INTERVAL_MS),
        trade_size=trade_size,
        open_interest=round(volume * 0.6 * draws[4]),
        width=_width_of(instrument) * (1.0 + 0.1 * min(abs(distance), 8.0)) * (1.0 + days / 400.0),
        ticks=instrument.option_ticks,
        quote_size=60.0 if instrument.is_index else 120.0,
    )


def tick_at(ticks: Ticks, price: float) -> float:
    """The grid's step at a price, in dollars."""
    for threshold, tick in ticks:
        if threshold is None or price < threshold:
            return tick
    return ticks[-1][1]


def market_around(price: float, habits: OptionHabits) -> tuple[float, float]:
    """Bid and ask around a theoretical price, on the grid; the bid is 0.0 where nobody would pay a tick."""
    half = 0.5 * habits.width * sqrt(price)
    ticks = habits.ticks
    bid_tick = tick_at(ticks, price - half)
    bid = floor((price - half) / bid_tick + _NICKEL) * bid_tick if price - half > bid_tick else 0.0
    ask_tick = tick_at(ticks, price + half)
    ask = max(ceil((price + half) / ask_tick - _NICKEL), 1) * ask_tick
    if ask <= bid:
        ask = bid + ask_tick
    return round(bid, 2), round(ask, 2)
