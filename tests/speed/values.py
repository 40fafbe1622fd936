"""Values as a real feed has them, as JSON text: prices that walk, volumes with exponents, 64-bit indexes.

Doubles are written as the service writes them, with an exponent from 1E7 on and below 1E-3, and "NaN" where
real frames have it and every client that is measured still takes the event.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from decimal import Decimal

from tests.speed.scenario import symbols_of

POOL = 20_000
"""Different events of a type, at most; a longer stream begins again with the first."""
OPEN_MS = 1_795_530_600_000
"""2026-11-24 09:30 in New York."""
DAY_ID = 20_781
NAN = '"NaN"'

Row = dict[str, str]
"""Field -> JSON text of its value."""


def rows(event_type: str, symbols: int, count: int) -> list[Row]:
    """So many events of a type, the same each time; every symbol is among them where there are enough."""
    draw = random.Random(f"{event_type} {symbols}")
    names = symbols_of(event_type, symbols)
    prices = [round(draw.lognormvariate(4.5, 1.0) + 1, 2) for _ in names]
    order = [number % symbols for number in range(count)]
    draw.shuffle(order)
    found = []
    for number, place in enumerate(order):
        prices[place] = max(0.05, round(prices[place] + draw.choice((-0.02, -0.01, 0.0, 0.01, 0.02)), 2))
        row = {"eventSymbol": json.dumps(names[place]), "eventTime": "0"}
        found.append(row | _MAKERS[event_type](draw, number, prices[place]))
    return found


def double(value: float) -> str:
    """A double as the service writes it: 1.3743299E7, 9.1E-4, 100.0."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)  # it is a number
    first, *rest = map(str, digits)
    return f"{'-' * sign}{first}.{''.join(rest) or '0'}E{exponent + len(rest)}"


def _quote(draw: random.Random, number: int, price: float) -> Row:
    side_time = OPEN_MS + number
    return {
        "sequence": "0",
        "timeNanoPart": "0",
        "bidTime": str(side_time - draw.randrange(900)),
        "bidExchangeCode": json.dumps(draw.choice("QPZKX")),
        "bidPrice": double(price),
        "bidSize": NAN if draw.random() < 0.01 else double(float(draw.randrange(1, 400))),
        "askTime": str(side_time),
        "askExchangeCode": json.dumps(draw.choice("QPZKX")),
        "askPrice": double(round(price + 0.01 * draw.randrange(1, 9), 2)),
        "askSize": NAN if draw.random() < 0.01 else double(float(draw.randrange(1, 400))),
    }


def _trade(draw: random.Random, number: int, price: float) -> Row:
    volume = float(draw.randrange(20_000, 90_000_000))
    return {
        "time": str(OPEN_MS + number),
        "timeNanoPart": str(draw.randrange(1_000_000)),
        "sequence": str(number),
        "exchangeCode": json.dumps(draw.choice("QPZKX")),
        "price": double(price),
        "change": NAN if draw.random() < 0.02 else double(round(draw.uniform(-3, 3), 2)),
        "size": NAN if draw.random() < 0.02 else double(float(draw.randrange(1, 900))),
        "dayId": str(DAY_ID),
        "dayVolume": NAN if draw.random() < 0.02 else double(volume),
        "dayTurnover": NAN if draw.random() < 0.02 else double(round(volume * price, 2)),
        "tickDirection": json.dumps(draw.choice(("UP", "DOWN", "ZERO_UP", "ZERO_DOWN", "ZERO"))),
        "extendedTradingHours": "false",
    }


def _series(number: int) -> Row:
    """What events indexed by time begin with: the index holds seconds, milliseconds and a sequence."""
    time_ms, sequence = OPEN_MS + number // 4, number % 4
    index = (time_ms // 1000 << 32) + (time_ms % 1000 << 22) + sequence
    return {"eventFlags": "0", "index": str(index), "time": str(time_ms)}


def _greeks(draw: random.Random, number: int, price: float) -> Row:
    return _series(number) | {
        "sequence": str(number % 4),
        "price": double(price),
        "volatility": double(draw.uniform(0.1, 0.9)),
        "delta": double(draw.uniform(-1, 1)),
        "gamma": double(draw.uniform(1e-5, 0.01)),
        "theta": double(-draw.uniform(1e-4, 0.6)),
        "rho": double(draw.uniform(-0.02, 0.02)),
        "vega": double(draw.uniform(1e-3, 2)),
    }


def _time_and_sale(draw: random.Random, number: int, price: float) -> Row:
    return _series(number) | {
        "timeNanoPart": str(draw.randrange(1_000_000)),
        "sequence": str(number % 4),
        "exchangeCode": json.dumps(draw.choice("QPZKX")),
        "price": double(price),
        "size": double(float(draw.randrange(1, 900))),
        "bidPrice": double(round(price - 0.01, 2)),
        "askPrice": double(round(price + 0.01, 2)),
        "exchangeSaleConditions": json.dumps(draw.choice(("@", "@  I", "@F I", "@T"))),
        "tradeThroughExempt": '""',
        "aggressorSide": json.dumps(draw.choice(("BUY", "SELL", "UNDEFINED"))),
        "spreadLeg": "false",
        "extendedTradingHours": "false",
        "validTick": draw.choice(("true", "true", "true", "false")),
        "type": '"NEW"',
        "buyer": "null",
        "seller": "null",
    }


def _candle(draw: random.Random, number: int, price: float) -> Row:
    volume = float(draw.randrange(20_000, 90_000_000))
    span = round(draw.uniform(0.02, 1.5), 2)
    return _series(number) | {
        "sequence": str(number % 4),
        "count": str(draw.randrange(20, 90_000)),
        "open": double(price),
        "high": double(round(price + span, 2)),
        "low": double(max(0.01, round(price - span, 2))),
        "close": double(round(price + span / 2, 2)),
        "volume": double(volume),
        "vwap": double(price + span / 3),
        "bidVolume": double(float(round(volume * 0.45))),
        "askVolume": double(float(round(volume * 0.55))),
        "impVolatility": NAN if draw.random() < 0.5 else double(draw.uniform(0.1, 0.9)),
        "openInterest": NAN,
    }


_MAKERS: dict[str, Callable[[random.Random, int, float], Row]] = {
    "Quote": _quote,
    "Trade": _trade,
    "Greeks": _greeks,
    "TimeAndSale": _time_and_sale,
    "Candle": _candle,
}
