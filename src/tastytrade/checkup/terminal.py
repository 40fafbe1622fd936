"""What the terminal can show."""

from __future__ import annotations

import codecs
from collections.abc import Mapping

from msgspec import Struct

from tastytrade.checkup.finding import Diagnosis, Finding, fine, warned

NARROW = 80
"""Columns below which tables are folded."""


class Terminal(Struct, frozen=True):
    """What is known of stdout: whether it is a terminal, how wide, and how text is written to it."""

    is_terminal: bool
    columns: int
    encoding: str
    variables: Mapping[str, str] = {}


def terminal_finding(terminal: Terminal) -> Finding:
    """Colour, width and Unicode. What goes into a pipe or file has none of these faults."""
    is_unicode = _is_unicode(terminal.encoding)
    if not terminal.is_terminal:
        return fine("terminal", f"none: output goes to a pipe or file, in {terminal.encoding}")
    has_colour = not terminal.variables.get("NO_COLOR") and terminal.variables.get("TERM") != "dumb"
    colour = "colour" if has_colour else "no colour (NO_COLOR or TERM=dumb)"
    found = f"{terminal.columns} columns, {colour}, {terminal.encoding}"
    if not is_unicode:
        cause = f"text is written as {terminal.encoding}, which has no letters for lines and signs"
        fix = "export LANG=C.UTF-8 (on Windows: set PYTHONUTF8=1)"
        return warned("terminal", found, Diagnosis("no_unicode", cause, fix))
    if terminal.columns < NARROW:
        cause = f"tables are made for {NARROW} columns and more, and are folded here"
        fix = "make the window wider, or use --format json or ndjson"
        return warned("terminal", found, Diagnosis("narrow_terminal", cause, fix))
    return fine("terminal", found)


def _is_unicode(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name.startswith("utf")
    except LookupError:
        return False
