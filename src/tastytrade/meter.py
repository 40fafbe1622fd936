"""Measures of a live feed: how much comes a second, how late it is, and what waits for whom.

Times are arguments, in seconds of whatever clock the caller has; nothing here is asynchronous.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

from msgspec import Struct

from tastytrade.errors import ConfigurationError

LAG_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of a histogram's buckets in seconds, each included; one more bucket is for what is above."""
KEPT = 60
"""Seconds that a rate can look back."""


class Lags(Struct, frozen=True):
    """How late things were, in seconds.

    The quantiles are upper bounds of their buckets, at most ``max``: no more than so much. They and
    ``max`` are None when nothing was measured. ``counts`` has one number a bucket of LAG_BOUNDS, and
    then that of all later ones.
    """

    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    max: float | None = None
    counts: tuple[int, ...] = (0,) * (len(LAG_BOUNDS) + 1)


class ReaderStats(Struct, frozen=True):
    """What one reader has not read yet; ``oldest_s`` is the age of its oldest, 0.0 when nothing waits."""

    name: str
    waiting_frames: int
    waiting_bytes: int
    oldest_s: float
    delivered: int


class LoopStats(Struct, frozen=True):
    """How free the event loop was, in seconds.

    blocked_count    how often it was blocked for longer than the limit of who watches
    longest_s        the longest of these times, at least
    last_culprit     who did it last; "unknown" where nobody was seen, "" when nobody did it
    p99_s            99 of 100 heartbeats were no later; None before the first
    suspended_s      how long the whole process stood still: a stopped program, a machine asleep
    """

    blocked_count: int = 0
    longest_s: float = 0.0
    last_culprit: str = ""
    p99_s: float | None = None
    suspended_s: float = 0.0


class Stats(Struct, frozen=True):
    """A feed at one moment: rates of the last seconds, and lags since it was last reset."""

    frames_per_second: float
    bytes_per_second: float
    events_per_second: float
    lag: Lags
    readers: tuple[ReaderStats, ...] = ()
    loop: LoopStats = LoopStats()


class Rates:
    """How many a second, and how many bytes: counted second by second for the last 60 of them.

    ``count`` is made for being called once a frame, and costs a tenth of a microsecond or two.
    """

    __slots__ = ("_began", "_bytes", "_count", "_end", "_seconds")

    def __init__(self) -> None:
        self._count = 0
        self._bytes = 0
        self._end = float("-inf")
        """When the second that is being counted is over."""
        self._began: float | None = None
        self._seconds: deque[tuple[float, int, int]] = deque(maxlen=KEPT)
        """Earlier seconds that had something: when each was over, how many, how many bytes."""

    def count(self, number: int, size_bytes: int, now: float) -> None:
        """Count so many, of so many bytes, now. A clock that goes back counts for the present second."""
        if now >= self._end:
            self._turn(now)
        self._count += number
        self._bytes += size_bytes

    def per_second(self, now: float, over: float = 10.0) -> tuple[float, float]:
        """How many, and how many bytes, a second: the mean of the last ``over`` whole seconds (at most
        59) and the one that has begun; of what there is since the first when that is less."""
        if self._began is None:
            return (0.0, 0.0)
        # The second that has begun is counted too, and the first is a whole one.
        first = float(int(now) - int(min(over, KEPT - 1)))
        number, size_bytes = (self._count, self._bytes) if self._end > first else (0, 0)
        for end, earlier, earlier_bytes in self._seconds:
            if end > first:
                number += earlier
                size_bytes += earlier_bytes
        # The first second of all is not made a large rate by being short.
        elapsed = max(now - max(first, self._began), 1.0)
        return (number / elapsed, size_bytes / elapsed)

    def _turn(self, now: float) -> None:
        """Begin the second that ``now`` is in."""
        if self._began is None:
            self._began = now
        else:
            self._seconds.append((self._end, self._count, self._bytes))
        self._count = self._bytes = 0
        self._end = float(int(now) + 1)


class Histogram:
    """How often each lag occurred, in the buckets of LAG_BOUNDS; the largest is kept exactly."""

    __slots__ = ("_counts", "_max")

    def __init__(self) -> None:
        self._counts = [0] * (len(LAG_BOUNDS) + 1)
        self._max: float | None = None

    def add(self, seconds: float, count: int = 1) -> None:
        """Enter a lag, so many times. Below 0, as between two clocks, it counts for the first bucket."""
        self._counts[bisect_left(LAG_BOUNDS, seconds)] += count
        if self._max is None or seconds > self._max:
            self._max = seconds

    @property
    def counts(self) -> tuple[int, ...]:
        """One number a bucket, and the last for lags above all bounds."""
        return tuple(self._counts)

    @property
    def max(self) -> float | None:
        """The largest lag, None when there was none."""
        return self._max

    def quantile(self, q: float) -> float | None:
        """A lag that this share of all (0 to 1) did not exceed; None when there are none.

        It is the upper bound of a bucket, or the largest lag where that is less: too large by the width
        of a bucket at most, never too small. Raises ConfigurationError for a share that is none.
        """
        if not 0.0 <= q <= 1.0:
            raise ConfigurationError(f"a quantile is between 0 and 1, not {q}: 0.99 for 99 of 100")
        if self._max is None:
            return None
        wanted = q * sum(self._counts)
        so_far = 0
        for bound, count in zip(LAG_BOUNDS, self._counts, strict=False):
            so_far += count
            if count and so_far >= wanted:
                return min(bound, self._max)
        return self._max

    def merge(self, other: Histogram) -> None:
        """Add everything that another one has."""
        self._counts = [ours + theirs for ours, theirs in zip(self._counts, other._counts, strict=True)]
        if other._max is not None and (self._max is None or other._max > self._max):
            self._max = other._max

    def reset(self) -> None:
        """Forget everything."""
        self._counts = [0] * len(self._counts)
        self._max = None

    def lags(self) -> Lags:
        """What is known now, as a value that does not change any more."""
        return Lags(self.quantile(0.5), self.quantile(0.9), self.quantile(0.99), self._max, self.counts)
