"""What an event costs in processor instructions, counted by callgrind: on a busy machine the same.

    .venv/bin/python -m tests.speed.instructions      a table; needs valgrind; takes five minutes

Each step runs twice in a process of its own, with few frames and with many; the difference is what frames
cost, without Python's start and imports. ``callgrind_annotate`` on the files it names says where they go.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.speed.scenario import Scenario

EVENTS_A_FRAME = 100
FEW, MANY = 10, 60
FOLDER = Path("build/bench/callgrind")
EVENT_TYPES = ("Quote", "TimeAndSale", "Candle")

Step = Callable[[str, list[bytes]], None]


def columns_of(event_type: str) -> tuple[str, ...]:
    from tastytrade.dxfeed import EVENT_CLASSES, field_names

    return tuple(field_names(EVENT_CLASSES[event_type]))


def parse(_event_type: str, frames: list[bytes]) -> None:
    """JSON alone."""
    from msgspec.json import Decoder

    decode = Decoder().decode
    for text in frames:
        decode(text)


def batches(event_type: str, frames: list[bytes]) -> None:
    """JSON, columns, and the proof that every value is what its field holds."""
    from tastytrade.dxlink.frame import Frame

    layout = {event_type: columns_of(event_type)}
    for text in frames:
        Frame([text], layout, channel=1, epoch=1, received_ns=0).decode()


def events(event_type: str, frames: list[bytes]) -> None:
    """The same, and an event of each row."""
    from tastytrade.dxlink.frame import Frame

    layout = {event_type: columns_of(event_type)}
    for text in frames:
        for batch in Frame([text], layout, channel=1, epoch=1, received_ns=0).decode().batches:
            for _ in batch:
                pass


def table(event_type: str, frames: list[bytes]) -> None:
    """The same as batches, and the rows of a polars table."""
    from tastytrade import TableBuilder
    from tastytrade.dxfeed import EVENT_CLASSES
    from tastytrade.dxlink.frame import Frame

    builder = TableBuilder(EVENT_CLASSES[event_type])
    layout = {event_type: columns_of(event_type)}
    for text in frames:
        for batch in Frame([text], layout, channel=1, epoch=1, received_ns=0).decode().batches:
            builder.append(batch)
    assert builder.table.height == len(frames) * EVENTS_A_FRAME


STEPS: dict[str, Step] = {step.__name__: step for step in (parse, batches, events, table)}


def frames_of(event_type: str, count: int) -> list[bytes]:
    """So many frames, the same each time."""
    from tests.speed.frames import texts

    scenario = Scenario(event_type, EVENTS_A_FRAME, 500, MANY * EVENTS_A_FRAME)
    return texts(scenario, {event_type: columns_of(event_type)}, {event_type: 1})[:count]


def instructions_of(step: str, event_type: str, count: int) -> int:
    """What a process takes for a step with so many frames."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    out = FOLDER / f"{event_type}-{step}-{count}.out"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable, "-m"]
    done = subprocess.run(
        [*command, "tests.speed.instructions", step, event_type, str(count)],
        env={**os.environ, "PYTHONHASHSEED": "0", "POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr  # callgrind says so in the end
    return int(found[1])


def main() -> None:
    if len(sys.argv) > 1:
        step, event_type, count = sys.argv[1:]
        frames = frames_of(event_type, MANY)  # made in full each time: what differs is what is done with them
        STEPS[step](event_type, frames[: int(count)])
        return
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed; it counts instructions (Debian's package of that name)")
    shown = Table("event type", *STEPS, title="processor instructions an event")
    cells = [(event_type, step) for event_type in EVENT_TYPES for step in STEPS]
    costs: dict[tuple[str, str], float] = {}
    for event_type, step in track(cells, "callgrind", console=Console(stderr=True)):
        few, many = (instructions_of(step, event_type, count) for count in (FEW, MANY))
        costs[event_type, step] = (many - few) / (MANY - FEW) / EVENTS_A_FRAME
    for event_type in EVENT_TYPES:
        shown.add_row(event_type, *(f"{costs[event_type, step]:,.0f}" for step in STEPS))
    Console().print(shown)


if __name__ == "__main__":
    main()
