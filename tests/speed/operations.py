"""Operations: what a piece of Python does, counted instead of timed. The same each time, on every machine.

Bytecode instructions count the work that Python does, calls how often it goes to C or to a function. What a
C function does inside is not seen: ``instructions.py`` counts that, where valgrind is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

TIMES = 4


class Operations(NamedTuple):
    """Bytecode instructions, and calls of functions in Python and C."""

    instructions: int
    calls: int

    def __sub__(self, other: Operations) -> Operations:
        return Operations(self.instructions - other.instructions, self.calls - other.calls)


def operations_of(act: Callable[[], object]) -> Operations:
    """What one call does at least: not what is done only the first time, or once a second."""
    act()
    return Operations(min(_instructions(act) for _ in range(TIMES)), min(_calls(act) for _ in range(TIMES)))


def _instructions(act: Callable[[], object]) -> int:
    count = 0

    def note(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def _calls(act: Callable[[], object]) -> int:
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count
