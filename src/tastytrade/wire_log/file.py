"""File: one file of a wire log while it is being written."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

DAY_NS = 86_400 * 10**9
SUFFIX = ".jsonl.gz"

_NAME = re.compile(r"(\d{6,})-\d{8}T\d{6}" + re.escape(SUFFIX))


class LogFile:
    """A new file; never one that is there. Raises OSError.

    size_bytes  how much of it is whole: what could not be written wholly is taken back
    day         the UTC day, counted from 1970, of what it holds
    """

    def __init__(self, folder: Path, first_ns: int) -> None:
        self.day = first_ns // DAY_NS
        self.size_bytes = 0
        self.path = folder / _next_name(folder.iterdir(), first_ns)
        self._file = self.path.open("xb", buffering=0)

    def append(self, data: bytes) -> None:
        """Write to its end, all or nothing: then it outlives this process, not yet this machine."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            self._file.truncate(self.size_bytes)
            self._file.seek(self.size_bytes)
            raise
        self.size_bytes += len(data)

    def sync(self) -> None:
        """Let what was written reach the disk itself."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """May be called twice. A file with nothing in it goes."""
        with suppress(OSError):  # of what was written to it is known whether it was
            self._file.close()
            if not self.size_bytes:
                self.path.unlink(missing_ok=True)


def files_of(folder: Path) -> list[Path]:
    """The files of a wire log, in the order they were written."""
    named = [(_number(one), one) for one in folder.iterdir()]
    return [one for number, one in sorted(named) if number]


def _number(path: Path) -> int:
    """The number that a file's name begins with; 0 where it is no wire log's."""
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found is not None else 0


def _next_name(there: Iterable[Path], first_ns: int) -> str:
    """Numbers go first, because a clock may be set back."""
    number = max(map(_number, there), default=0) + 1
    return f"{number:06d}-{time.strftime('%Y%m%dT%H%M%S', time.gmtime(first_ns // 10**9))}{SUFFIX}"
