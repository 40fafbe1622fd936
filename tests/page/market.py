"""A market made of arithmetic, as messages of the page's server: the same numbers every time."""

from __future__ import annotations

import math
from typing import Any

Message = dict[str, Any]

AT_MS = 1_767_623_400_000
"""2026-01-05, 09:30 in New York."""
SPOT = 6_812.37
SIDE = [
    ("streamer_symbol", "Symbol", "text"),
    ("openInterest", "Open int", "size"),
    ("dayVolume", "Volume", "size"),
    ("volatility", "IV", "percent"),
    ("delta", "Delta", "greek"),
    ("gamma", "Gamma", "greek"),
    ("theta", "Theta", "greek"),
    ("vega", "Vega", "greek"),
    ("price", "Last", "price"),
    ("bidSize", "Bid size", "size"),
    ("bidPrice", "Bid", "price"),
    ("askPrice", "Ask", "price"),
    ("askSize", "Ask size", "size"),
    ("quote_age", "Quote age", "age"),
    ("greeks_age", "Greeks age", "age"),
]
CHAIN_COLUMNS = [
    *({"name": f"call_{name}", "label": f"Call {label}", "kind": kind} for name, label, kind in SIDE),
    {"name": "strike_price", "label": "Strike", "kind": "strike"},
    *({"name": f"put_{name}", "label": f"Put {label}", "kind": kind} for name, label, kind in SIDE),
]
CHAIN_NAMES = [column["name"] for column in CHAIN_COLUMNS]
QUOTE_COLUMNS = [
    {"name": "symbol", "label": "Symbol", "kind": "text"},
    {"name": "last", "label": "Last", "kind": "price"},
    {"name": "change", "label": "Change", "kind": "price"},
    {"name": "bid", "label": "Bid", "kind": "price"},
    {"name": "ask", "label": "Ask", "kind": "price"},
    {"name": "volume", "label": "Volume", "kind": "size"},
    {"name": "quote_age", "label": "Quote age", "kind": "age"},
    {"name": "description", "label": "Description", "kind": "text"},
]
EXPIRATIONS = [["2026-01-05", "SPXW", 0], ["2026-01-06", "SPXW", 1], ["2026-01-16", "SPX", 11]]


def hello(**changes: Any) -> Message:
    said: Message = {
        "t": "hello",
        "version": "0.1.0",
        "title": "tastytrade market data",
        "origin": "live",
        "level": "simulated",
        "underlyings": ["SPX", "SPY"],
        "symbols": ["AAPL", "/ESH26"],
        "replay": None,
        "now_ms": AT_MS,
    }
    return {**said, **changes}


def option(strike: float, side: str, turn: int) -> list[Any]:
    """One side of one row; ``turn`` moves some of its numbers."""
    away = (strike - SPOT) / 60
    delta = 1 / (1 + math.exp(1.7 * away))
    value = max(0.05, round((max(0.0, SPOT - strike) + 22 * math.exp(-(away**2) / 2)) * 20) / 20)
    if side == "put":
        delta -= 1
        value = max(0.05, round((max(0.0, strike - SPOT) + 22 * math.exp(-(away**2) / 2)) * 20) / 20)
    number = int(strike)
    bid = round(value + 0.05 * (turn * number % 7 - 3), 2) if turn else value
    received = AT_MS - (90_000 if number % 45 == 0 else 400 + number % 9 * 300)
    return [
        f".SPXW260105{side[0].upper()}{number}",
        number * 7 % 9_000,
        number * 13 % 4_000 + turn,
        round(0.14 + 0.012 * away**2 - 0.01 * away, 4),
        round(delta, 4),
        round(0.008 * math.exp(-(away**2)), 6),
        round(-4.2 * math.exp(-(away**2)), 3),
        round(2.9 * math.exp(-(away**2)), 3),
        value,
        number % 80 + 1,
        bid,
        round(bid + 0.2, 2),
        number % 60 + 1,
        received,
        received,
    ]


def chain_row(strike: float, turn: int = 0) -> list[Any]:
    return [*option(strike, "call", turn), strike, *option(strike, "put", turn)]


def chain(rows: int = 41, args: Message | None = None) -> Message:
    """A chain table with so many strikes around the money."""
    first = 6_810.0 - rows // 2 * 5
    return {
        "t": "table",
        "panel": "chain",
        "args": args or {},
        "columns": CHAIN_COLUMNS,
        "key": "strike_price",
        "rows": [chain_row(first + 5 * number) for number in range(rows)],
        "meta": chain_meta(),
    }


def chain_meta(spot: float = SPOT) -> Message:
    return {
        "underlying": "SPX",
        "spot": spot,
        "at_ms": AT_MS,
        "expiration": "2026-01-05",
        "root": "SPXW",
        "dte": 0,
        "centre": 6_810.0,
        "expirations": EXPIRATIONS,
    }


def quotes(symbols: list[str]) -> Message:
    rows = []
    for number, symbol in enumerate(symbols):
        last = round(6_812.37 / (number + 1), 2)
        row = [symbol, last, round(3.25 - 2.5 * number, 2), last - 0.05, last + 0.05, 120_345 * (number + 1)]
        rows.append([*row, AT_MS - 200 * number, "S&P 500 Index" if symbol == "SPX" else None])
    return {
        "t": "table",
        "panel": "quotes",
        "args": {"symbols": symbols},
        "columns": QUOTE_COLUMNS,
        "key": "symbol",
        "rows": rows,
        "meta": {"at_ms": AT_MS},
    }


def bars(count: int = 160, symbol: str = "SPX", period: str = "5m") -> Message:
    made: list[list[Any]] = []
    close = SPOT
    for number in range(count):
        start = round(close, 2)
        close = start + 9 * math.sin(number * 0.7) + 4 * math.sin(number * 2.3)
        high, low = max(start, close) + 2.5, min(start, close) - 3.25
        lost = 45 if number == count - 30 else 0
        time = AT_MS // 1000 - (count - number) * 300
        whole = [start, round(high, 2), round(low, 2), round(close, 2), 900 + number * 37 % 1_400, lost]
        made.append([time, *(whole if number != count - 29 else [None] * 5 + [300])])
    return {
        "t": "bars", "panel": "candles", "symbol": symbol, "period": period, "bars": made, "whole": True,
    }  # fmt: skip


def smile() -> Message:
    strikes = [6_610.0 + 5 * number for number in range(81)]
    distances = [(strike - SPOT) / 60 for strike in strikes]
    calls = [round(0.141 + 0.012 * away**2 - 0.01 * away, 4) for away in distances]
    puts = [round(0.139 + 0.0125 * away**2 - 0.01 * away, 4) for away in distances]
    best = [puts[place] if strike < SPOT else calls[place] for place, strike in enumerate(strikes)]
    series = [
        {"name": name, "x": strikes, "y": values}
        for name, values in {"smile": best, "calls": calls, "puts": puts}.items()
    ]
    marks = [{"name": "spot", "x": SPOT}, {"name": "forward", "x": 6_815.1}]
    meta = {"underlying": "SPX", "expiration": "2026-01-05", "spot": SPOT, "at_ms": AT_MS}
    return curves("smile", ("strike", "implied volatility"), series, marks, meta)


def term() -> Message:
    days = [0, 1, 4, 11, 25, 46, 74]
    series = [
        {"name": "volatility", "x": days, "y": [0.118, 0.124, 0.131, 0.137, 0.146, 0.152, 0.158]},
        {"name": "expected move", "x": days, "y": [31.0, 48.5, 92.0, 161.3, 255.0, 350.2, 448.9]},
        {"name": "forward", "x": days, "y": [6_812.4, 6_813.0, 6_815.1, 6_820.2, 6_830.0, 6_845.5, 6_866.3]},
    ]
    return curves("term", ("days to expiration", "implied volatility"), series, [], {"underlying": "SPX"})


def exposure(what: str = "gamma") -> Message:
    strikes = [6_710.0 + 5 * number for number in range(41)]
    calls = [round(9.1e8 * math.exp(-(((strike - 6_840) / 38) ** 2)), 0) for strike in strikes]
    puts = [round(-8.2e8 * math.exp(-(((strike - 6_780) / 35) ** 2)), 0) for strike in strikes]
    series = [
        {"name": "calls", "x": strikes, "y": calls},
        {"name": "puts", "x": strikes, "y": puts},
        {"name": "total", "x": strikes, "y": [one + other for one, other in zip(calls, puts, strict=True)]},
    ]
    marks = [{"name": "spot", "x": SPOT}, {"name": "flip", "x": 6_806.2}]
    meta = {"underlying": "SPX", "expiration": "2026-01-05", "at_ms": AT_MS, "what": what}
    return curves("exposure", ("strike", "$ of delta a 1 % move"), series, marks, meta)


def curves(
    panel: str, axes: tuple[str, str], series: list[Message], marks: list[Message], meta: Message
) -> Message:
    x, y = axes
    return {"t": "curves", "panel": panel, "x": x, "y": y, "series": series, "marks": marks, "meta": meta}


def prints(count: int = 60, symbol: str = "SPX") -> Message:
    rows = [
        [
            AT_MS - (count - number) * 731,
            symbol,
            round(SPOT + math.sin(number) * 3, 2),
            number * 7 % 40 + 1,
            ("BUY", "SELL", None)[number % 3],
            "CQX"[number % 3],
            "" if number % 4 else "@ TI",
        ]
        for number in range(count)
    ]
    return {"t": "prints", "panel": "prints", "rows": rows, "dropped": 0, "whole": True}


def gap(number: int, from_ms: int, to_ms: int, healed_rows: int) -> Message:
    return {
        "number": number,
        "reason": "disconnect",
        "types": ["Quote", "Greeks"],
        "symbols": 410,
        "from_ms": from_ms,
        "to_ms": to_ms,
        "healed": healed_rows > 0,
        "healed_rows": healed_rows,
    }


def health(**changes: Any) -> Message:
    counts = {1: 120, 2: 900, 5: 4_200, 10: 1_900, 20: 310, 50: 21, 100: 2, None: 0}
    reader = {"name": "dashboard", "waiting_frames": 2, "waiting_bytes": 8_120, "oldest_s": 0.04}
    said: Message = {
        "t": "health",
        "state": "live",
        "reason": "everything wanted is subscribed",
        "since_ms": AT_MS - 600_000,
        "level": "simulated",
        "frames_s": 41.5,
        "events_s": 5_120,
        "bytes_s": 310_000,
        "lag": {"p50": 3.2, "p99": 18.4, "max": 61.0},
        "lag_histogram": [list(pair) for pair in counts.items()],
        "gaps": [
            gap(1, AT_MS - 240_000, AT_MS - 231_000, 1_204),
            gap(2, AT_MS - 60_000, AT_MS - 52_500, 0),
        ],
        "ledger": {
            "received": {"Quote": 812_004, "Greeks": 90_211, "Trade": 12_020},
            "readable": {"Quote": 812_004, "Greeks": 90_210, "Trade": 12_020},
            "quarantined": {"Greeks": 1},
            "unclaimed": 0,
            "balance": 0,
        },
        "readers": [{**reader, "delivered": 914_233}],
        "page": {"clients": 2, "conflated": 120_331},
    }
    return {**said, **changes}


def replayed(**changes: Any) -> Message:
    """What hello says of a replay: the day's session, with two gaps in it."""
    hour = 3_600_000
    said: Message = {
        "first_ms": AT_MS,
        "last_ms": AT_MS + 6 * hour,
        "speed": 1,
        "paused": False,
        "gaps": [
            [AT_MS + hour, AT_MS + hour + 240_000, "disconnect", ["Quote"]],
            [AT_MS + 4 * hour, AT_MS + 4 * hour + 1_200_000, "stall", ["Quote", "Trade"]],
        ],
    }
    return {**said, **changes}
