"""Completeness: is everything there or declared missing, and no more declared than is missing? (I1, I2)"""

from __future__ import annotations

from collections import Counter

from tests.chaos.books import LEAST_LAG_NS, Books, Hole
from tests.chaos.counting_market import CANDLE_SECONDS
from tests.chaos.evidence import SECOND, Done, Sent
from tests.chaos.verdict import Verdict, quantile

MOST_EXCESS = 1.0
"""Seconds by which a gap may be longer than what is missing."""
INSIDE_NS = SECOND // 5
CONFIRM_MARGIN_NS = SECOND // 5
"""A confirmation and what is generated at the same moment are not ordered more finely than this."""
SLOWING = frozenset({"slice", "latency", "bandwidth", "hold", "freeze", "server_stop", "client_stop"})
FEW_SYMBOLS = 20
"""A gap of fewer symbols is not measured: their events are further apart than the bound."""


def judge_sales(books: Books, verdict: Verdict) -> None:
    """Every sale generated while its symbol was wanted: got, or declared missing."""
    lost: list[str] = []
    for (name, symbol), window in books.windows.items():
        if name != "TimeAndSale":
            continue
        numbers = {row.number for row in books.got.get((name, symbol), [])}
        first = books.rhythm.count(symbol, name, _ms(window.from_ns + CONFIRM_MARGIN_NS)) + 1
        last = books.rhythm.count(symbol, name, _ms(window.to_ns))
        for number in range(first, last + 1):
            if number in numbers:
                verdict.counts.captured += 1
                continue
            at_ns = books.rhythm.time_ms(symbol, name, number) * 1_000_000
            if books.is_declared(name, symbol, number, at_ns):
                verdict.counts.missing_declared += 1
            else:
                lost.append(f"{name} {symbol} number {number} of {_clock(at_ns)}")
    verdict.counts.missing_undeclared += len(lost)
    verdict.find_all("I1", "a sale is missing without a gap that covers it", lost)


def judge_quotes(books: Books, quotes: list[Sent], verdict: Verdict) -> None:
    """Every quote that was written to a connection: got, or declared missing; none that was not."""
    sent = Counter((one.symbol, one.number) for one in quotes if books.life.started_ns <= one.at_ns)
    numbers = {
        symbol: {row.number for row in rows} for (name, symbol), rows in books.got.items() if name == "Quote"
    }
    lost: list[str] = []
    for one in quotes:
        window = books.windows.get(("Quote", one.symbol))
        if window is None or not window.from_ns + CONFIRM_MARGIN_NS < one.at_ns <= window.to_ns:
            continue
        if one.number in numbers.get(one.symbol, ()):
            verdict.counts.captured += 1
        elif books.is_declared("Quote", one.symbol, one.number, one.at_ns):
            verdict.counts.missing_declared += 1
        else:
            lost.append(f"Quote {one.symbol} number {one.number}, sent at {_clock(one.at_ns)}")
    verdict.counts.missing_undeclared += len(lost)
    verdict.find_all("I1", "a quote that was sent is missing without a gap that covers it", lost)
    _judge_multiplicity(books, sent, verdict)


def _judge_multiplicity(books: Books, sent: Counter[tuple[str, int]], verdict: Verdict) -> None:
    twice: list[str] = []
    never: list[str] = []
    for (name, symbol), rows in books.got.items():
        if name != "Quote":
            continue
        for number, times in Counter(row.number for row in rows).items():
            allowed = sent[symbol, number]
            if allowed == 0:
                never.append(f"Quote {symbol} number {number}")
            elif times > allowed:
                twice.append(f"Quote {symbol} number {number}: {times} times, sent {allowed} times")
    verdict.counts.duplicate += len(twice)
    verdict.counts.unexpected += len(never)
    verdict.find_all("I5", "a quote came more often than it was sent", twice)
    verdict.find_all("unexpected", "a quote came that was never sent", never)


def judge_candles(books: Books, verdict: Verdict) -> None:
    """The last version of every period that is over is its final one, unless a gap says otherwise."""
    wrong: list[str] = []
    period_ns = CANDLE_SECONDS * SECOND
    for (name, symbol), window in books.windows.items():
        if name != "Candle":
            continue
        first, last = -(-window.from_ns // period_ns), (window.to_ns - SECOND) // period_ns
        for period in range(first, last):
            start_ms, end_ms = period * CANDLE_SECONDS * 1000, (period + 1) * CANDLE_SECONDS * 1000 - 1
            final = books.rhythm.count(symbol, name, end_ms)
            if any(row.number == final for row in books.got.get((name, symbol), [])):
                verdict.counts.captured += 1
            elif books.is_declared(name, symbol, final, end_ms * 1_000_000):
                verdict.counts.missing_declared += 1
            else:
                wrong.append(f"{symbol} of {_clock(start_ms * 1_000_000)}")
    verdict.counts.missing_undeclared += len(wrong)
    verdict.find_all("I1", "the final version of a candle is missing", wrong)


def judge_gaps(books: Books, done: list[Done], verdict: Verdict) -> None:
    """Gaps that are not wider than what is missing. Without this one endless gap would pass everything."""
    inside: list[str] = []
    excess: list[float] = []
    for hole in books.holes["streams"].values():
        verdict.gaps += 1
        keys = [key for key in books.windows if key[0] != "Candle" and hole.concerns(*key)]
        if hole.is_healed or len(keys) < FEW_SYMBOLS:
            continue
        missing, captured_s = _measure(books, hole, keys)
        most = MOST_EXCESS + _slow_seconds(hole, done)
        if captured_s > most:
            inside.append(f"{_described(hole)}: {captured_s:.1f} s of it")
        if hole.line.to_ns is not None:
            length = (hole.line.to_ns - hole.line.from_ns) / SECOND
            span = (max(missing) - min(missing)) / SECOND if missing else 0.0
            excess.append(max(length - span - (most - MOST_EXCESS), 0.0))
    verdict.gap_excess += excess
    worst = quantile(excess, 0.99)
    if worst is not None and worst > MOST_EXCESS:
        over = sum(one > MOST_EXCESS for one in excess)
        verdict.find("I2", f"a gap is {worst:.2f} s longer than what is missing", over)
    verdict.find_all("I2", "sales were captured well inside a gap", inside)


def _slow_seconds(hole: Hole, done: list[Done]) -> float:
    """How long everything was held up within a gap: the server's word that it is over came so much later."""
    end_ns = hole.to_ns()
    overlaps = (
        min(fault.to_ns, end_ns) - max(fault.from_ns, hole.line.from_ns)
        for fault in done
        if fault.kind in SLOWING
    )
    return sum(max(overlap, 0) for overlap in overlaps) / SECOND


def _measure(books: Books, hole: Hole, keys: list[tuple[str, str]]) -> tuple[list[int], float]:
    """The times of what is missing in a gap, and how many seconds' worth of sales were captured inside it.

    What history has given back since is missing here: it is what the gap was for.
    """
    from_ns = hole.line.from_ns
    to_ns = books.end_ns if hole.line.to_ns is None else hole.line.to_ns
    begin_ms, end_ms = _ms(from_ns - books.lag_before(hole)), _ms(to_ns + LEAST_LAG_NS)
    missing: list[int] = []
    captured = symbols = 0
    for name, symbol in keys:
        numbers = {row.number for row in books.got.get((name, symbol), []) if not row.is_healing}
        count, time_ms = books.rhythm.count, books.rhythm.time_ms
        symbols += name == "TimeAndSale"
        for number in range(count(symbol, name, begin_ms) + 1, count(symbol, name, end_ms) + 1):
            at_ns = time_ms(symbol, name, number) * 1_000_000
            if number not in numbers:
                missing.append(at_ns)
            elif name == "TimeAndSale" and from_ns + INSIDE_NS < at_ns < to_ns - INSIDE_NS:
                captured += 1
    per_second = symbols * 1000 / books.rhythm.sale_ms
    return missing, captured / per_second if per_second else 0.0


def _described(hole: Hole) -> str:
    line = hole.line
    length = "without end" if line.to_ns is None else f"{(line.to_ns - line.from_ns) / SECOND:.2f} s"
    return f"gap {line.number} ({line.reason}, {length}) from {_clock(line.from_ns)}"


def _ms(ns: int) -> int:
    return ns // 1_000_000


def _clock(ns: int) -> str:
    """A moment as the second of its hour: runs are short."""
    return f"{ns / SECOND % 3600:.3f} s"
