"""Watermark: up to which number a store has said that rows are safe, told apart from the rows themselves.

What is damaged at the end of a journal cannot be told from what was never written there; this can tell.
"""

from __future__ import annotations

from pathlib import Path

from tastytrade.errors import StoreDamaged
from tastytrade.store.disk import digest_of

FILE = "acknowledged"
_DIGITS = 20


class Watermark:
    """As the writer of a journal keeps it. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        self._file = path.open("r+b" if path.exists() else "w+b", buffering=0)

    def rise(self, n: int) -> None:
        """Everything up to this number is safe. One write: whoever is killed has made it, or has not."""
        self._file.seek(0)
        self._file.write(_written(n))

    def close(self) -> None:
        """May be called twice."""
        self._file.close()


def watermark_of(folder: Path) -> int:
    """The last number that was acknowledged; 0 for none. Raises StoreDamaged."""
    path = folder / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise StoreDamaged(f"{path} cannot be read ({error.strerror})") from None
    digits = content[:_DIGITS]
    if content and (not digits.isdigit() or content != _written(int(digits))):
        raise StoreDamaged(f"{path} does not hold what was written to it")
    return int(digits or 0)


def _written(n: int) -> bytes:
    digits = f"{n:0{_DIGITS}}".encode()
    return digits + f" {digest_of(digits)}\n".encode()
