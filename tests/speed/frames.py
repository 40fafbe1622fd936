"""Frames: a scenario's FEED_DATA as WebSocket frames, made before any clock starts; and what they add up to.

A cycle of frames is sent again and again until a scenario's events are out. Of a paced scenario each Quote's
``askSize`` is the time it was sent: microseconds of CLOCK_MONOTONIC, and ``STAMP_BASE`` on top of that so
that it always has as many digits.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from typing import Any
from zlib import crc32

from tests.speed.scenario import Scenario
from tests.speed.values import POOL, Row, rows

STAMP_BASE = 10**12
STAMP_FIELD = "askSize"
_PLACEHOLDER = "0".join("1" * 7)  # 13 digits, as many as a stamp has
Columns = Mapping[str, Sequence[str]]
Channels = Mapping[str, int]
Sums = dict[str, dict[str, int]]
"""Event type -> column -> sum of its values' marks."""

cached_rows = lru_cache(maxsize=16)(rows)


@dataclass(frozen=True)
class Part:
    """The events of one frame: a type, and rows from ``start`` to ``stop`` of the type's pool."""

    event_type: str
    start: int
    stop: int


def pool_of(scenario: Scenario) -> int:
    """How many different events of each type a scenario has."""
    return min(POOL, scenario.events) if scenario.events else POOL


def parts(scenario: Scenario) -> list[Part]:
    """The frames of one cycle: as many as the pools of events are good for."""
    pool = pool_of(scenario)
    if pool % scenario.frame:
        raise ValueError(f"{pool} events are not frames of {scenario.frame}: choose a divisor")
    uses = Counter(scenario.order)
    patterns = min(pool // (scenario.frame * times) for times in uses.values())
    taken = Counter[str]()
    found = []
    for event_type in scenario.order * patterns:
        start = taken[event_type]
        taken[event_type] = stop = start + scenario.frame
        found.append(Part(event_type, start, stop))
    return found


def texts(scenario: Scenario, columns: Columns, channels: Channels) -> list[bytes]:
    """The FEED_DATA texts of one cycle."""
    pools = {
        event_type: cached_rows(event_type, scenario.symbols, pool_of(scenario))
        for event_type in scenario.types
    }
    if scenario.rate:
        pools = {name: [{**row, STAMP_FIELD: _PLACEHOLDER} for row in pool] for name, pool in pools.items()}
    write = _full if scenario.is_full else _compact
    return [
        write(part.event_type, pools[part.event_type][part.start : part.stop], columns, channels)
        for part in parts(scenario)
    ]


def stamped(frame: bytes, now_us: int) -> bytes:
    """A frame of a paced scenario with the time in the place for it."""
    return frame.replace(_PLACEHOLDER.encode(), b"%d" % (STAMP_BASE + now_us))


def framed(text: bytes) -> bytes:
    """A text as one unmasked WebSocket frame (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text


def _compact(event_type: str, pool: Iterable[Row], columns: Columns, channels: Channels) -> bytes:
    names = columns[event_type]
    given = {"eventType": f'"{event_type}"'}
    values = ",".join(",".join(row.get(name) or given[name] for name in names) for row in pool)
    data = f'["{event_type}",[{values}]]'
    return f'{{"type":"FEED_DATA","channel":{channels[event_type]},"data":{data}}}'.encode()


def _full(event_type: str, pool: Iterable[Row], columns: Columns, channels: Channels) -> bytes:
    del columns  # FULL objects name their fields: they have all there are
    objects = ",".join(
        f'{{"eventType":"{event_type}",' + ",".join(f'"{name}":{value}' for name, value in row.items()) + "}"
        for row in pool
    )
    return f'{{"type":"FEED_DATA","channel":{channels[event_type]},"data":[{objects}]}}'.encode()


# What the events add up to.


def mark(value: Any) -> int:
    """A number for a value, the same whoever decoded it: equal numbers, nan and "NaN" have equal marks."""
    if isinstance(value, float) and isnan(value):
        value = "NaN"
    if isinstance(value, bool) or value is None:
        text = json.dumps(value)
    elif isinstance(value, float | int):
        text = repr(float(value)) if abs(value) < 1 << 53 else repr(int(value))
    else:
        text = str(value)
    return crc32(text.encode())


def sums_of(columns: Iterable[tuple[str, str, Iterable[Any]]]) -> Sums:
    """The sums of (event type, column, values), in any order and any number of pieces."""
    sums: Sums = {}
    for event_type, name, values in columns:
        of_type = sums.setdefault(event_type, {})
        of_type[name] = of_type.get(name, 0) + sum(map(mark, values))
    return sums


def expected(scenario: Scenario, columns: Columns) -> Sums:
    """The sums of everything that a scenario sends, by json.loads. Of a scenario without stamps."""
    cycle = texts(scenario, columns, dict.fromkeys(scenario.types, 1))
    whole, rest = divmod(scenario.events // scenario.frame, len(cycle))

    def pieces() -> Iterator[tuple[str, str, Iterable[Any]]]:
        for number, text in enumerate(cycle):
            event_type, values = json.loads(text)["data"]
            names = columns[event_type]
            for place, name in enumerate(names):
                yield event_type, name, values[place :: len(names)] * (whole + (number < rest))

    return sums_of(pieces())
