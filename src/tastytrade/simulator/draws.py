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


_MASK = (1 << 64) - 1


def salt_of(key: str) -> int:
    """64 bits for ``mixed``."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")


def mixed(salt: int, number: int) -> int:
    """64 bits that depend on a salt and a number: cheaper than a key where very many are needed.

    Source: the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
    """
    z = (salt + number * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)
