"""What a report of an error could show: its text, and the local variables of every frame it came through."""

from __future__ import annotations

import traceback
from pathlib import Path

CANARY = "canary-7Zq"
TESTS = str(Path(__file__).parent)


def shown_by(error: BaseException) -> str:
    """All of it, also of the errors behind this one, but for the frames of tests."""
    shown = [str(error), repr(error)]
    behind: BaseException | None = error
    while behind is not None:
        frames = traceback.StackSummary.extract(
            (
                (frame, line)
                for frame, line in traceback.walk_tb(behind.__traceback__)
                if not frame.f_code.co_filename.startswith(TESTS)
            ),
            capture_locals=True,
        )
        shown += [*frames.format(), str(behind), repr(behind)]
        behind = behind.__cause__ or behind.__context__
    return "".join(shown)
