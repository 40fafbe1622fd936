"""Arms: the clients that are measured, and what each can take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.speed.environments import JAVASCRIPT, OURS
from tests.speed.scenario import MIXED, TYPES, Scenario

FLOOR = "bare picows"
BARE = "bare websockets"
EVENTS = "ours, events"
BATCHES = "ours, batches"
TABLES = "ours, polars"
LATEST = "ours, latest rows"
TASTYWARE = "tastyware"
TASTYWARE_TABLES = "tastyware, polars"
OFFICIAL = "official SDK"
OFFICIAL_TABLES = "official SDK, polars"
SCRIPT = "dxFeed JavaScript"
DECODE_FLOOR = "decode: orjson.loads"
DECODE_EVENTS = "decode: ours, events"
DECODE_BATCHES = "decode: ours, batches"
DECODE_TASTYWARE = "decode: tastyware"


@dataclass(frozen=True)
class Arm:
    """A client and one way to read with it.

    program      the module, or script, that is run in its ``environment``
    mode         which of the program's ways
    frame_us, event_us  what a frame and an event cost it, about; says how many make a good measurement
    types        event types it knows
    max_frame    events a frame that it survives
    warm         events before the clock starts
    description  what it is, for the report
    """

    name: str
    environment: str
    program: str
    mode: str
    frame_us: float
    event_us: float
    description: str
    types: Iterable[str] = (*TYPES, MIXED)
    max_frame: int = 1 << 20
    is_full: bool = False
    warm: int = 0

    def takes(self, scenario: Scenario) -> bool:
        """Whether it can be given a scenario at all."""
        return scenario.kind in self.types and scenario.frame <= self.max_frame

    def events_in(self, seconds: float, frame: int) -> int:
        """How many events it takes in about so much CPU time, in whole frames."""
        cost = self.frame_us / frame + self.event_us
        return max(3, round(seconds * 1e6 / cost / frame)) * frame


OFFICIAL_TYPES = ("Quote", "Candle", "Greeks")
"""The official SDK knows these three."""
LARGEST_FOR_TASTYWARE = 500
"""A text over 64 KiB ends tastyware's connection."""

_ARMS = (
    Arm(FLOOR, "floor", "tests.speed.arms_bare", "picows", 1.5, 0.4,
        "picows on uvloop, orjson.loads, nothing else: the floor F"),
    Arm(BARE, "floor", "tests.speed.arms_bare", "websockets", 7, 0.5,
        "websockets on asyncio, orjson.loads, nothing else"),
    Arm(EVENTS, OURS, "tests.speed.arms_ours", "events", 4, 1.5, "async for event in s, a Subscription"),
    Arm(BATCHES, OURS, "tests.speed.arms_ours", "batches", 4, 1.2, "async for batch in s.batches()"),
    Arm(TABLES, OURS, "tests.speed.arms_ours", "tables", 6, 1.8, "TableBuilder keeping all rows, and it"),
    Arm(LATEST, OURS, "tests.speed.arms_ours", "latest", 4, 1.6, "TableBuilder(latest=True) and its table"),
    Arm(TASTYWARE, "tastyware", "tests.speed.arm_tastyware", "events", 150, 22,
        "async for event in streamer.listen()", max_frame=LARGEST_FOR_TASTYWARE),
    Arm(TASTYWARE_TABLES, "tastyware", "tests.speed.arm_tastyware", "tables", 150, 32,
        "pl.DataFrame of model_dump(), 10,000 rows each", TYPES, LARGEST_FOR_TASTYWARE),
    Arm(OFFICIAL, "official", "tests.speed.arm_official", "events", 30, 4,
        "a callback for each dict, FULL format", OFFICIAL_TYPES, is_full=True),
    Arm(OFFICIAL_TABLES, "official", "tests.speed.arm_official", "tables", 32, 7,
        "pl.DataFrame of dicts, 10,000 rows each, FULL format", OFFICIAL_TYPES, is_full=True),
    Arm(SCRIPT, JAVASCRIPT, "client.mjs", "events", 3, 1.5,
        "a listener for arrays of objects, node, JIT warmed with 60,000 events", warm=60_000),
    Arm(DECODE_FLOOR, "floor", "tests.speed.decode", "floor", 1, 0.4, "orjson.loads, no socket"),
    Arm(DECODE_EVENTS, OURS, "tests.speed.decode", "events", 3, 1.2, "Frame.decode, its events, no socket"),
    Arm(DECODE_BATCHES, OURS, "tests.speed.decode", "batches", 3, 0.9, "Frame.decode, no socket"),
    Arm(DECODE_TASTYWARE, "tastyware", "tests.speed.decode", "tastyware", 10, 20,
        "json.loads and from_stream, no socket"),
)  # fmt: skip
ARMS = {arm.name: arm for arm in _ARMS}
