"""Sizes of bids and offers, which flicker many times a second."""

from __future__ import annotations

from math import exp

from tastytrade.simulator.draws import normals

_MOMENT_MS = 20
_MASK = 1023
_FACTORS = tuple(round(64 * min(exp(0.8 * z), 12.0)) for z in normals("sizes", _MASK + 1))
"""Sixty-fourths of the usual size, lognormal."""


def flicker(salt: int, now_ms: int, usual: int) -> tuple[float, float]:
    """Bid and ask size at a moment around ``usual``: whole numbers of 1 and more, other ones 20 ms later."""
    place = now_ms // _MOMENT_MS + salt
    return (
        float(1 + (usual * _FACTORS[place & _MASK] >> 6)),
        float(1 + (usual * _FACTORS[(place >> 3) + salt & _MASK] >> 6)),
    )
