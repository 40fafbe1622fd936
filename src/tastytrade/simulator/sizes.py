"""Sizes of bids and offers, which flicker many times a second."""

from __future__ import annotations

from functools import lru_cache
from math import exp

from tastytrade.simulator.draws import normals

MOMENT_MS = 20
ROUND = 128
"""Moments after which a round of sizes begins anew."""

_FACTORS = tuple(round(64 * min(exp(0.8 * z), 12.0)) for z in normals("sizes", 2 * ROUND))
"""Sixty-fourths of the usual size, lognormal."""


@lru_cache(maxsize=1024)
def sizes_around(usual: int) -> tuple[tuple[float, float], ...]:
    """A round of bid and ask sizes around ``usual``, one pair a moment: whole numbers of 1 and more."""
    drawn = [float(1 + (usual * factor >> 6)) for factor in _FACTORS]
    return tuple(zip(drawn[:ROUND], drawn[ROUND:], strict=True))


def flicker(salt: int, now_ms: int, usual: int) -> tuple[float, float]:
    """Bid and ask size at a moment; who has another salt is at another place of the round."""
    return sizes_around(usual)[(now_ms // MOMENT_MS + salt) % ROUND]
