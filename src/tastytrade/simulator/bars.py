"""Bars, and their division into shorter bars that add up to them exactly.

Prices are whole ticks and volumes whole lots, so that sums and comparisons are exact; what a bar is
made of is decided from the top down: a day is drawn first, its parts are made to fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from math import exp, sqrt

from msgspec import Struct

MINIMUM_COUNT = 4
"""Trades a minute has at least: enough for an open, a high, a low and a close of their own."""


class Bar(Struct, frozen=True, gc=False):
    """Prices in ticks, ``volume`` in lots of which ``sold`` hit the bid and ``bought`` the ask,
    ``count`` trades, ``turnover`` in ticks times lots."""

    open: int
    high: int
    low: int
    close: int
    volume: int
    count: int
    turnover: int
    sold: int
    bought: int


def merge(bars: Iterable[Bar]) -> Bar | None:
    """The one bar that consecutive bars make, oldest first; None of none."""
    found = list(bars)
    if len(found) <= 1:
        return found[0] if found else None
    return Bar(
        found[0].open,
        max([bar.high for bar in found]),
        min([bar.low for bar in found]),
        found[-1].close,
        sum([bar.volume for bar in found]),
        sum([bar.count for bar in found]),
        sum([bar.turnover for bar in found]),
        sum([bar.sold for bar in found]),
        sum([bar.bought for bar in found]),
    )


def join(first: Bar | None, second: Bar | None) -> Bar | None:
    """``merge`` of two bars either of which may be missing."""
    if first is None or second is None:
        return second if first is None else first
    return merge((first, second))


def running(bars: Sequence[Bar]) -> list[Bar | None]:
    """What has happened before each bar: one bar more each time, None at first."""
    found: list[Bar | None] = [None]
    for bar in bars:
        found.append(join(found[-1], bar))
    return found


def shares(total: int, weights: Sequence[float], *, minimum: int = 0) -> list[int]:
    """``total`` in proportion to weights, in whole numbers that sum to it and are not below ``minimum``."""
    free = total - minimum * len(weights)
    factor = free / sum(weights)
    bounds = [round(factor * bound) for bound in accumulate(weights, initial=0.0)]
    bounds[-1] = free
    return [minimum + after - before for before, after in pairwise(bounds)]


def walk(bar: Bar, steps: Sequence[float]) -> list[float]:
    """A path in ticks from a bar's open to its close in ``len(steps)`` steps, inside its high and low.

    A Brownian bridge of the steps, bent so that its mean is near the bar's average price and stretched
    so that its extremes come near the bar's.
    """
    number = len(steps)
    scale = (bar.high - bar.low) / (1.6 * sqrt(number))
    levels = list(accumulate(steps, initial=0.0))
    slope = (bar.close - bar.open - scale * levels[-1]) / number
    path = [bar.open + scale * level + slope * i for i, level in enumerate(levels)]
    # 4x(1-x) has the mean 2/3.
    bend = 6.0 * (bar.turnover / bar.volume - sum(path) / (number + 1)) / (number * number)
    path = [level + bend * i * (number - i) for i, level in enumerate(path)]
    top, bottom = max(bar.open, bar.close), min(bar.open, bar.close)
    above, below = max(path) - top, bottom - min(path)
    stretch_up = 0.96 * (bar.high - top) / above if above > 0 else 0.0
    stretch_down = 0.96 * (bottom - bar.low) / below if below > 0 else 0.0
    return [
        top + (level - top) * stretch_up
        if level > top
        else bottom - (bottom - level) * stretch_down
        if level < bottom
        else level
        for level in path
    ]


def _tilted(weights: Sequence[float], levels: Sequence[float], target: float, reach: float) -> list[float]:
    """Weights bent exponentially along the levels until their average level is the target."""
    offsets = [(level - target) / reach for level in levels]
    tilt = 0.0
    bent = list(weights)
    for _ in range(6):
        lean = sum([weight * offset for weight, offset in zip(bent, offsets, strict=True)])
        if abs(lean) < 1e-4 * sum(bent):
            break
        spread = sum([weight * offset * offset for weight, offset in zip(bent, offsets, strict=True)])
        tilt -= max(-4.0, min(4.0, lean / spread))
        bent = [weight * exp(tilt * offset) for weight, offset in zip(weights, offsets, strict=True)]
    return bent


def _settled(turnovers: list[int], limits: list[int], total: int) -> list[int]:
    """Turnovers moved towards their limits, in proportion, until they sum to ``total``."""
    missing = total - sum(turnovers)
    rooms = [limit - turnover for limit, turnover in zip(limits, turnovers, strict=True)]
    room = sum(rooms)
    if room:
        part = min(1.0, missing / room)
        turnovers = [turnover + round(part * free) for turnover, free in zip(turnovers, rooms, strict=True)]
    # What rounding has left is a few ticks times lots: one child takes it all.
    missing = total - sum(turnovers)
    widest = max(range(len(limits)), key=lambda i: abs(limits[i] - turnovers[i]))
    turnovers[widest] += missing
    return turnovers


def split(
    bar: Bar, steps: Sequence[float], *, weights: Sequence[float], wicks: Sequence[float], minutes: int
) -> list[Bar]:
    """A bar as ``len(steps)`` consecutive shorter bars of ``minutes`` minutes whose merge is exactly the bar.

    ``steps`` are standard normals that shape the path, ``weights`` say where the volume falls, ``wicks``
    (two a child, 0 or above) how far a child's extremes reach beyond its open and close.
    """
    number = len(steps)
    path = [round(level) for level in walk(bar, steps)]
    path[0], path[-1] = bar.open, bar.close
    wick = 0.35 * (bar.high - bar.low) / sqrt(number)
    highs = [max(pair) for pair in pairwise(path)]
    lows = [min(pair) for pair in pairwise(path)]
    peak, trough = highs.index(max(highs)), lows.index(min(lows))
    highs = [min(bar.high, round(high + wick * wicks[2 * i])) for i, high in enumerate(highs)]
    lows = [max(bar.low, round(low - wick * wicks[2 * i + 1])) for i, low in enumerate(lows)]
    highs[peak], lows[trough] = bar.high, bar.low
    return filled(bar, path, highs, lows, weights=weights, minutes=minutes)


def filled(
    bar: Bar,
    path: Sequence[int],
    highs: Sequence[int],
    lows: Sequence[int],
    *,
    weights: Sequence[float],
    minutes: int,
) -> list[Bar]:
    """Bars of given prices, with what the whole ``bar`` traded divided among them.

    ``path`` has each child's open and the last one's close; extremes are inside the bar's.
    """
    number = len(highs)
    counts = shares(bar.count, weights, minimum=MINIMUM_COUNT * minutes)
    middles = [(highs[i] + lows[i] + path[i] + path[i + 1]) / 4 for i in range(number)]
    if bar.high > bar.low:
        weights = _tilted(weights, middles, bar.turnover / bar.volume, bar.high - bar.low)
    free = shares(bar.volume - bar.count, weights)
    volumes = [count + volume for count, volume in zip(counts, free, strict=True)]
    turnovers = [round(volume * middle) for volume, middle in zip(volumes, middles, strict=True)]
    limits = highs if sum(turnovers) < bar.turnover else lows
    ends = [volume * limit for volume, limit in zip(volumes, limits, strict=True)]
    turnovers = _settled(turnovers, ends, bar.turnover)
    sold, bought = shares(bar.sold, volumes), shares(bar.bought, volumes)
    return [
        Bar(path[i], highs[i], lows[i], path[i + 1], volumes[i], counts[i], turnovers[i], sold[i], bought[i])
        for i in range(number)
    ]
