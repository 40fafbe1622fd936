"""Random numbers that depend on a key alone, never on who asked first.

The key names what the number is for (``"1|SPX|738898"``); the same key gives the same numbers in every
process, so any moment of the market can be computed directly.
"""

from __future__ import annotations

from hashlib import blake2b
from math import cos, exp, log, pi, sin, sqrt
from random import Random
from struct import unpack

_UNIT = 2.0**-64


def uniforms(key: str) -> tuple[float, ...]:
    """Eight numbers in 0 (excluded) .. 1."""
    return tuple((word + 0.5) * _UNIT for word in unpack("<8Q", blake2b(key.encode()).digest()))


def uniform(key: str) -> float:
    """One number in 0 (excluded) .. 1."""
    return (int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little") + 0.5) * _UNIT


def normal_pair(first: float, second: float) -> tuple[float, float]:
    """Two independent standard normals from two uniforms (Box and Muller)."""
    radius = sqrt(-2.0 * log(first))
    angle = 2.0 * pi * second
    return radius * cos(angle), radius * sin(angle)


def normals(key: str, number: int) -> list[float]:
    """Standard normals."""
    gauss = Random(key).gauss  # noqa: S311  # a market to look at, nothing to keep secret
    return [gauss(0.0, 1.0) for _ in range(number)]


def random_of(key: str) -> Random:
    """A generator of its own for a key, where the number of draws is not known before."""
    return Random(key)  # noqa: S311  # likewise


def noisy(weights: list[float], noise: float, key: str) -> list[float]:
    """Weights, each times a lognormal factor whose logarithm deviates by ``noise``."""
    return [weight * exp(noise * z) for weight, z in zip(weights, normals(key, len(weights)), strict=True)]
